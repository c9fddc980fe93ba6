import { afterAll, beforeAll, describe } from 'vitest';
import { importBusybox } from './busybox-image.ts';
import { createContainerZoo } from './container-zoo.ts';
import { engineVersions, type EngineVersion } from './engine-versions.ts';
import { startEngine, type PrivateEngine } from './private-engine.ts';
import { hasRequirements, type Requirement } from './requirements.ts';
import { startTallyman, type TallymanOptions, type TallymanProcess } from './tallyman-process.ts';

export interface EngineSuite {
  readonly engine: PrivateEngine;
  /** Watches the engine over its unix socket. */
  readonly tallyman: TallymanProcess;
}

export interface EngineSuiteOptions {
  /** With a container of every kind, or with the image `bb:1` alone. */
  zoo?: boolean;
  tallyman?: TallymanOptions;
  /** What else the suite needs. */
  requirements?: readonly Requirement[];
}

/** Runs the same tests on each engine version: one engine after the other, each with a tallyman that watches it. */
export function describeEngines(
  title: string,
  options: EngineSuiteOptions,
  defineTests: (suite: EngineSuite, version: EngineVersion) => void,
): void {
  for (const version of engineVersions) {
    describe.skipIf(!hasRequirements(version, ...(options.requirements ?? [])))(`${title}: Docker ${version}`, () => {
      let engine: PrivateEngine | undefined;
      let tallyman: TallymanProcess | undefined;
      beforeAll(async () => {
        engine = await startEngine({ version });
        await (options.zoo === true ? createContainerZoo(engine) : importBusybox(engine, 'bb:1'));
        tallyman = await startTallyman({
          ...options.tallyman,
          env: { DOCKER_HOST: engine.host, ...options.tallyman?.env },
        });
      });
      afterAll(async () => {
        await tallyman?.stop();
        engine?.stop();
      });
      const suite: EngineSuite = {
        get engine() {
          return present(engine);
        },
        get tallyman() {
          return present(tallyman);
        },
      };
      defineTests(suite, version);
    });
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not started yet: only tests and hooks may use it');
  return value;
}
