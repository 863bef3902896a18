import { expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';

it('takes one word after the other, by their bits', () => {
  expect(fingerprint([])).toBe('811c9dc5');
  // (0x811c9dc5 xor 0x3f800000) · 0x01000193 modulo 2³², and the same once more with 0x40000000.
  const one = Number(((0x811c9dc5n ^ 0x3f800000n) * 0x01000193n) & 0xffffffffn);
  const two = ((BigInt(one) ^ 0x40000000n) * 0x01000193n) & 0xffffffffn;
  expect(fingerprint([Float32Array.of(1)])).toBe(one.toString(16).padStart(8, '0'));
  expect(fingerprint([Float32Array.of(1, 2)])).toBe(two.toString(16).padStart(8, '0'));
  expect(fingerprint([Float32Array.of(1), Float32Array.of(0, 2).subarray(1)])).toBe(fingerprint([Float32Array.of(1, 2)]));
  expect(fingerprint([Float32Array.of(0)])).not.toBe(fingerprint([Float32Array.of(-0)]));
});
