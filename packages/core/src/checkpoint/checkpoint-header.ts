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
 * The header describes the run and holds the skeleton of the state, in which arrays stand by their number. In version 2 some arrays lie
 * in other files, the parts: the header names each with its size, and the place and the CRC-32C of every array in it.
 */

import { CheckpointError, message, type StateValue } from '@zpin/contracts';
import * as z from 'zod';
import type { TrainState } from '../loop/events.ts';
import { crc32c } from './crc32c.ts';
import {
  ARRAY_TYPE_NAMES,
  type ArrayTypeName,
  arrayTypeName,
  bytesPerElement,
  type Skeleton,
  type StateArray,
  splitState,
} from './state-tree.ts';
import { version } from './version.ts';

/** Bytes are laid out as in this version; a newer one is refused. */
export const CHECKPOINT_FORMAT = 1;
/** As `CHECKPOINT_FORMAT`, with arrays in files of their own. */
export const PARTED_FORMAT = 2;

export const MAGIC = 'ZPINCKPT';
export const PRELUDE_BYTES = 24;
/** Where the CRC of the arrays stands. */
export const PAYLOAD_CRC_AT = 20;
/** A header is names, settings and counters; large numbers of values belong into typed arrays. */
export const MAX_HEADER_BYTES = 64 * 2 ** 20;

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

/** Where an array lies in a part. */
export interface Place {
  /** Name of the file. */
  readonly part: string;
  readonly partBytes: number;
  readonly offset: number;
  readonly crc: number;
}

/** A checkpoint taken apart: the skeleton of its state, and its arrays. */
export interface SplitCheckpoint {
  readonly header: CheckpointHeader;
  readonly skeletons: { readonly [name in 'config' | 'extra' | 'state']: Skeleton };
  readonly arrays: readonly StateArray[];
}

const count = z.int().nonnegative();
const arrayType = z.enum(ARRAY_TYPE_NAMES);

const headerSchema = z.strictObject({
  libraryVersion: z.string(),
  algorithm: z.string(),
  env: z.string(),
  seed: z.number(),
  step: count,
  arrays: z.array(z.tuple([arrayType, count, count, count.optional(), count.optional()])),
  payloadBytes: count,
  // Beside the file, and nowhere else.
  parts: z.array(z.tuple([z.string().regex(/^[0-9a-f-]+\.part$/), count])).optional(),
  config: z.record(z.string(), z.unknown()),
  extra: z.record(z.string(), z.unknown()),
  state: z.record(z.string(), z.unknown()),
});

export type ParsedHeader = z.output<typeof headerSchema>;

/** Type, place in the arrays of the file and length; in a part, also the number of the part and the checksum. */
type ArrayEntry = ParsedHeader['arrays'][number];

/** @throws CheckpointError when the state holds something that is no `StateValue` */
export function splitCheckpoint({ header, state }: Checkpoint): SplitCheckpoint {
  const arrays: StateArray[] = [];
  const [config, extra, skeleton] = [header.config, header.extra ?? {}, state].map(tree => splitState(tree, arrays));
  return { header, skeletons: { config, extra, state: skeleton }, arrays };
}

/**
 * Prelude and header, still without the CRC of the arrays.
 * @param placeOf the place of an array that lies in a part
 * @returns also what follows: the arrays that lie in no part, and their bytes
 */
export function layOut(split: SplitCheckpoint, placeOf: (array: StateArray) => Place | undefined = () => undefined) {
  const { skeletons, arrays } = split;
  const parts = new Map<string, { readonly index: number; readonly bytes: number }>();
  const inside: StateArray[] = [];
  let payloadBytes = 0;
  const index = arrays.map((array): ArrayEntry => {
    const type = arrayTypeName(array) as ArrayTypeName;
    const place = placeOf(array);
    if (place) {
      const { index } = parts.get(place.part) ?? { index: parts.size };
      parts.set(place.part, { index, bytes: place.partBytes });
      return [type, place.offset, array.length, index, place.crc];
    }
    const offset = payloadBytes;
    payloadBytes += align(array.byteLength);
    inside.push(array);
    return [type, offset, array.length];
  });
  const { algorithm, env, seed, step } = split.header;
  const json = JSON.stringify({
    libraryVersion: version,
    ...{ algorithm, env, seed, step },
    ...{ arrays: index, payloadBytes },
    ...(parts.size > 0 && { parts: Array.from(parts, ([name, { bytes }]) => [name, bytes]) }),
    ...skeletons,
  });
  const text = new TextEncoder().encode(json);
  const headerBytes = align(text.length);
  if (headerBytes > MAX_HEADER_BYTES) {
    const remedy = 'Keep long lists of numbers in typed arrays';
    throw new CheckpointError(message('encodeCheckpoint', `the header must fit ${MAX_HEADER_BYTES} bytes`, headerBytes, remedy));
  }
  const head = new Uint8Array(PRELUDE_BYTES + headerBytes).fill(32, PRELUDE_BYTES + text.length);
  head.set(text, PRELUDE_BYTES);
  for (let i = 0; i < MAGIC.length; i++) head[i] = MAGIC.charCodeAt(i);
  const prelude = new DataView(head.buffer);
  prelude.setUint32(8, parts.size > 0 ? PARTED_FORMAT : CHECKPOINT_FORMAT, true);
  prelude.setUint32(12, headerBytes, true);
  prelude.setUint32(16, crc32c(head.subarray(PRELUDE_BYTES)), true);
  return { head, inside, payloadBytes, parts: [...parts.keys()] };
}

/** Reads a header. @param damaged makes the error for what no header is */
export function parseHeader(text: Uint8Array, damaged: (found: string) => CheckpointError): ParsedHeader {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)));
  } catch (cause) {
    const found = damaged('a header that is not one');
    found.cause = cause;
    throw found;
  }
}

/**
 * Sees to it that arrays lie one behind the other, so that no more is read than there is.
 * @throws what `damaged` makes
 */
export function checkLayout(header: ParsedHeader, damaged: (found: string) => CheckpointError): void {
  const { arrays, payloadBytes, parts = [] } = header;
  const taken = parts.map((): [start: number, end: number][] => []);
  let end = 0;
  for (const [i, [type, offset, length, part, crc]] of arrays.entries()) {
    const arrayEnd = offset + length * bytesPerElement(type);
    if (part === undefined) {
      if (offset !== end) throw damaged(`array ${i} at byte ${offset} instead of ${end}`);
      end = align(arrayEnd);
    } else {
      if (part >= parts.length || crc === undefined) throw damaged(`a reference to part ${part} of ${parts.length}`);
      taken[part].push([offset, arrayEnd]);
    }
  }
  if (end !== payloadBytes) throw damaged(`arrays of ${end} bytes in ${payloadBytes}`);
  if (new Set(parts.map(([name]) => name)).size < parts.length) throw damaged('a part that stands there twice');
  for (const [i, [name, bytes]] of parts.entries()) {
    let last = 0;
    for (const [start, stop] of taken[i].sort(([a], [b]) => a - b)) {
      if (start < last || stop > bytes) throw damaged(`arrays of ${name} that lie on each other or behind its end`);
      last = stop;
    }
  }
}

/** Arrays lie at multiples of 8, so that a reader may map them without copying. */
export function align(byteLength: number): number {
  return Math.ceil(byteLength / 8) * 8;
}
