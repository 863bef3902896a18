import { describe, expect, it } from 'vitest';
import { SpaceError } from './errors.ts';
import { boxScale, measuredNumbers, observationParts, type Reading } from './observation-parts.ts';
import { box, dict, discrete, multiBinary, multiDiscrete, tuple } from './spaces/create.ts';
import type { Dtype, Space } from './spaces/space.ts';

const bounded = (shape: number[], high: number, dtype: Dtype = 'float32', low = 0) => box({ low, high, shape, dtype });
const readings = (space: Space): Reading[] => observationParts(space).map(({ reading }) => reading);

describe('observationParts', () => {
  it('reads each kind of space in its way', () => {
    expect(readings(discrete(20, 5))).toEqual([{ kind: 'index', sizes: [20], start: 5 }]);
    expect(readings(multiDiscrete([20, 2]))).toEqual([{ kind: 'index', sizes: [20, 2], start: 0 }]);
    expect(readings(multiBinary(3))).toEqual([{ kind: 'vector', scale: 1 }]);
    expect(readings(bounded([4], 9))).toEqual([{ kind: 'vector', scale: 1 }]);
    expect(readings(bounded([84, 60, 3], 255, 'uint8'))).toEqual([
      { kind: 'picture', height: 84, width: 60, channels: 3, scale: 255 },
    ]);
  });

  it('reads a part at any depth as it reads it alone, and says where it lies', () => {
    const parts: Record<string, Space> = {
      bits: multiBinary(3),
      context: discrete(20, -2),
      counts: multiDiscrete([3, 4]),
      eye: bounded([10, 12, 2], 255, 'uint8'),
      speed: bounded([5], 3, 'float32', -3),
    };
    const nested = dict({ inner: tuple([dict(parts), parts.eye]), outer: parts.context });
    const found = observationParts(nested);
    expect(found.map(({ path }) => path)).toEqual([...Object.keys(parts).map(key => `inner.0.${key}`), 'inner.1', 'outer']);
    const alone = [...Object.values(parts), parts.eye, parts.context].flatMap(readings);
    expect(found.map(({ reading }) => reading)).toEqual(alone);
    expect(found.map(({ offset }) => offset)).toEqual([0, 3, 4, 6, 246, 251, 491]);
  });

  it('takes two long axes for a picture of one channel, and small tables for numbers', () => {
    expect(readings(bounded([84, 84], 255, 'uint8'))).toEqual([
      { kind: 'picture', height: 84, width: 84, channels: 1, scale: 255 },
    ]);
    for (const shape of [[5, 5], [7, 84], [84, 7], [2, 20, 3], [4, 9, 9, 3], [400]]) {
      expect(readings(bounded(shape, 1))).toEqual([{ kind: 'vector', scale: 1 }]);
    }
  });

  it('refuses channels that come first, by name', () => {
    const camera = dict({ camera: bounded([3, 64, 48], 255, 'uint8'), x: discrete(2) });
    expect(() => observationParts(camera)).toThrow(SpaceError);
    expect(() => observationParts(camera)).toThrow(
      'observationParts: a picture must have the axes [height, width, channels], here [64, 48, 3], ' +
        'got "[3, 64, 48] in "camera"". Put the channels last, for example by the wrapper channels-last',
    );
    for (const shape of [
      [3, 64, 64],
      [1, 84, 84],
      [4, 84, 84],
      [12, 64, 64],
      [3, 210, 160],
      [1, 10, 10],
      [7, 10, 10],
    ]) {
      expect(() => observationParts(bounded(shape, 1)), `${shape}`).toThrow(SpaceError);
    }
    for (const shape of [
      [64, 64, 3],
      [84, 84, 1],
      [10, 10, 7],
      [8, 8, 119],
      [4, 8, 16],
      [3, 3, 64],
      [6, 7, 2],
      [40, 60, 32],
    ]) {
      expect(() => observationParts(bounded(shape, 1)), `${shape}`).not.toThrow();
    }
  });
});

it('refuses indices that floats beside them make inexact', () => {
  const far = dict({ far: discrete(3, 2 ** 24), x: bounded([1], 1) });
  expect(() => observationParts(far)).toThrow('indices in "far" must stay within 2^24 beside floats, got 16777218');
  expect(() => observationParts(discrete(3, 2 ** 24))).not.toThrow();
  expect(() => observationParts(dict({ far: discrete(3, 2 ** 24 - 2), x: bounded([1], 1) }))).not.toThrow();
});

describe('boxScale', () => {
  it('is the largest absolute bound of integers and pictures', () => {
    expect(boxScale(bounded([3], 200, 'uint8'))).toBe(200);
    expect(boxScale(bounded([3], 1, 'uint8'))).toBe(1);
    expect(boxScale(bounded([3], 10, 'int32', -40))).toBe(40);
    expect(boxScale(bounded([9, 9, 1], 255))).toBe(255);
    expect(boxScale(bounded([9, 9], 1, 'float32', -1))).toBe(1);
    expect(boxScale(box({ low: 0, high: [1, 2, 7], dtype: 'uint8' }))).toBe(7);
  });

  it('is 1 for other floats, and where bounds say only what the element type can hold', () => {
    expect(boxScale(bounded([3], 1000))).toBe(1);
    expect(boxScale(bounded([3], 2 ** 31 - 1, 'int32', -(2 ** 31)))).toBe(1);
    expect(boxScale(bounded([9, 9, 1], Number.POSITIVE_INFINITY))).toBe(1);
    expect(boxScale(bounded([9, 9, 1], 3.4e38))).toBe(1);
  });

  it('knows bounds of more pixels than a call takes arguments', () => {
    expect(boxScale(bounded([400, 400, 3], 255, 'uint8'))).toBe(255);
  });
});

it('measures floats that no bound scales', () => {
  const space = dict({
    a: bounded([2], 9),
    b: discrete(9),
    c: bounded([1], 255, 'uint8'),
    d: bounded([8, 8], 1),
    e: bounded([8, 8], 255),
    f: multiBinary(1),
  });
  const expected = [1, 1, 0, 0, ...new Array(64).fill(1), ...new Array(64).fill(0), 0];
  expect(Array.from(measuredNumbers(space))).toEqual(expected);
});
