import { dirname, join } from 'node:path';
import { breathe } from '../loop/breathe.ts';
import { payloadPieces } from './checkpoint.ts';
import { type Checkpoint, layOut, PAYLOAD_CRC_AT, splitCheckpoint } from './checkpoint-header.ts';
import { PART_SIZES, type PartSizes, partSource, partsFolder, removeParts, writeParts } from './checkpoint-parts.ts';
import { crc32c } from './crc32c.ts';
import { type Disk, disk as realDisk } from './disk.ts';
import { fileSource } from './file-source.ts';
import { NewFile } from './new-file.ts';
import { type CheckpointExpectation, type DecodedCheckpoint, readState } from './read-checkpoint.ts';
import { refusedWrite } from './refused-write.ts';

/** Small arrays are put together to pieces of this many bytes. */
const PIECE_BYTES = 2 ** 20;
/** How often a checkpoint is read that is replaced in the meantime. */
const ATTEMPTS = 5;

/**
 * Writes a checkpoint in one step; a checkpoint already at `path` stays whole until the new one is safe on the disk.
 *
 * Where the state has 64 MiB and more of arrays that do not change any more (`freezeArray`), as large replay memories have, these go
 * into the folder `<path>.parts`, and are not written again as long as the state holds them. The file and its folder belong together.
 * Memory is taken for neither. Two writers of one path must not work at the same time.
 * @throws CheckpointError when the state holds something that is no `StateValue`; Error with the `code` of the operating system when
 * it cannot be written. What is there stays as it is then
 */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  for (const _ of writing(path, checkpoint));
}

/** As `writeCheckpoint`, and lets timers, signals and messages in meanwhile. The state must not change until it is done. */
export async function writeCheckpointAsync(path: string, checkpoint: Checkpoint): Promise<void> {
  for (const _ of writing(path, checkpoint)) await breathe();
}

/**
 * Reads a checkpoint that `writeCheckpoint` wrote, array by array. Arrays that come from parts are frozen: they must not be written
 * to, and who restores them may keep them.
 * @throws CheckpointError as `decodeCheckpoint`, and when a file cannot be read
 */
export function readCheckpoint(path: string, expected: CheckpointExpectation = {}): DecodedCheckpoint {
  for (let attempt = 1; ; attempt++) {
    const source = fileSource(path);
    const parts = partSource(path);
    try {
      return readState(source, { where: path, ...expected }, parts);
    } catch (error) {
      // Whoever goes on with the run may have removed parts that only the checkpoint of before needs.
      if (source.isCurrent() || attempt === ATTEMPTS) throw error;
    } finally {
      source.close();
      parts.close();
    }
  }
}

/** @yields after every piece that was written */
export function* writing(
  path: string,
  checkpoint: Checkpoint,
  sizes: PartSizes = PART_SIZES,
  disk: Disk = realDisk,
): Generator<void, void> {
  const split = splitCheckpoint(checkpoint);
  const { arrays, header } = split;
  const folder = partsFolder(path);
  const made: string[] = [];
  try {
    const places = yield* writeParts({ disk, folder, arrays, step: header.step, sizes, made });
    const { head, inside, parts } = layOut(split, array => places.get(array));
    const file = new NewFile(path, disk);
    try {
      let crc = 0;
      file.write(head);
      for (const piece of together(payloadPieces(inside))) {
        file.write(piece);
        crc = crc32c(piece, crc);
        yield;
      }
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, crc, true);
      file.write(bytes, PAYLOAD_CRC_AT);
      file.place(path);
    } catch (error) {
      file.discard();
      throw error;
    }
    made.length = 0;
    disk.syncFolder(dirname(path));
    const needed = new Set(parts);
    removeParts(disk, folder, name => needed.has(name));
  } catch (error) {
    for (const name of made) disk.remove(join(folder, name));
    throw refusedWrite('writeCheckpoint', path, error);
  }
}

/** Puts small pieces together, so that thousands of small arrays are not as many calls of the system. */
function* together(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  const room = new Uint8Array(PIECE_BYTES);
  let used = 0;
  for (const piece of pieces) {
    const isLarge = piece.length > PIECE_BYTES / 4;
    if (used > 0 && (isLarge || used + piece.length > PIECE_BYTES)) {
      yield room.subarray(0, used);
      used = 0;
    }
    if (isLarge) yield piece;
    else {
      room.set(piece, used);
      used += piece.length;
    }
  }
  if (used > 0) yield room.subarray(0, used);
}
