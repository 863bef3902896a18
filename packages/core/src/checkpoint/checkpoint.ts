import { CheckpointError, message } from '@zpin/contracts';
import { align, type Checkpoint, layOut, PAYLOAD_CRC_AT, splitCheckpoint } from './checkpoint-header.ts';
import { crc32c } from './crc32c.ts';
import { type ByteSource, type CheckpointExpectation, type DecodedCheckpoint, readState } from './read-checkpoint.ts';
import { piecesOf, type StateArray } from './state-tree.ts';

/**
 * Writes a snapshot as bytes. Typed arrays keep their type and every bit; numbers keep -0, NaN and infinities.
 * @throws CheckpointError when the state holds something that is no `StateValue`, or more than one array of bytes can hold
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { head, inside, payloadBytes } = layOut(splitCheckpoint(checkpoint));
  const bytes = roomFor(head.length + payloadBytes);
  bytes.set(head);
  let at = head.length;
  let crc = 0;
  for (const piece of payloadPieces(inside)) {
    bytes.set(piece, at);
    crc = crc32c(piece, crc);
    at += piece.length;
  }
  new DataView(bytes.buffer).setUint32(PAYLOAD_CRC_AT, crc, true);
  return bytes;
}

/**
 * Reads a snapshot. Every array is a copy of its own. Nothing of it is evaluated or given a prototype.
 * @throws CheckpointError when the bytes are cut short, damaged, foreign, of another format version, or from another algorithm or
 * environment than expected
 */
export function decodeCheckpoint(bytes: Uint8Array, expected: CheckpointExpectation = {}): DecodedCheckpoint {
  const source: ByteSource = {
    name: 'decodeCheckpoint',
    size: bytes.length,
    read: (into, at) => into.set(bytes.subarray(at, at + into.length)),
  };
  return readState(source, expected);
}

/** Arrays as they lie behind a header. */
export function* payloadPieces(arrays: readonly StateArray[]): Generator<Uint8Array> {
  for (const array of arrays) {
    yield* piecesOf(array);
    const padding = align(array.byteLength) - array.byteLength;
    if (padding > 0) yield new Uint8Array(padding);
  }
}

function roomFor(size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    const remedy = 'Write it to a file by writeCheckpoint';
    throw new CheckpointError(message('encodeCheckpoint', 'the checkpoint must fit into one array', `${size} bytes`, remedy), {
      cause,
    });
  }
}
