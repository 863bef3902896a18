import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Makes an empty folder the current one for the tests of a file. */
export function inScratchFolder(): string {
  const home = process.cwd();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'zpin-test-')));
  process.chdir(folder);
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  });
  return folder;
}
