import { fileURLToPath } from 'node:url';
import { defineProject } from 'vitest/config';

/** Tests run on sources: packages find each other through the `@zpin/source` condition of their `exports`. */
const conditions = ['@zpin/source'];

/** Vitest project of one package. Unit tests sit beside their file, suites over several files in `test/`. */
export function testProject(name: string) {
  return defineProject({
    resolve: { conditions: [...conditions, 'module', 'node', 'development|production'] },
    ssr: { resolve: { conditions: [...conditions, 'module', 'node', 'development|production'], externalConditions: conditions } },
    test: {
      name,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      setupFiles: [fileURLToPath(new URL('fail-on-console.ts', import.meta.url))],
      // Native addons and the registries of TensorFlow.js are global to a process: one process per test file.
      pool: 'forks',
      // Against hangs only: what takes a tenth of a second may take ten on a machine that has other work.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      // Inherited by the threads that a test starts, so that these find and run the sources too.
      execArgv: [
        ...conditions.map(name => `--conditions=${name}`),
        '--import',
        new URL('typescript-in-threads.mjs', import.meta.url).href,
      ],
    },
  });
}
