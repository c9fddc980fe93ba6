import { defineConfig } from 'vitest/config';

/** unit: beside the sources, without processes or an engine. system: the built program against real parts, one file at a time. */
export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          testTimeout: 60_000,
          include: [
            'src/**/*.test.ts',
            'test/support/**/*.test.ts',
            'scripts/**/*.test.ts',
            'test/kubernetes/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'system',
          include: [
            'test/{engine,prometheus,proxy,podman,faults,program,plugin,rules,compose,dashboards,image,package,demo,store,agent,fleet,supply-chain}/**/*.test.ts',
          ],
          globalSetup: ['test/support/build-program.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
