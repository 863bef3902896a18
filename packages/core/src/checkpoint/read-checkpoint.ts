import { CheckpointError, freezeArray, message } from '@zpin/contracts';
import type { TrainState } from '../loop/events.ts';
import {
  align,
  CHECKPOINT_FORMAT,
  type Checkpoint,
  checkLayout,
  MAGIC,
  MAX_HEADER_BYTES,
  PARTED_FORMAT,
  type ParsedHeader,
  type Place,
  PRELUDE_BYTES,
  parseHeader,
} from './checkpoint-header.ts';
import { crc32c } from './crc32c.ts';
import { joinState, makeArray, piecesOf, type StateArray } from './state-tree.ts';

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
  /** Names of what is wanted of the state, such as `agent`; all of it when omitted. What else lies in parts is not read. */
  readonly only?: readonly string[];
}

/** Bytes to read from. */
export interface ByteSource {
  /** Named in errors. */
  readonly name: string;
  readonly size: number;
  /** Fills `into` with the bytes from `at` on, which are there. */
  read(into: Uint8Array, at: number): void;
}

/** The parts of a checkpoint. */
export interface PartSource {
  open(name: string): ByteSource;
  /** Told of every array that was read. */
  found(array: StateArray, place: Place): void;
}

/** What a checkpoint says of itself, checked but for its arrays. */
export interface OpenedCheckpoint {
  readonly header: ParsedHeader;
  /** Where the arrays begin. */
  readonly payloadStart: number;
  readonly payloadCrc: number;
}

const damage = (where: string) => (found: string) => {
  const remedy = 'The file is damaged; use a copy of it or start a new run';
  return new CheckpointError(message(where, 'the checkpoint must be as it was written', found, remedy));
};

/** Reads a header. @throws CheckpointError when the source is no checkpoint, or not a whole one */
export function openCheckpoint(source: ByteSource, where: string): OpenedCheckpoint {
  const fail = (expectation: string, actual: unknown, remedy: string) =>
    new CheckpointError(message(where, expectation, actual, remedy));
  const damaged = damage(where);
  const needs = (size: number, isAll = false) => {
    if (source.size >= size && !(isAll && source.size > size)) return;
    throw fail(`the checkpoint must have ${size} bytes`, source.size, 'The file was cut short or added to; use a copy of it');
  };
  const prelude = new Uint8Array(PRELUDE_BYTES);
  const begun = prelude.subarray(0, Math.min(source.size, PRELUDE_BYTES));
  source.read(begun, 0);
  const start = String.fromCharCode(...begun.subarray(0, MAGIC.length));
  if (start !== MAGIC) {
    const isTorn = source.size < MAGIC.length && MAGIC.startsWith(start);
    const found = isTorn ? `${source.size} bytes` : start;
    throw fail(`the file must be a checkpoint, beginning with ${MAGIC}`, found, 'Give another file');
  }
  needs(PRELUDE_BYTES);
  const numbers = new DataView(prelude.buffer);
  const format = numbers.getUint32(8, true);
  if (format !== CHECKPOINT_FORMAT && format !== PARTED_FORMAT) {
    const remedy = 'Read it with the version of zpin that wrote it, or start a new run';
    throw fail(`the checkpoint must be of format version ${CHECKPOINT_FORMAT} or ${PARTED_FORMAT}`, format, remedy);
  }
  const headerBytes = numbers.getUint32(12, true);
  if (headerBytes > MAX_HEADER_BYTES) throw damaged(`a header of ${headerBytes} bytes`);
  const payloadStart = PRELUDE_BYTES + headerBytes;
  needs(payloadStart);
  const text = new Uint8Array(headerBytes);
  source.read(text, PRELUDE_BYTES);
  if (crc32c(text) !== numbers.getUint32(16, true)) throw damaged('a header with another checksum');
  const header = parseHeader(text, damaged);
  if ((header.parts !== undefined) !== (format === PARTED_FORMAT)) throw damaged(`parts in format version ${format}`);
  needs(payloadStart + header.payloadBytes, true);
  checkLayout(header, damaged);
  return { header, payloadStart, payloadCrc: numbers.getUint32(20, true) };
}

/**
 * Reads a checkpoint, each array into memory of its own. Nothing of it is evaluated or given a prototype.
 * @param parts where the arrays are that lie in files of their own; none when omitted
 * @throws CheckpointError when it is damaged, foreign, of another format version, or not what is expected
 */
export function readState(source: ByteSource, expected: CheckpointExpectation, parts?: PartSource): DecodedCheckpoint {
  const { where = source.name, only } = expected;
  const damaged = damage(where);
  const opened = openCheckpoint(source, where);
  const { header } = opened;
  for (const key of ['algorithm', 'env'] as const) {
    if (expected[key] === undefined || expected[key] === header[key]) continue;
    const remedy = `Go on with ${header[key]}, or start a new run`;
    throw new CheckpointError(message(where, `the checkpoint must be of ${key} ${expected[key]}`, header[key], remedy));
  }
  if (header.parts && !parts) {
    const remedy = 'Read it from its file by readCheckpoint';
    throw new CheckpointError(message(where, 'the checkpoint must be whole', `${header.parts.length} parts elsewhere`, remedy));
  }
  const inside = readInside(source, opened, damaged);
  const used = new Set<number>();
  const array = (index: unknown): StateArray => {
    const entry = typeof index === 'number' ? header.arrays[index] : undefined;
    if (!entry || used.has(index as number)) {
      throw damaged(`a reference to array ${String(index)} of ${header.arrays.length}${entry ? ', not the first one' : ''}`);
    }
    used.add(index as number);
    return inside[index as number] ?? readPlaced(header, entry, parts as PartSource);
  };
  const join = (tree: unknown) => joinState(tree, array, damaged) as TrainState;
  const wanted = Object.entries(header.state).filter(([name]) => only?.includes(name) ?? true);
  const { algorithm, env, seed, step, libraryVersion } = header;
  return {
    header: { algorithm, env, seed, step, config: join(header.config), extra: join(header.extra) },
    state: join(Object.fromEntries(wanted)),
    libraryVersion,
  };
}

/** The arrays behind the header, by their numbers. */
function readInside(
  source: ByteSource,
  { header, payloadStart, payloadCrc }: OpenedCheckpoint,
  damaged: (found: string) => Error,
) {
  const inside: (StateArray | undefined)[] = [];
  const padding = new Uint8Array(8);
  let crc = 0;
  for (const [type, offset, length, part] of header.arrays) {
    const array = part === undefined ? makeArray(type, length) : undefined;
    inside.push(array);
    if (!array) continue;
    let at = payloadStart + offset;
    const rest = padding.subarray(0, align(array.byteLength) - array.byteLength);
    for (const piece of [...piecesOf(array), rest]) {
      source.read(piece, at);
      crc = crc32c(piece, crc);
      at += piece.length;
    }
  }
  if (crc !== payloadCrc) throw damaged('arrays with another checksum');
  return inside;
}

/** An array of a part, which stays as it is: who restores it may keep it. */
function readPlaced(
  header: ParsedHeader,
  [type, offset, length, number = 0, crc = 0]: ParsedHeader['arrays'][number],
  parts: PartSource,
) {
  const [part, partBytes] = (header.parts ?? [])[number];
  const source = parts.open(part);
  if (source.size !== partBytes) {
    const remedy = 'The file was cut short or added to; use a copy of the folder';
    throw new CheckpointError(message(source.name, `the part must have ${partBytes} bytes`, source.size, remedy));
  }
  const array = makeArray(type, length);
  let found = 0;
  let at = offset;
  for (const piece of piecesOf(array)) {
    source.read(piece, at);
    found = crc32c(piece, found);
    at += piece.length;
  }
  if (found !== crc) throw damage(source.name)('an array with another checksum');
  parts.found(array, { part, partBytes, offset, crc });
  return freezeArray(array);
}
