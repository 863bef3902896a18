import { box, discrete, type EnvSpec, InputError, Rng, SpaceError } from '@zpin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OfflineDataset } from './offline-dataset.ts';
import type { Transitions } from './transitions.ts';

const spec: EnvSpec = {
  id: 'Line-v0',
  observationSpace: box({ low: -10, high: 10, shape: [1] }),
  actionSpace: discrete(3),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** Observation t leads to t + 1; rewards are 1, 2, 4, …; an episode ends after row 1, another is cut off after row 4. */
const line: Transitions = {
  obs: Float32Array.of(0, 1, 2, 3, 4, 5),
  action: Int32Array.of(0, 1, 2, 0, 1, 2),
  reward: Float32Array.of(1, 2, 4, 8, 16, 32),
  nextObs: Float32Array.of(1, 2, 3, 4, 5, 6),
  terminated: Uint8Array.of(0, 1, 0, 0, 0, 0),
  truncated: Uint8Array.of(0, 0, 0, 0, 1, 0),
};
const dataset = new OfflineDataset({ spec, transitions: line });

/** Every row once, in a batch drawn until all have come. */
function rows(gamma: number, nSteps?: number) {
  const found = new Map<number, { reward: number; discount: number; nextObs: number; obs: number; action: number }>();
  const source = dataset.discounted(gamma, nSteps);
  for (const rng = new Rng(1); found.size < dataset.size; ) {
    const { index, obs, action, reward, discount, nextObs } = source.sample(4, rng);
    for (const [i, row] of (index as Int32Array).entries()) {
      found.set(row, { obs: obs[i], action: action[i], reward: reward[i], discount: discount[i], nextObs: nextObs[i] });
    }
  }
  return Array.from({ length: dataset.size }, (_, row) => found.get(row));
}

describe('OfflineDataset', () => {
  it('draws its rows with the discount of each: 0 after an end, not after a cut', () => {
    expect(rows(0.5)).toEqual([
      { obs: 0, action: 0, reward: 1, discount: 0.5, nextObs: 1 },
      { obs: 1, action: 1, reward: 2, discount: 0, nextObs: 2 },
      { obs: 2, action: 2, reward: 4, discount: 0.5, nextObs: 3 },
      { obs: 3, action: 0, reward: 8, discount: 0.5, nextObs: 4 },
      { obs: 4, action: 1, reward: 16, discount: 0.5, nextObs: 5 },
      { obs: 5, action: 2, reward: 32, discount: 0.5, nextObs: 6 },
    ]);
  });

  it('sums up to n rewards, within an episode', () => {
    expect(rows(0.5, 3)).toEqual([
      { obs: 0, action: 0, reward: 1 + 0.5 * 2, discount: 0, nextObs: 2 },
      { obs: 1, action: 1, reward: 2, discount: 0, nextObs: 2 },
      { obs: 2, action: 2, reward: 4 + 0.5 * 8 + 0.25 * 16, discount: 0.125, nextObs: 5 },
      { obs: 3, action: 0, reward: 8 + 0.5 * 16, discount: 0.25, nextObs: 5 },
      { obs: 4, action: 1, reward: 16, discount: 0.5, nextObs: 5 },
      { obs: 5, action: 2, reward: 32, discount: 0.5, nextObs: 6 },
    ]);
  });

  it('takes an unfinished last episode as cut off, and leaves the given flags alone', () => {
    expect(Array.from(dataset.transitions.truncated)).toEqual([0, 0, 0, 0, 1, 1]);
    expect(line.truncated[5]).toBe(0);
  });

  it('draws every row equally often', () => {
    const counts = new Int32Array(6);
    const rng = new Rng(3);
    const source = dataset.discounted(0.9);
    for (let k = 0; k < 600; k++) for (const row of source.sample(10, rng).index as Int32Array) counts[row]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(4.5 * Math.sqrt(1000 * (5 / 6)));
  });

  it('tells returns, lengths and the spread of observations', () => {
    const { returns, obsMean, obsStd, ...rest } = dataset.statistics();
    expect(Array.from(returns)).toEqual([3, 28, 32]);
    expect(rest).toEqual({
      transitions: 6,
      episodes: 3,
      meanReturn: 21,
      stdReturn: Math.sqrt((18 ** 2 + 7 ** 2 + 11 ** 2) / 3),
      minReturn: 3,
      maxReturn: 32,
      meanLength: 2,
    });
    expect(obsMean[0]).toBeCloseTo(2.5, 12);
    expect(obsStd[0]).toBeCloseTo(Math.sqrt(35 / 12), 12);
  });

  it('puts data sets behind each other, where no transition reaches over the seam', () => {
    const both = OfflineDataset.concat([dataset, dataset]);
    expect(both.size).toBe(12);
    expect(Array.from(both.transitions.reward)).toEqual([...line.reward, ...line.reward]);
    expect(both.transitions.truncated[5]).toBe(1);
    expect(both.statistics().episodes).toBe(6);
  });

  it('knows its data from others', () => {
    const rng = new Rng(2);
    const same = new OfflineDataset({ spec, transitions: structuredClone(line) });
    expect(same.checksum).toBe(dataset.checksum);
    const other = new OfflineDataset({ spec, transitions: { ...line, reward: line.reward.map(r => r + (r === 8 ? 1e-6 : 0)) } });
    expect(other.checksum).not.toBe(dataset.checksum);
    const state = dataset.discounted(0.9).state();
    expect(() => same.discounted(0.9).restore(state)).not.toThrow();
    expect(() => other.discounted(0.9).restore(state)).toThrow(/the data set must be the one of the run, 6 transitions with/);
    expect(dataset.discounted(0.9).sample(2, rng).size).toBe(2);
  });

  it('returns what an independent count of random episodes returns', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.constantFrom('on', 'end', 'cut')), { minLength: 1 });
    fc.assert(
      fc.property(steps, list => {
        const size = list.length;
        const { returns } = new OfflineDataset({
          spec,
          transitions: {
            obs: new Float32Array(size),
            action: new Int32Array(size),
            reward: Float32Array.from(list, ([reward]) => reward),
            nextObs: new Float32Array(size),
            terminated: Uint8Array.from(list, ([, end]) => Number(end === 'end')),
            truncated: Uint8Array.from(list, ([, end]) => Number(end === 'cut')),
          },
        }).statistics();
        expect(returns.reduce((sum, value) => sum + value, 0)).toBe(list.reduce((sum, [reward]) => sum + reward, 0));
        expect(returns.length).toBe(list.filter(([, end], i) => end !== 'on' || i === size - 1).length);
      }),
    );
  });
});

describe('bad data', () => {
  const wrong = (change: Partial<Record<keyof Transitions, unknown>>) => () =>
    new OfflineDataset({ spec, transitions: { ...line, ...change } as Transitions });
  const mask = new Uint8Array(18).fill(1);

  it.each<[string, Partial<Record<keyof Transitions, unknown>>, RegExp]>([
    ['no rows', { reward: new Float32Array(0) }, /there must be a transition, got "none"/],
    [
      'a column of another length',
      { obs: new Float32Array(5) },
      /obs must be a Float32Array of 6 rows of 1, got Float32Array of 5/,
    ],
    ['a column of another type', { action: new Float32Array(6) }, /action must be a Int32Array of 6 rows of 1/],
    ['NaN', { reward: Float32Array.of(1, 2, Number.NaN, 4, 5, 6) }, /reward of row 2 must be finite, got NaN/],
    ['an infinite successor', { nextObs: Float32Array.of(1, 2, 3, 4, 5, Infinity) }, /nextObs of row 5 must be in/],
    ['a flag of 2', { terminated: Uint8Array.of(0, 0, 2, 0, 0, 0) }, /terminated of row 2 must be 0 or 1, got 2/],
    ['no column of ends', { truncated: undefined }, /there must be a column truncated, got "obs, action, reward/],
    ['one mask alone', { actionMask: mask }, /masks must come in pairs/],
    [
      'an action that its mask forbids',
      { actionMask: mask.map((_, i) => Number(i !== 4)), nextActionMask: mask },
      /action of row 1 must be legal by its mask, got 1/,
    ],
  ])('refuses %s', (_name, change, expected) => {
    expect(wrong(change)).toThrow(InputError);
    expect(wrong(change)).toThrow(expected);
  });

  it('refuses actions that the environment does not have', () => {
    const index = wrong({ action: Int32Array.of(0, 1, 3, 0, 1, 2) });
    expect(index).toThrow(SpaceError);
    expect(index).toThrow(/action of row 2 must be in \[0, 2\] as in Discrete\(3\) of Line-v0, got 3/);
    const bounded = { ...spec, actionSpace: box({ low: -2, high: 2, shape: [1] }) };
    const actions = (last: number) => ({ ...line, action: Float32Array.of(0, 1, 2, -2, 0, last) });
    expect(() => new OfflineDataset({ spec: bounded, transitions: actions(1) })).not.toThrow();
    expect(() => new OfflineDataset({ spec: bounded, transitions: actions(2.5) })).toThrow(/row 5 must be in \[-2, 2\]/);
  });

  it('refuses to mix environments, and to discount by more than 1', () => {
    const other = new OfflineDataset({ spec: { ...spec, id: 'Other-v0' }, transitions: line });
    expect(() => OfflineDataset.concat([dataset, other])).toThrow(/must be of Line-v0, .* got "Other-v0/);
    const wider = { ...spec, observationSpace: box({ low: -20, high: 20, shape: [1] }) };
    expect(() => OfflineDataset.concat([dataset, new OfflineDataset({ spec: wider, transitions: line })])).toThrow(
      /from -10 to 10 to Discrete\(3\), got .* from -20 to 20 to/,
    );
    expect(() => OfflineDataset.concat([])).toThrow(/there must be a data set/);
    expect(() => dataset.discounted(1.1)).toThrow(/gamma must be in \[0, 1\], got 1\.1/);
    expect(() => dataset.discounted(0.9, 0)).toThrow(/nSteps must be an integer >= 1, got 0/);
  });
});
