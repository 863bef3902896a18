import {
  type Checkpoint,
  type CheckpointExpectation,
  type DecodedCheckpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from './checkpoint.ts';
import { readBytes } from './read-bytes.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

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
