import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'benchmarks', 'tools/*/vitest.config.ts'],
    // One file to a core: left to itself Vitest keeps one core free, which is half of a machine of two.
    maxWorkers: '100%',
  },
});
