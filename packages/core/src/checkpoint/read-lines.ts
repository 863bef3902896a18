import { closeSync, openSync, readSync } from 'node:fs';

/** Bytes read at a time. */
const CHUNK_BYTES = 1 << 20;
/** Characters of a line; what is longer is none of a text file, and would fill the memory. */
const LONGEST_LINE = 1 << 26;

/**
 * The lines of a text file of any size, read in pieces. What stands behind the last line break was cut short by the death of a
 * process, and counts for nothing; so does a line of more than 64 MiB, for which an empty one stands.
 * @throws as `openSync`
 */
export function* readLines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const decoder = new TextDecoder();
    let rest = '';
    let isTooLong = false;
    for (;;) {
      const count = readSync(file, chunk);
      if (count === 0) return;
      const parts = decoder.decode(chunk.subarray(0, count), { stream: true }).split('\n');
      for (const [i, part] of parts.entries()) {
        if (!isTooLong) rest += part;
        if (rest.length > LONGEST_LINE) [rest, isTooLong] = ['', true];
        if (i === parts.length - 1) break;
        yield rest;
        [rest, isTooLong] = ['', false];
      }
    }
  } finally {
    closeSync(file);
  }
}
