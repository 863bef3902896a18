import * as tf from '@tensorflow/tfjs-core';
import { ProgramError } from '@zpin/contracts';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { concatLayouts, flattenParams, layout, paramsAt, prefixLayout, unflattenParams } from './layout.ts';

beforeAll(useCpuBackend);

describe('layout', () => {
  it('puts parameters one behind the other', () => {
    const { entries, size } = layout([
      ['weight', [2, 3]],
      ['bias', [3]],
      ['scale', []],
    ]);
    expect(entries.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['weight', 0, 6],
      ['bias', 6, 3],
      ['scale', 9, 1],
    ]);
    expect(size).toBe(10);
  });

  it('refuses a name that comes twice and sizes that are no counts', () => {
    expect(() =>
      layout([
        ['w', [1]],
        ['w', [2]],
      ]),
    ).toThrow(/unique, got "w"/);
    for (const size of [0, -1, 1.5, Number.NaN]) expect(() => layout([['w', [2, size]]])).toThrow(ProgramError);
  });

  it('joins layouts under prefixes', () => {
    const part = layout([['w', [2]]]);
    const whole = concatLayouts(prefixLayout('a', part), prefixLayout('b', prefixLayout('c', part)));
    expect(whole.entries.map(({ name, offset }) => [name, offset])).toEqual([
      ['a/w', 0],
      ['b/c/w', 2],
    ]);
  });
});

describe('unflattenParams', () => {
  it('cuts in row-major order', () => {
    const { w, b } = unflattenParams(
      layout([
        ['w', [2, 2]],
        ['b', [1]],
      ]),
      tf.tensor1d([1, 2, 3, 4, 5]),
    );
    expect(w.arraySync()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(b.arraySync()).toEqual([5]);
  });

  it('is undone by flattenParams for every layout', () => {
    const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(shapes, list => {
        tf.tidy(() => {
          const random = layout(list.map((shape, i) => [`p${i}`, shape]));
          const values = Float32Array.from({ length: random.size }, (_, i) => i + 0.5);
          expect(flattenParams(random, unflattenParams(random, tf.tensor1d(values))).dataSync()).toEqual(values);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('refuses a vector of another length', () => {
    expect(() => unflattenParams(layout([['w', [3]]]), tf.tensor1d([1, 2]))).toThrow(/3 numbers, got \[2\]/);
  });
});

describe('flattenParams', () => {
  it('refuses missing parameters', () => {
    expect(() => flattenParams(layout([['w', [3]]]), { v: tf.zeros([3]) })).toThrow(/"w" must have 3 numbers, got undefined/);
  });
});

describe('paramsAt', () => {
  it('sees one part under short names', () => {
    const [first, second] = [tf.scalar(1), tf.scalar(2)];
    const params = { 'a/w': first, 'ab/w': second, 'a/b/w': second };
    expect(paramsAt('a', params)).toEqual({ w: first, 'b/w': second });
  });

  it('refuses a prefix that no name has', () => {
    expect(() => paramsAt('policy', { 'value/w': tf.scalar(1) })).toThrow(/begin with "policy\/"/);
  });
});
