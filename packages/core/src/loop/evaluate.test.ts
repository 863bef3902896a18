import { type Actor, ConfigError, copySeeds, seedStream } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { ScriptedEnv, type ScriptedOptions } from '../../test/scripted-env.ts';
import { EVALUATION_STEP_LIMIT, type EvaluationProgress, evaluate } from './evaluate.ts';

const terminated = (...lengths: number[]) => lengths.map(length => ({ length, end: 'terminated' as const }));
const still: Actor = { act: obs => new Int32Array(obs.length / 3) };
const play = (options: ScriptedOptions, episodes: number, seed = 0, actor = still) =>
  evaluate(actor, new ScriptedEnv(options), episodes, seed);

describe('evaluate', () => {
  it('gives each copy its share of the episodes, however long they are', async () => {
    // Taking the first ends that come would give the short copy all four places.
    const { lengths, returns } = await play({ scripts: [terminated(1), terminated(10)] }, 4);
    expect(lengths).toEqual([1, 1, 10, 10]);
    // Σ over t of copy + episode + t / 8.
    expect(returns).toEqual([0.125, 1.125, 10 + 55 / 8, 20 + 55 / 8]);
  });

  it('gives the first copies one episode more when they cannot be shared equally, and plays none too many', async () => {
    const { lengths } = await play({ scripts: [terminated(2, 3), terminated(4, 5), terminated(6, 7)] }, 5);
    expect(lengths).toEqual([2, 3, 4, 5, 6]);
    expect((await play({ scripts: [terminated(2), terminated(1), terminated(1)] }, 1)).lengths).toEqual([2]);
  });

  it('averages over episodes, with the deviation of the population', async () => {
    const { meanReturn, stdReturn } = await play({ scripts: [terminated(1)] }, 3);
    expect(meanReturn).toBe(1.125);
    expect(stdReturn).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });

  it('says which share of the episodes reached their goal, where there are goals', async () => {
    const scripts = [terminated(2, 1), terminated(3)];
    // Episodes 0, 1, 2 of the first copy and 0, 1 of the second.
    expect((await play({ scripts, goals: true }, 5)).successRate).toBe(0.4);
    expect(await play({ scripts }, 5)).not.toHaveProperty('successRate');
  });

  it('counts an episode that was cut off as one', async () => {
    expect((await play({ scripts: [[{ length: 4, end: 'truncated' }]] }, 2)).lengths).toEqual([4, 4]);
  });

  it('seeds the environment once: the same seed gives the same episodes, another one others', async () => {
    const env = new ScriptedEnv({ scripts: [terminated(1, 2, 3), terminated(4, 5, 6)], seeded: true });
    const first = await evaluate(still, env, 4, 1);
    expect(await evaluate(still, env, 4, 1)).toEqual(first);
    expect((await evaluate(still, env, 4, 2)).lengths).not.toEqual(first.lengths);
    const seeds = [1, 1, 2].map(seed => copySeeds(seedStream(seed, 'evaluation', 0), 2));
    expect(env.seeds).toEqual(seeds);
  });

  it('asks for greedy actions among the legal ones, with promises or without', async () => {
    const asked: unknown[] = [];
    const actor: Actor = {
      act: async (obs, mode, mask) => {
        asked.push([Array.from(obs), mode, mask && Array.from(mask)]);
        return Int32Array.of(2);
      },
    };
    const env = new ScriptedEnv({ scripts: [terminated(2)], masks: true });
    await evaluate(actor, env, 1, 1);
    expect(asked).toEqual([
      [[0, 0, 0], 'exploit', [1, 0, 0]],
      [[0, 0, 1], 'exploit', [1, 0, 1]],
    ]);
    expect(env.played).toEqual([[2], [2]]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %s episodes', async episodes => {
    const attempt = play({ scripts: [terminated(1)] }, episodes);
    await expect(attempt).rejects.toThrow(`evaluate: episodes must be a whole number > 0, got ${episodes}`);
    await expect(attempt).rejects.toBeInstanceOf(ConfigError);
  });

  it('cuts off what does not end, says so, and begins the next episodes anew', async () => {
    const env = new ScriptedEnv({ scripts: [terminated(2), terminated(99)] });
    const found = await evaluate(still, env, 6, 0, { maxEpisodeSteps: 4 });
    // Three episodes of each copy; the second has to wait for a reset after each.
    expect(found).toMatchObject({ lengths: [2, 2, 2, 4, 4, 4], cutOff: 3 });
    expect(env.seeds).toHaveLength(3);
    expect(env.seeds).toEqual([0, 1, 2].map(round => copySeeds(seedStream(0, 'evaluation', round), 2)));
    // Copy + episode + t / 8 of the four steps of its first episode.
    expect(found.returns[3]).toBe(4 + (1 + 2 + 3 + 4) / 8);
    expect(await evaluate(still, env, 6, 0, { maxEpisodeSteps: 4 })).toEqual(found);
    expect(await evaluate(still, env, 6, 0, { maxEpisodeSteps: 99 })).not.toHaveProperty('cutOff');
  });

  it('has a limit where neither the environment nor the caller sets one', async () => {
    const found = await play({ scripts: [terminated(1e9)] }, 1);
    expect(found).toMatchObject({ lengths: [EVALUATION_STEP_LIMIT], cutOff: 1 });
  });

  it('lets signals in, tells how far it is, and gives up when it is told to', async () => {
    const stop = new AbortController();
    const told: EvaluationProgress[] = [];
    setTimeout(() => stop.abort(), 200);
    const env = new ScriptedEnv({ scripts: [terminated(3)] });
    const options = { signal: stop.signal, onProgress: (progress: EvaluationProgress) => void told.push(progress) };
    const failed = await evaluate(still, env, 1e9, 0, options).catch((error: unknown) => error);
    expect(failed).toBe(stop.signal.reason);
    expect(told.length).toBeGreaterThan(0);
    for (const { episodes, steps } of told) expect(episodes).toBe(Math.floor(steps / 3));
  });
});
