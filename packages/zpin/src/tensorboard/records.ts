import { crc32c } from '@zpin/core';

/** Bytes around the data of a record: length, its checksum, and the checksum of the data. */
const HEAD = 12;
const TAIL = 4;
const MASK_DELTA = 0xa282ead8;

/**
 * One record of a TFRecord file: `uint64 length, uint32 masked CRC of it, data, uint32 masked CRC of the data`, in little-endian
 * order.
 *
 * Source: https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEAD + data.length + TAIL);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, HEAD);
  view.setUint32(HEAD + data.length, maskedCrc(data), true);
  return record;
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
