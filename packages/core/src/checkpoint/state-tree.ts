import { CheckpointError, message, type StateValue } from '@zpin/contracts';

/** Types of arrays that a state may hold; nothing else is ever constructed on reading. */
const ARRAY_TYPES = { Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array };
export type ArrayTypeName = keyof typeof ARRAY_TYPES;
export const ARRAY_TYPE_NAMES = Object.keys(ARRAY_TYPES) as ArrayTypeName[];
export type StateArray = InstanceType<(typeof ARRAY_TYPES)[ArrayTypeName]>;

/** JSON text of a state: arrays stand as `{ $array: index }`, numbers that JSON lacks as `{ $number: text }`. */
export type Skeleton = null | boolean | number | string | Skeleton[] | { [key: string]: Skeleton };

const SPECIAL_NUMBERS: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };

/** Nesting beyond this is a cycle or an attack, not a state. */
const MAX_DEPTH = 64;

export const arrayTypeName = (value: unknown): ArrayTypeName | undefined => {
  // The tag holds across realms and for subclasses such as Node's Buffer, where `instanceof` would not.
  const name = Object.prototype.toString.call(value).slice(8, -1);
  return ArrayBuffer.isView(value) && Object.hasOwn(ARRAY_TYPES, name) ? (name as ArrayTypeName) : undefined;
};

export const makeArray = (type: ArrayTypeName, length: number): StateArray => new ARRAY_TYPES[type](length);

export const bytesPerElement = (type: ArrayTypeName): number => ARRAY_TYPES[type].BYTES_PER_ELEMENT;

/** Bytes that are handled at a time: large arrays are longer than any array of bytes, or than one call of the system takes. */
const PIECE_BYTES = 2 ** 22;

/** The memory of an array, in pieces. */
export function* piecesOf({ buffer, byteOffset, byteLength }: StateArray): Generator<Uint8Array> {
  for (let done = 0; done < byteLength; done += PIECE_BYTES) {
    yield new Uint8Array(buffer, byteOffset + done, Math.min(PIECE_BYTES, byteLength - done));
  }
}

/**
 * Splits a state into a JSON skeleton and its arrays, which are appended to `arrays`.
 * @throws CheckpointError naming the path of a value that a state cannot hold
 */
export function splitState(value: StateValue, arrays: StateArray[]): Skeleton {
  return split(value, arrays, 'state', 0);
}

function split(value: unknown, arrays: StateArray[], path: string, depth: number): Skeleton {
  if (depth > MAX_DEPTH) {
    throw new CheckpointError(
      message('encodeCheckpoint', `a state nests at most ${MAX_DEPTH} deep`, path, 'Remove the cycle in it'),
    );
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return splitNumber(value);
  if (arrayTypeName(value)) return { $array: arrays.push(value as StateArray) - 1 };
  if (Array.isArray(value)) return Array.from(value, (item, i) => split(item, arrays, `${path}[${i}]`, depth + 1));
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    const expectation = `${path} must be null, a boolean, number, text, typed array, list or plain object`;
    const kinds = ARRAY_TYPE_NAMES.join(', ');
    throw new CheckpointError(message('encodeCheckpoint', expectation, typeName(value), `Typed arrays may be ${kinds}`));
  }
  const out: { [key: string]: Skeleton } = {};
  for (const [key, item] of Object.entries(value as object)) {
    if (key === '__proto__') {
      throw new CheckpointError(message('encodeCheckpoint', `no key of ${path} may be "__proto__"`, key, 'Rename it'));
    }
    out[key.startsWith('$') ? `$${key}` : key] = split(item, arrays, `${path}.${key}`, depth + 1);
  }
  return out;
}

function splitNumber(value: number): Skeleton {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? '-0' : String(value) };
}

/**
 * Puts a state together again. Anything that `splitState` does not write is refused.
 * @param array the array at an index; throws when there is none
 * @param fail makes the error for a skeleton that is not one
 */
export function joinState(skeleton: unknown, array: (index: unknown) => StateArray, fail: (found: string) => Error): StateValue {
  const join = (value: unknown, depth: number): StateValue => {
    if (depth > MAX_DEPTH) throw fail(`a state more than ${MAX_DEPTH} deep`);
    if (value === null || typeof value !== 'object') return value as null | boolean | number | string;
    if (Array.isArray(value)) return value.map(item => join(item, depth + 1));
    const entries = Object.entries(value);
    if (Object.hasOwn(value, '$array') || Object.hasOwn(value, '$number')) {
      const [[tag, item]] = entries as [[string, unknown]];
      if (entries.length > 1) throw fail(`a "${tag}" beside other keys`);
      if (tag === '$array') return array(item);
      if (typeof item !== 'string' || !Object.hasOwn(SPECIAL_NUMBERS, item))
        throw fail(`an unknown number ${JSON.stringify(item)}`);
      return SPECIAL_NUMBERS[item];
    }
    const out: Record<string, StateValue> = {};
    for (const [key, item] of entries) {
      if (key === '__proto__' || /^\$(?!\$)/.test(key)) throw fail(`the key ${JSON.stringify(key)}`);
      out[key.startsWith('$$') ? key.slice(1) : key] = join(item, depth + 1);
    }
    return out;
  };
  return join(skeleton, 0);
}

function typeName(value: unknown): string {
  return typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value;
}
