import { CheckpointError, type StateValue } from '@zpin/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TrainState } from '../loop/events.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint-header.ts';
import { crc32c } from './crc32c.ts';
import { version } from './version.ts';

const header = {
  algorithm: 'ppo',
  env: 'CartPole-v1',
  config: { gamma: 0.99, hiddenSizes: [64, 64] },
  seed: 7,
  step: 2048,
  extra: { seconds: 1.5 },
};

const encode = (state: TrainState) => encodeCheckpoint({ header, state });

/** Same types, same bits: also tells -0 from 0 and one NaN from another inside arrays. */
function bitsOf(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    return { type: value.constructor.name, bytes: [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] };
  }
  if (Object.is(value, -0)) return 'negative zero';
  if (Array.isArray(value)) return value.map(bitsOf);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bitsOf(item)]));
}

const words = fc.uint8Array({ maxLength: 40 });
const typedArray = fc.oneof(
  words,
  words.map(bytes => new Float32Array(bytes.slice(0, bytes.length & ~3).buffer)),
  words.map(bytes => new Int32Array(bytes.slice(0, bytes.length & ~3).buffer)),
  words.map(bytes => new Uint32Array(bytes.slice(0, bytes.length & ~3).buffer)),
  words.map(bytes => new Float64Array(bytes.slice(0, bytes.length & ~7).buffer)),
);
const key = fc
  .oneof(fc.constantFrom('$array', '$number', '$$', 'constructor', 'toString', 'weights'), fc.string())
  .filter(name => name !== '__proto__');
const { state } = fc.letrec<{ value: StateValue; state: TrainState }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), fc.double(), fc.string(), typedArray) as fc.Arbitrary<StateValue>,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
  state: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

test('round trip of any state, bit for bit', () => {
  fc.assert(
    fc.property(state, original => {
      const read = decodeCheckpoint(encode(original));
      expect(bitsOf(read.state)).toEqual(bitsOf(original));
      expect(read).toMatchObject({ header, libraryVersion: version });
    }),
    { numRuns: 300 },
  );
});

test('numbers that JSON lacks, in the state and in the configuration', () => {
  const odd = { a: -0, b: Number.NaN, c: [Infinity, -Infinity], $number: 'NaN' };
  const read = decodeCheckpoint(encodeCheckpoint({ header: { ...header, config: odd }, state: odd }));
  expect(bitsOf(read.state)).toEqual(bitsOf(odd));
  expect(bitsOf(read.header.config)).toEqual(bitsOf(odd));
});

test('keeps the payload of NaNs and the sign of zeros inside arrays', () => {
  const bits = new Uint32Array([0x7fc00001, 0xffc12345, 0x80000000]);
  const { weights } = decodeCheckpoint(encode({ weights: new Float32Array(bits.buffer) })).state as { weights: Float32Array };
  expect(new Uint32Array(weights.buffer)).toEqual(bits);
});

test('a part of a larger array is stored alone, and what is read is a copy', () => {
  const whole = new Float32Array([1, 2, 3, 4]);
  const bytes = encode({ part: whole.subarray(1, 3) });
  const { part } = decodeCheckpoint(bytes).state as { part: Float32Array };
  bytes.fill(0);
  expect([...part]).toEqual([2, 3]);
  expect(part.buffer.byteLength).toBe(8);
});

test('what is read from a Buffer, whose slice is no copy, is right and a copy too', () => {
  const bytes = Buffer.from(encode({ a: Uint8Array.of(9), w: Float32Array.of(1, 2) }));
  const { state } = decodeCheckpoint(bytes);
  bytes.fill(0);
  expect(state).toEqual({ a: Uint8Array.of(9), w: Float32Array.of(1, 2) });
});

test('bytes that do not begin at a multiple of 8 are read too', () => {
  const bytes = encode({ x: new Float64Array([0.1]) });
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeCheckpoint(shifted.subarray(3)).state).toEqual({ x: new Float64Array([0.1]) });
});

test('equal states give equal bytes', () => {
  const make = () => encode({ b: new Int32Array([1]), a: { c: 'text' } });
  expect(make()).toEqual(make());
});

const sample = encode({ weights: new Float32Array([1, -2, Number.NaN]), replay: { action: new Uint8Array([1, 0, 1]), size: 3 } });

test('any truncation is refused', () => {
  for (let length = 0; length < sample.length; length++) {
    expect(() => decodeCheckpoint(sample.subarray(0, length)), `${length} bytes`).toThrow(CheckpointError);
  }
  expect(() => decodeCheckpoint(sample.subarray(0, sample.length - 8), { where: 'runs/a/checkpoint.bin' })).toThrow(
    `runs/a/checkpoint.bin: the checkpoint must have ${sample.length} bytes, got ${sample.length - 8}. The file was cut short`,
  );
});

test('any flipped bit is refused', () => {
  for (let bit = 0; bit < sample.length * 8; bit++) {
    const bytes = sample.slice();
    bytes[bit >> 3] ^= 1 << (bit & 7);
    expect(() => decodeCheckpoint(bytes), `bit ${bit}`).toThrow(CheckpointError);
  }
});

test('added bytes are refused', () => {
  const longer = new Uint8Array(sample.length + 8);
  longer.set(sample);
  expect(() => decodeCheckpoint(longer)).toThrow(`must have ${sample.length} bytes, got ${longer.length}`);
});

test('arbitrary bytes are refused with a CheckpointError, with and without the magic', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, disguised) => {
      if (disguised) bytes.set(sample.subarray(0, Math.min(12, bytes.length)));
      expect(() => decodeCheckpoint(bytes)).toThrow(CheckpointError);
    }),
  );
});

test('says what was found: foreign file, other version, other algorithm, other environment', () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0);
  expect(() => decodeCheckpoint(png)).toThrow('the file must be a checkpoint, beginning with ZPINCKPT, got');
  const newer = sample.slice();
  new DataView(newer.buffer).setUint32(8, 3, true);
  expect(() => decodeCheckpoint(newer)).toThrow(
    'must be of format version 1 or 2, got 3. Read it with the version of zpin that wrote it',
  );
  expect(() => decodeCheckpoint(sample, { algorithm: 'dqn' })).toThrow('must be of algorithm dqn, got "ppo"');
  expect(() => decodeCheckpoint(sample, { env: 'Acrobot-v1' })).toThrow('must be of env Acrobot-v1, got "CartPole-v1"');
  expect(decodeCheckpoint(sample, { algorithm: 'ppo', env: 'CartPole-v1' }).header.step).toBe(2048);
});

/** A file whose header was rewritten by someone who also fixed its length and checksum. */
function forge(change: (header: Record<string, unknown>) => void): Uint8Array {
  const view = new DataView(sample.buffer);
  const end = 24 + view.getUint32(12, true);
  const forged = JSON.parse(new TextDecoder().decode(sample.subarray(24, end)));
  change(forged);
  const text = new TextEncoder().encode(JSON.stringify(forged));
  const bytes = new Uint8Array(24 + text.length + sample.length - end);
  bytes.set(sample.subarray(0, 24));
  bytes.set(text, 24);
  bytes.set(sample.subarray(end), 24 + text.length);
  const prelude = new DataView(bytes.buffer);
  prelude.setUint32(12, text.length, true);
  prelude.setUint32(16, crc32c(text), true);
  return bytes;
}

test('the forged header of these tests is accepted when nothing is changed', () => {
  expect(decodeCheckpoint(forge(() => {})).header).toEqual(header);
});

test.each<[string, (header: Record<string, unknown>) => void]>([
  ['an array beyond the end', h => (h.arrays = [['Float32Array', 0, 1e9]])],
  ['an offset beyond the end', h => (h.arrays = [['Float32Array', 2 ** 52, 3]])],
  ['a negative offset', h => (h.arrays = [['Float32Array', -8, 3]])],
  ['an array of another type', h => (h.arrays = [['Function', 0, 3]])],
  ['a reference to no array', h => (h.state = { weights: { $array: 9 } })],
  ['an array twice', h => (h.state = { weights: { $array: 0 }, again: { $array: 0 } })],
  ['arrays on each other', h => (h.arrays = [...(h.arrays as unknown[]), ['Uint8Array', 0, 3]])],
  ['less than there is', h => (h.arrays = [])],
  ['parts', h => (h.parts = [])],
  ['a reference by name', h => (h.state = { weights: { $array: 'length' } })],
  ['a reference beside other keys', h => (h.state = { weights: { $array: 0, x: 1 } })],
  ['an unknown tag', h => (h.state = { weights: { $function: 'x' } })],
  ['an unknown number', h => (h.state = { weights: { $number: 'toString' } })],
  ['a missing field', h => delete h.algorithm],
  ['an added field', h => (h.code = 'x')],
  ['a payload of another size', h => (h.payloadBytes = 8)],
  ['a prototype', h => (h.state = { x: JSON.parse('{"__proto__":{"polluted":true}}') })],
  ['deep nesting', h => (h.state = { x: JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`) })],
])('refuses %s', (_, change) => {
  expect(() => decodeCheckpoint(forge(change))).toThrow(CheckpointError);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test.each<[string, unknown, string]>([
  ['undefined', undefined, 'state.x must be'],
  ['a function', () => 1, 'got "function"'],
  ['a Map', new Map(), 'got "Map"'],
  ['a bigint', 1n, 'got "bigint"'],
  ['an array of 16 bits', new Uint16Array(1), 'got "Uint16Array"'],
  ['a prototype key', JSON.parse('{"__proto__":1}'), 'may be "__proto__"'],
])('does not write %s', (_, value, text) => {
  const checkpoint = { header, state: { x: value } } as Checkpoint;
  expect(() => encodeCheckpoint(checkpoint)).toThrow(text);
});

test('does not write a cycle', () => {
  const loop: Record<string, StateValue> = {};
  loop.self = loop;
  expect(() => encode(loop)).toThrow('nests at most 64 deep');
});
