import { describe, expect, it } from 'vitest';
import { SpaceError } from './errors.ts';
import { checkSameSpaces, isSameSpace, type NamedSpaces } from './same-spaces.ts';
import { box, dict, discrete, multiBinary, multiDiscrete, tuple } from './spaces/create.ts';
import type { Space } from './spaces/space.ts';

const vector = box({ low: -1, high: 1, shape: [2] });
const picture = box({ low: 0, high: 255, shape: [1, 1, 2], dtype: 'uint8' });

/** Spaces of which every two differ; many of them have flat rows of the same size. */
const different: readonly Space[] = [
  discrete(2),
  discrete(3),
  discrete(3, 1),
  multiBinary(2),
  multiDiscrete([2, 2]),
  multiDiscrete([2, 3]),
  vector,
  box({ low: -1, high: 1, shape: [1, 2] }),
  box({ low: -1, high: 1, shape: [2, 1] }),
  box({ low: -1, high: 1, shape: [2], dtype: 'int32' }),
  box({ low: -1, high: 1, shape: [3] }),
  picture,
  dict({ a: vector, b: discrete(2) }),
  dict({ a: vector, c: discrete(2) }),
  dict({ a: discrete(2), b: vector }),
  tuple([vector, discrete(2)]),
  tuple([discrete(2), vector]),
];

const named = (observationSpace: Space, actionSpace: Space, id = 'There-v0'): NamedSpaces => {
  return { id, observationSpace, actionSpace };
};

describe('spaces are the same', () => {
  it('where kind, sizes, parts and types are, and nowhere else', () => {
    for (const [i, a] of different.entries()) {
      for (const [j, b] of different.entries()) {
        expect(isSameSpace(a, structuredClone(b)), `${i} and ${j}`).toBe(i === j);
        expect(isSameSpace(a, structuredClone(b), 'scale'), `${i} and ${j}`).toBe(i === j);
      }
    }
  });

  it('whatever order the parts of a record came in', () => {
    expect(isSameSpace(dict({ a: vector, b: picture }), dict({ b: picture, a: vector }))).toBe(true);
  });
});

describe('checkSameSpaces', () => {
  const check = (expected: NamedSpaces, found: NamedSpaces) => () => checkSameSpaces('evaluate', expected, found);

  it('names both, for observations and for actions', () => {
    const cars = named(vector, discrete(3), 'MountainCar-v0');
    const continuous = named(vector, box({ low: -1, high: 1 }), 'MountainCarContinuous-v0');
    expect(check(cars, continuous)).toThrow(SpaceError);
    expect(check(cars, continuous)).toThrow(
      'evaluate: the environment must have the spaces of the agent, MountainCar-v0, Box([2], float32) to Discrete(3), ' +
        'got "MountainCarContinuous-v0, Box([2], float32) to Box([1], float32)". Use that environment',
    );
    for (const a of different) {
      for (const b of different) {
        if (a === b) continue;
        expect(check(named(a, discrete(2)), named(b, discrete(2)))).toThrow(SpaceError);
        expect(check(named(vector, a), named(vector, b))).toThrow(SpaceError);
      }
    }
  });

  it('compares bounds of actions and those that networks scale by, and says them', () => {
    const near = box({ low: -2, high: 2 });
    const far = box({ low: -2, high: [1000] });
    expect(check(named(vector, near), named(vector, far))).toThrow(/Box\(\[1\], float32\) from -2 to 2, got .* from -2 to 1000"/);
    const unit = box({ low: 0, high: 1, shape: [1, 1, 2], dtype: 'uint8' });
    expect(check(named(picture, near), named(unit, near))).toThrow(/from 0 to 255 .* from 0 to 1 /);
    expect(check(named(dict({ eye: picture }), near), named(dict({ eye: unit }), near))).toThrow(SpaceError);
    // A vector of floats is read as it is, and how far it may reach is often not known.
    const wide = box({ low: Number.NEGATIVE_INFINITY, high: 9, shape: [2] });
    expect(check(named(vector, near, 'Here-v0'), named(wide, near))).not.toThrow();
  });
});
