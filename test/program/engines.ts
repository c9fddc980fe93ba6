import type { FakeCall, FakeEngine } from '../support/fake-engine.ts';
import { answerWith, startFakeEngine } from '../support/fake-engine.ts';
import { loadRecordedAnswers, type RecordedAnswers, type RecordedEntry } from '../support/recorded-answers.ts';
import { parseExposition } from '../support/exposition-parser.ts';
import type { Exposition } from '../support/exposition.ts';
import { startTallyman, type TallymanOptions } from '../support/tallyman-process.ts';

/** An engine that says what Docker 28.5 was recorded to say on cgroup v2; `change` may alter that. */
export function startRecordedEngine(
  change: (answers: RecordedAnswers) => void = () => undefined,
  on: 'unix' | 'tcp' = 'unix',
): Promise<FakeEngine> {
  const answers = loadRecordedAnswers('docker-28.5-cgroup2');
  change(answers);
  return startFakeEngine(answers, on);
}

/** A running container like fx-limited, with what the test gives it. */
export function addContainer(answers: RecordedAnswers, given: Partial<RecordedEntry> & { Id: string }): void {
  const model = answers.list.find(({ Names }) => Names[0] === '/fx-limited');
  if (model === undefined) throw new Error('fx-limited is not among the recorded');
  answers.list.push({ ...model, ...given });
  answers.stats.set(given.Id, answers.stats.get(model.Id) ?? '');
  answers.inspects.set(given.Id, (answers.inspects.get(model.Id) ?? '').replaceAll(model.Id, given.Id));
}

/** One scrape of a program that is started for it. */
export async function scrapeOnce(dockerHost: string, options: TallymanOptions): Promise<Exposition> {
  await using tallyman = await startTallyman({ ...options, env: { ...options.env, DOCKER_HOST: dockerHost } });
  return (await tallyman.scrape()).exposition;
}

/** Parses an exposition whose metrics the test fetched itself. */
export function parseText(text: string): Exposition {
  return parseExposition(text, 'prometheus');
}

const observationCalls: readonly FakeCall[] = ['stats', 'inspect', 'images', 'volumes', 'networks', 'version'];

/** Makes the calls of a collection slow, and counts how many of them are open at the same time. */
export function countInFlight(engine: FakeEngine): { most(): number } {
  let [open, most] = [0, 0];
  engine.misbehave({ calls: observationCalls }, (response, body, request) => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => {
      open -= 1;
      answerWith(200)(response, body, request);
    }, 30);
  });
  return { most: () => most };
}
