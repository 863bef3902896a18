import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

/** The executable that stands in the place of Python. */
export const fakePython = fileURLToPath(new URL('./fake-python.mjs', import.meta.url));

/** Lets the tests of a file run with it. */
export function withFakePython(): void {
  const before = process.env.ZPIN_PYTHON;
  beforeAll(() => {
    process.env.ZPIN_PYTHON = fakePython;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.ZPIN_PYTHON;
    else process.env.ZPIN_PYTHON = before;
  });
}
