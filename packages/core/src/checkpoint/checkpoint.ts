/**
 * Format of a checkpoint, all integers little-endian as the arrays of every JavaScript engine in use:
 *
 *      0  8 bytes  "ZPINCKPT"
 *      8  uint32   format version
 *     12  uint32   H, length of the header; 24 + H is a multiple of 8
 *     16  uint32   CRC-32C of the header
 *     20  uint32   CRC-32C of everything behind the header
 *     24  H bytes  header, JSON in UTF-8, padded with spaces
 *  24+H            arrays, each at a multiple of 8 from here
 *
 * The header describes the run and holds the skeleton of the state, in which arrays stand by their number.
 */

import { CheckpointError, message, type StateValue } from '@zpin/contracts';
import { z } from 'zod';
import type { TrainState } from '../loop/events.ts';
import { crc32c } from './crc32c.ts';
import {
  ARRAY_TYPE_NAMES,
  arrayTypeName,
  bytesPerElement,
  joinState,
  makeArray,
  type StateArray,
  splitState,
} from './state-tree.ts';
import { version } from './version.ts';

/** Bytes are laid out as in this version; another one is refused. */
export const CHECKPOINT_FORMAT = 1;

const MAGIC = 'ZPINCKPT';
const PRELUDE_BYTES = 24;
/** A header is names, settings and counters; large numbers of values belong into typed arrays. */
const MAX_HEADER_BYTES = 64 * 2 ** 20;

/** What a checkpoint says about the run it was taken from. */
export interface CheckpointHeader {
  /** Name on the command line, for example `ppo`. */
  readonly algorithm: string;
  /** Environment id. */
  readonly env: string;
  /** Full configuration of the agent. */
  readonly config: { readonly [key: string]: StateValue };
  readonly seed: number;
  /** Environment steps done. */
  readonly step: number;
  /** Anything that the writer needs on resuming beside the state, such as the seconds spent so far. */
  readonly extra?: { readonly [key: string]: StateValue };
}

export interface Checkpoint {
  readonly header: CheckpointHeader;
  readonly state: TrainState;
}

/** A checkpoint as read: also says which version of the library wrote it. */
export interface DecodedCheckpoint extends Checkpoint {
  readonly libraryVersion: string;
}

/** What the reader can go on with; anything else is refused. */
export interface CheckpointExpectation {
  /** File or function named in errors. */
  readonly where?: string;
  readonly algorithm?: string;
  /** Environment id. */
  readonly env?: string;
}

const headerSchema = z.strictObject({
  libraryVersion: z.string(),
  algorithm: z.string(),
  env: z.string(),
  seed: z.number(),
  step: z.int().nonnegative(),
  arrays: z.array(z.tuple([z.enum(ARRAY_TYPE_NAMES), z.int().nonnegative(), z.int().nonnegative()])),
  payloadBytes: z.int().nonnegative(),
  config: z.record(z.string(), z.unknown()),
  extra: z.record(z.string(), z.unknown()),
  state: z.record(z.string(), z.unknown()),
});

/**
 * Writes a snapshot as bytes. Typed arrays keep their type and every bit; numbers keep -0, NaN and infinities.
 * @throws CheckpointError when the state holds something that is no `StateValue`
 */
export function encodeCheckpoint({ header, state }: Checkpoint): Uint8Array<ArrayBuffer> {
  const arrays: StateArray[] = [];
  const [config, extra, skeleton] = [header.config, header.extra ?? {}, state].map(tree => splitState(tree, arrays));
  let payloadBytes = 0;
  const index = arrays.map(array => {
    const entry = [arrayTypeName(array), payloadBytes, array.length] as const;
    payloadBytes += align(array.byteLength);
    return entry;
  });
  const { algorithm, env, seed, step } = header;
  const json = JSON.stringify({
    libraryVersion: version,
    algorithm,
    env,
    seed,
    step,
    arrays: index,
    payloadBytes,
    config,
    extra,
    state: skeleton,
  });
  const text = new TextEncoder().encode(json);
  const headerBytes = align(text.length);
  if (headerBytes > MAX_HEADER_BYTES) {
    const remedy = 'Keep long lists of numbers in typed arrays';
    throw new CheckpointError(message('encodeCheckpoint', `the header must fit ${MAX_HEADER_BYTES} bytes`, headerBytes, remedy));
  }

  const bytes = new Uint8Array(PRELUDE_BYTES + headerBytes + payloadBytes);
  const payload = bytes.subarray(PRELUDE_BYTES + headerBytes);
  bytes.fill(32, PRELUDE_BYTES + text.length, PRELUDE_BYTES + headerBytes);
  bytes.set(text, PRELUDE_BYTES);
  for (const [i, array] of arrays.entries()) {
    payload.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), index[i][1]);
  }
  for (let i = 0; i < MAGIC.length; i++) bytes[i] = MAGIC.charCodeAt(i);
  const prelude = new DataView(bytes.buffer);
  prelude.setUint32(8, CHECKPOINT_FORMAT, true);
  prelude.setUint32(12, headerBytes, true);
  prelude.setUint32(16, crc32c(bytes.subarray(PRELUDE_BYTES, PRELUDE_BYTES + headerBytes)), true);
  prelude.setUint32(20, crc32c(payload), true);
  return bytes;
}

/**
 * Reads a snapshot. Every array is a copy of its own. Nothing of it is evaluated or given a prototype.
 * @throws CheckpointError when the bytes are cut short, damaged, foreign, of another format version, or from another algorithm or
 * environment than expected
 */
export function decodeCheckpoint(bytes: Uint8Array, expected: CheckpointExpectation = {}): DecodedCheckpoint {
  const where = expected.where ?? 'decodeCheckpoint';
  const fail = (expectation: string, actual: unknown, remedy: string) =>
    new CheckpointError(message(where, expectation, actual, remedy));
  const damaged = (found: string) =>
    fail('the checkpoint must be as it was written', found, 'The file is damaged; use a copy of it or start a new run');
  const whole = (size: number) => {
    if (bytes.length !== size) {
      throw fail(`the checkpoint must have ${size} bytes`, bytes.length, 'The file was cut short or added to; use a copy of it');
    }
  };

  const start = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (start !== MAGIC) {
    const torn = bytes.length < MAGIC.length && MAGIC.startsWith(start);
    throw fail(
      `the file must be a checkpoint, beginning with ${MAGIC}`,
      torn ? `${bytes.length} bytes` : start,
      'Give another file',
    );
  }
  if (bytes.length < PRELUDE_BYTES) whole(PRELUDE_BYTES);
  const prelude = new DataView(bytes.buffer, bytes.byteOffset, PRELUDE_BYTES);
  const format = prelude.getUint32(8, true);
  if (format !== CHECKPOINT_FORMAT) {
    const remedy = 'Read it with the version of zpin that wrote it, or start a new run';
    throw fail(`the checkpoint must be of format version ${CHECKPOINT_FORMAT}`, format, remedy);
  }
  const headerBytes = prelude.getUint32(12, true);
  if (headerBytes > MAX_HEADER_BYTES) throw damaged(`a header of ${headerBytes} bytes`);
  const payloadStart = PRELUDE_BYTES + headerBytes;
  if (bytes.length < payloadStart) whole(payloadStart);
  const headerText = bytes.subarray(PRELUDE_BYTES, payloadStart);
  if (crc32c(headerText) !== prelude.getUint32(16, true)) throw damaged('a header with another checksum');
  const header = parseHeader(headerText, damaged);
  whole(payloadStart + header.payloadBytes);
  const payload = bytes.subarray(payloadStart);
  if (crc32c(payload) !== prelude.getUint32(20, true)) throw damaged('arrays with another checksum');

  for (const key of ['algorithm', 'env'] as const) {
    if (expected[key] !== undefined && expected[key] !== header[key]) {
      throw fail(
        `the checkpoint must be of ${key} ${expected[key]}`,
        header[key],
        `Go on with ${header[key]}, or start a new run`,
      );
    }
  }

  const array = (index: unknown): StateArray => {
    const entry = typeof index === 'number' ? header.arrays[index] : undefined;
    if (!entry) throw damaged(`a reference to array ${String(index)} of ${header.arrays.length}`);
    const [type, offset, length] = entry;
    const end = offset + length * bytesPerElement(type);
    if (!(end <= payload.length)) throw damaged(`an array that ends at byte ${end} of ${payload.length}`);
    // Not `slice`, which copies nothing when the caller read a file into a Buffer.
    return makeArray(type, new Uint8Array(payload.subarray(offset, end)).buffer);
  };
  const join = (tree: unknown) => joinState(tree, array, damaged) as TrainState;
  const { algorithm, env, seed, step, libraryVersion } = header;
  return {
    header: { algorithm, env, seed, step, config: join(header.config), extra: join(header.extra) },
    state: join(header.state),
    libraryVersion,
  };
}

function parseHeader(text: Uint8Array, damaged: (found: string) => CheckpointError): z.output<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)));
  } catch (cause) {
    const found = damaged('a header that is not one');
    found.cause = cause;
    throw found;
  }
}

/** Arrays lie at multiples of 8, so that a reader may map them without copying. */
function align(byteLength: number): number {
  return Math.ceil(byteLength / 8) * 8;
}
