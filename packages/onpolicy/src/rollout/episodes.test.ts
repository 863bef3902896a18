import type { Rollout } from '@zpin/contracts';
import { Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { Episodes } from './episodes.ts';

type Ending = 'terminated' | 'truncated' | null;

/** A rollout in which observation, action and value of a step are 10, 1 and 0.1 times the number of the step in the run. */
function rolloutOf(first: number, steps: readonly (readonly Ending[])[], reward: (t: number, i: number) => number): Rollout {
  const numEnvs = steps[0].length;
  const each = <A>(f: (t: number, i: number) => A) => steps.flatMap((row, t) => row.map((_, i) => f(t, i)));
  const id = (t: number, i: number) => (first + t) * numEnvs + i;
  return {
    numSteps: steps.length,
    numEnvs,
    obs: Float32Array.from(each((t, i) => [id(t, i) * 10, -id(t, i)]).flat()),
    action: Int32Array.from(each(id)),
    reward: Float32Array.from(each((t, i) => reward(first + t, i))),
    terminated: Uint8Array.from(each((t, i) => Number(steps[t][i] === 'terminated'))),
    truncated: Uint8Array.from(each((t, i) => Number(steps[t][i] === 'truncated'))),
    logProb: new Float32Array(steps.length * numEnvs),
    value: Float32Array.from(each((t, i) => id(t, i) / 10)),
    nextValue: Float32Array.from(each((t, i) => (steps[t][i] === 'terminated' ? 0 : 100))),
  };
}

const one = (endings: readonly Ending[]) => endings.map(end => [end]);

describe('episodes', () => {
  it('give every step the return from it on, and that of its whole episode', () => {
    const episodes = new Episodes({ numEnvs: 1, gamma: 0.5, bootstrap: false });
    const steps = episodes.add(rolloutOf(0, one([null, null, 'terminated', 'terminated', null]), t => 2 ** t));
    // Episode 1: rewards 1, 2, 4: G = 4, 2 + 2, 1 + 2. Episode 2: reward 8. The fifth step waits.
    expect(steps).toMatchObject({ rows: 4, episodes: 2 });
    expect(Array.from(steps!.returnToGo)).toEqual([3, 4, 4, 8]);
    expect(Array.from(steps!.wholeReturn)).toEqual([3, 3, 3, 8]);
    expect(Array.from(steps!.obs)).toEqual([0, -0, 10, -1, 20, -2, 30, -3]);
  });

  it('put together what rollouts cut', () => {
    const episodes = new Episodes({ numEnvs: 1, gamma: 1, bootstrap: false });
    expect(episodes.add(rolloutOf(0, one([null, null]), () => 1))).toBeNull();
    expect(episodes.add(rolloutOf(2, one([null, null]), () => 1))).toBeNull();
    const steps = episodes.add(rolloutOf(4, one(['terminated', null]), () => 1));
    expect(Array.from(steps!.action)).toEqual([0, 1, 2, 3, 4]);
    expect(Array.from(steps!.returnToGo)).toEqual([5, 4, 3, 2, 1]);
    const rest = episodes.add(rolloutOf(6, one([null, 'terminated']), () => 1));
    expect(Array.from(rest!.action)).toEqual([5, 6, 7]);
  });

  it.each([
    ['stands', true, [1 + 0.5 * (1 + 0.5 * 100), 1 + 0.5 * 100]],
    ['does not stand', false, [1.5, 1]],
  ])('whose time is up: the value of the last observation %s for the rest', (_word, bootstrap, expected) => {
    const episodes = new Episodes({ numEnvs: 1, gamma: 0.5, bootstrap });
    const steps = episodes.add(rolloutOf(0, one([null, 'truncated']), () => 1));
    expect(Array.from(steps!.returnToGo)).toEqual(expected);
  });

  it('of several environments end at different times, and none is lost or comes twice', () => {
    const rng = new Rng(2);
    const numEnvs = 3;
    const [numRollouts, numSteps] = [12, 5];
    const endings = Array.from({ length: numRollouts * numSteps }, () =>
      Array.from(
        { length: numEnvs },
        (): Ending => (rng.random() < 0.12 ? (rng.random() < 0.5 ? 'terminated' : 'truncated') : null),
      ),
    );
    const rewards = endings.map(row => row.map(() => Math.fround(rng.uniform(-1, 1))));
    let episodes = new Episodes({ numEnvs, gamma: 0.9, bootstrap: true });
    const found = new Map<number, readonly [number, number]>();
    for (let k = 0; k < numRollouts; k++) {
      const rollout = rolloutOf(k * numSteps, endings.slice(k * numSteps, (k + 1) * numSteps), (t, i) => rewards[t][i]);
      const steps = episodes.add(rollout);
      for (let row = 0; row < (steps?.rows ?? 0); row++) {
        const id = steps!.action[row];
        expect(found.has(id)).toBe(false);
        expect([steps!.obs[2 * row], steps!.obs[2 * row + 1], steps!.value[row]]).toEqual([10 * id, -id, Math.fround(id / 10)]);
        found.set(id, [steps!.returnToGo[row], steps!.wholeReturn[row]]);
      }
      // Whatever is open goes on from a saved state.
      const saved = structuredClone(episodes.state());
      episodes = new Episodes({ numEnvs, gamma: 0.9, bootstrap: true });
      episodes.restore(saved);
    }
    // Each episode on its own, from its first step to its last.
    let count = 0;
    for (let i = 0; i < numEnvs; i++) {
      let start = 0;
      for (const [t, row] of endings.entries()) {
        const ending = row[i];
        if (!ending) continue;
        let following = ending === 'truncated' ? 100 : 0;
        const returns: number[] = [];
        for (let s = t; s >= start; s--) returns[s] = following = rewards[s][i] + 0.9 * following;
        for (let s = start; s <= t; s++) {
          const [toGo, whole] = found.get(s * numEnvs + i)!;
          expect(toGo).toBeCloseTo(returns[s], 4);
          expect(whole).toBeCloseTo(returns[start], 4);
          count++;
        }
        start = t + 1;
      }
    }
    expect(count).toBe(found.size);
    expect(count).toBeGreaterThan(100);
  });

  it('keep no more than what is open', () => {
    const episodes = new Episodes({ numEnvs: 2, gamma: 1, bootstrap: false });
    episodes.add(rolloutOf(0, [[null, null], ['terminated', null], [null, 'truncated']], () => 1)); // biome-ignore format: steps
    // The last step of environment 0 is the only open one, in the last row.
    expect(episodes.state()).toMatchObject({ start: Int32Array.of(0, 1), kept: { reward: Float32Array.of(1, 1) } });
    episodes.add(rolloutOf(3, [['terminated', 'terminated']], () => 1));
    expect(episodes.state().kept).toBeNull();
  });

  it('that are cut begin anew: no half of one is put before another', () => {
    const episodes = new Episodes({ numEnvs: 1, gamma: 1, bootstrap: false });
    expect(episodes.add(rolloutOf(0, one([null, null]), () => 1))).toBeNull();
    episodes.cut();
    expect(episodes.state()).toEqual({ start: Int32Array.of(0), kept: null });
    expect(Array.from(episodes.add(rolloutOf(2, one([null, 'terminated']), () => 1))!.returnToGo)).toEqual([2, 1]);
  });

  it('carry the legal actions along', () => {
    const episodes = new Episodes({ numEnvs: 1, gamma: 1, bootstrap: false });
    const masked = (first: number, endings: readonly Ending[], mask: number[]) => ({
      ...rolloutOf(first, one(endings), () => 1),
      actionMask: Uint8Array.from(mask),
    });
    expect(episodes.add(masked(0, [null], [1, 0]))).toBeNull();
    expect(Array.from(episodes.add(masked(1, ['terminated'], [0, 1]))!.actionMask!)).toEqual([1, 0, 0, 1]);
  });
});
