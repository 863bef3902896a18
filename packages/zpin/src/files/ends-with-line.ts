import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Whether nothing stands behind the last line break of a file. */
export function endsWithLine(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const last = new Uint8Array(1);
    return size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last[0] === 10);
  } finally {
    closeSync(file);
  }
}
