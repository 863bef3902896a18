import { crc32c } from '@zpin/core';
import { GrowingBytes } from './growing-bytes.ts';

/** Bytes around the data of a record: length, its checksum, and the checksum of the data. */
const HEAD = 12;
const TAIL = 4;
const MASK_DELTA = 0xa282ead8;

/**
 * Records of a TFRecord file, one behind the other: `uint64 length, uint32 masked CRC of it, data, uint32 masked CRC of the data`, in
 * little-endian order.
 *
 * Source: https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
export class RecordBlock {
  readonly #room = new GrowingBytes(4096);

  get length(): number {
    return this.#room.length;
  }

  append(data: Uint8Array): void {
    const start = this.#room.length;
    this.#room.reserve(HEAD + data.length + TAIL);
    // No event comes near 4 GiB.
    this.#room.view.setUint32(start, data.length, true);
    this.#room.view.setUint32(start + 4, 0, true);
    this.#room.view.setUint32(start + 8, maskedCrc(this.#room.bytes.subarray(start, start + 8)), true);
    this.#room.bytes.set(data, start + HEAD);
    this.#room.view.setUint32(start + HEAD + data.length, maskedCrc(data), true);
    this.#room.length += HEAD + data.length + TAIL;
  }

  /** All records, as a view that is valid until the next one. The block is empty afterwards. */
  take(): Uint8Array {
    const taken = this.#room.written();
    this.#room.length = 0;
    return taken;
  }
}

/** A record in a file. */
export interface FoundRecord {
  readonly data: Uint8Array;
  /** Where it begins in the file. */
  readonly start: number;
  /** Where the next one begins. */
  readonly end: number;
}

/** The whole records of a file. Ends before one that is torn or damaged: behind it nothing can be found. */
export function* readRecords(bytes: Uint8Array): Generator<FoundRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start + HEAD + TAIL <= bytes.length; ) {
    const length = Number(view.getBigUint64(start, true));
    const end = start + HEAD + length + TAIL;
    if (view.getUint32(start + 8, true) !== maskedCrc(bytes.subarray(start, start + 8)) || end > bytes.length) return;
    const data = bytes.subarray(start + HEAD, end - TAIL);
    if (view.getUint32(end - TAIL, true) !== maskedCrc(data)) return;
    yield { data, start, end };
    start = end;
  }
}

/** CRC-32C, turned and moved, so that checksums of data that hold checksums tell something. */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
