import { fileSource } from './file-source.ts';

/** Bytes read at a time. */
const CHUNK_BYTES = 1 << 20;
/** Characters of a line; what is longer is none of a text file, and would fill the memory. */
const LONGEST_LINE = 1 << 26;

/**
 * The lines of a text file of any size, read in pieces. What stands behind the last line break was cut short by the death of a
 * process, and counts for nothing unless `hasLast` says otherwise; so does a line of more than 64 MiB, for which an empty one
 * stands.
 * @throws CheckpointError when the file cannot be read
 */
export function* readLines(path: string, hasLast = false): Generator<string> {
  const source = fileSource(path);
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const decoder = new TextDecoder();
    let rest = '';
    let isTooLong = false;
    for (let at = 0; at < source.size; at += CHUNK_BYTES) {
      const piece = chunk.subarray(0, Math.min(CHUNK_BYTES, source.size - at));
      source.read(piece, at);
      const parts = decoder.decode(piece, { stream: true }).split('\n');
      for (const [i, part] of parts.entries()) {
        if (!isTooLong) rest += part;
        if (rest.length > LONGEST_LINE) [rest, isTooLong] = ['', true];
        if (i === parts.length - 1) break;
        yield rest;
        [rest, isTooLong] = ['', false];
      }
    }
    if (hasLast && rest !== '') yield rest;
  } finally {
    source.close();
  }
}
