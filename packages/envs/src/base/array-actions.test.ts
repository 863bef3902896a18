import {
  box,
  dict,
  discrete,
  flatBounds,
  multiBinary,
  multiDiscrete,
  type NumericArray,
  Rng,
  type Space,
  SpaceError,
  type SpaceValue,
  sample,
  tuple,
} from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { checkEnv } from '../check-env.ts';
import { TabularEnv } from '../tabular/tabular-env.ts';
import { rowEnv } from '../vector/env-rows.ts';
import { SyncVectorEnv } from '../vector/sync-vector-env.ts';
import { ArrayEnv } from './array-env.ts';

/** Observes the action that was played last. */
class Echo extends ArrayEnv<NumericArray, SpaceValue> {
  protected override readonly world: Float64Array;

  constructor(actionSpace: Space, size: number) {
    super({
      id: 'Echo-v0',
      observationSpace: box({ low: -1000, high: 1000, shape: [size] }),
      actionSpace,
      maxEpisodeSteps: 9,
      rewardThreshold: null,
    });
    this.world = new Float64Array(size);
  }

  protected override start(): void {
    this.world.fill(0);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    for (let k = 0; k < this.world.length; k++) this.world[k] = actions[offset + k];
  }

  protected override observe(out: NumericArray, offset: number): void {
    out.set(this.world, offset);
  }
}

const integers = box({ low: [-2, 10], high: [2, 12], dtype: 'int32' });
const cases: readonly (readonly [string, Space, right: SpaceValue, row: number[], wrong: readonly SpaceValue[]])[] = [
  ['Discrete', discrete(3, 5), 7, [7], [0, 1, 2, 4, 8, 5.5, Number.NaN]],
  ['negative Discrete', discrete(3, -1), -1, [-1], [2, -2]],
  ['MultiDiscrete', multiDiscrete([2, 3]), Int32Array.of(1, 2), [1, 2], [Int32Array.of(2, 0), Int32Array.of(0, -1)]],
  ['MultiBinary', multiBinary(2), Uint8Array.of(0, 1), [0, 1], [Uint8Array.of(0, 2), Uint8Array.of(1)]],
  ['integer Box', integers, Int32Array.of(-2, 12), [-2, 12], [Int32Array.of(-3, 10), Float32Array.of(0.5, 11)]],
  ['Tuple', tuple([discrete(2, 3), multiBinary(2)]), [4, Uint8Array.of(0, 1)], [4, 0, 1], [[0, Uint8Array.of(0, 1)]]],
  ['Dict', dict({ move: discrete(2, 3) }), { move: 4 }, [4], [{ move: 0 }, { move: 5 }, { turn: 4 }]],
];

describe('an ArrayEnv', () => {
  it.each(cases)('plays values of its space, and no others: %s', (_name, space, right, row, wrong) => {
    const env = new Echo(space, row.length);
    env.reset({ seed: 1 });
    expect([...env.step(right).obs]).toEqual(row);
    for (const action of wrong) expect(() => env.step(action)).toThrow(SpaceError);
    for (let i = 0; i < 20; i++) {
      env.reset();
      env.step(sample(space, new Rng(i)));
    }
    expect(checkEnv(env)).toEqual([]);
  });

  it.each(cases)('plays the same values in a vector environment: %s', (_name, space, _right, row) => {
    const vector = new SyncVectorEnv(() => new Echo(space, row.length), 2);
    const out = vector.createStep();
    vector.reset(out, 1);
    vector.step(Int32Array.from([...row, ...row]), out);
    expect([...out.obs]).toEqual([...row, ...row]);
    const { high } = flatBounds(space);
    for (const [k, most] of high.entries()) {
      const wrong = Int32Array.from([...row, ...row]);
      wrong[row.length + k] = most + 1;
      expect(() => vector.step(wrong, out)).toThrow(SpaceError);
    }
  });

  it('is stepped by rows as by values', () => {
    const plain = new Echo(discrete(3, 5), 1);
    const { spec } = plain;
    // Without rows of its own: only what `Env` asks for.
    const wrapped = rowEnv({ spec, reset: options => plain.reset(options), step: action => plain.step(action as number) });
    const vector = new SyncVectorEnv(() => plain, 1);
    const out = vector.createStep();
    wrapped.resetRow(out, 0, 1);
    wrapped.stepRow(Int32Array.of(6), out, 0);
    expect([...out.obs]).toEqual([6]);
    expect(() => wrapped.stepRow(Int32Array.of(1), out, 0)).toThrow('the action must be of Discrete(3, start 5), got 1');
  });
});

it('a table is played by the numbers of its spaces', () => {
  const spec = {
    id: 'Line-v0',
    observationSpace: discrete(3, 10),
    actionSpace: discrete(2, 5),
    maxEpisodeSteps: 20,
    rewardThreshold: null,
  };
  const env = new TabularEnv(spec, {
    start: [1, 0, 0],
    numActions: 2,
    outcomes: (state, action) => {
      const next = Math.max(0, state + 2 * action - 1);
      return [{ probability: 1, next, reward: next, terminated: next === 2 }];
    },
  });
  expect(env.reset({ seed: 1 }).obs).toBe(10);
  expect(env.step(6)).toMatchObject({ obs: 11, reward: 1 });
  expect(env.step(5)).toMatchObject({ obs: 10, reward: 0 });
  expect(env.step(6).obs).toBe(11);
  expect(env.step(6)).toMatchObject({ obs: 12, reward: 2, terminated: true });
  expect(checkEnv(env)).toEqual([]);
});
