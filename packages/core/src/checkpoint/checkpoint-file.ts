import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CheckpointError, message } from '../spec/errors.ts';
import {
  type Checkpoint,
  type CheckpointExpectation,
  type DecodedCheckpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from './checkpoint.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

/** One call of the operating system reads at most 2 GiB. */
const CHUNK_BYTES = 2 ** 30;

/** Writes a checkpoint in one step; a checkpoint already at `path` stays whole until the new one is safe on the disk. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  writeFileAtomic(path, encodeCheckpoint(checkpoint));
}

/**
 * Reads a checkpoint that `writeCheckpoint` wrote.
 * @throws CheckpointError as `decodeCheckpoint`, and when the file cannot be read
 */
export function readCheckpoint(path: string, expected: CheckpointExpectation = {}): DecodedCheckpoint {
  return decodeCheckpoint(readBytes(path), { where: path, ...expected });
}

function readBytes(path: string): Uint8Array {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const bytes = new Uint8Array(fstatSync(file).size);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(file, bytes, done, Math.min(CHUNK_BYTES, bytes.length - done), null);
      if (read === 0) return bytes.subarray(0, done);
      done += read;
    }
    return bytes;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CheckpointError(message('readCheckpoint', `${path} must be a readable file`, code ?? String(error), 'Check the path'));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
