import { type Actor, box, CheckpointError, type VectorEnv } from '@zpin/contracts';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { maskedProbes, probeEnv } from '../../../../tools/testing/probe-envs.ts';
import { type BehaviourOptions, behaviour } from './behaviour.ts';
import { collectDataset } from './collect-dataset.ts';
import { recordTransitions } from './record-transitions.ts';

const constant = (action: number): Actor => ({ act: obs => new Int32Array(obs.length / 4).fill(action) });
const random = (env: VectorEnv, seed = 1) => behaviour({ spec: env.spec, seed });

describe('collectDataset', () => {
  it('keeps whole episodes, copy by copy, with true successors at their ends', async () => {
    const env = makeVectorEnv('CartPole-v1', 3, { maxEpisodeSteps: 12 });
    const { transitions, size } = await collectDataset({ env, actor: random(env), steps: 200, seed: 4 });
    expect(size).toBe(201);
    const { obs, nextObs, terminated, truncated, reward } = transitions;
    let ends = 0;
    for (let row = 0; row + 1 < size; row++) {
      const follows = [0, 1, 2, 3].every(k => nextObs[4 * row + k] === obs[4 * (row + 1) + k]);
      const isEnd = terminated[row] || truncated[row];
      // Every copy begins anew, after 67 rows.
      expect(follows).toBe(!isEnd);
      ends += isEnd;
    }
    expect(ends).toBeGreaterThan(16);
    expect([66, 133, 200].every(row => terminated[row] || truncated[row])).toBe(true);
    expect(new Set(reward)).toEqual(new Set([1]));
    // A pole that fell lies, and only then does the task end.
    for (let row = 0; row < size; row++) {
      const [x, angle] = [nextObs[4 * row], nextObs[4 * row + 2]];
      expect(terminated[row] === 1).toBe(Math.abs(x) > 2.4 || Math.abs(angle) > (12 * Math.PI) / 180);
    }
  });

  it('is the same for a seed, and another one for another', async () => {
    const collect = (seed: number, of = 1) => {
      const env = makeVectorEnv('Pendulum-v1', 2);
      return collectDataset({ env, actor: random(env, of), steps: 50, seed });
    };
    const checksums = (await Promise.all([collect(1), collect(1), collect(2), collect(1, 2)])).map(({ checksum }) => checksum);
    expect(checksums[1]).toBe(checksums[0]);
    expect(new Set(checksums).size).toBe(3);
  });

  it('keeps the actions that were played: within their bounds', async () => {
    const env = makeVectorEnv('Pendulum-v1', 1);
    const wild: Actor = { act: () => Float32Array.of(7) };
    const { transitions } = await collectDataset({ env, actor: wild, steps: 3, seed: 1 });
    expect(Array.from(transitions.action)).toEqual([2, 2, 2]);
  });

  it('keeps masks, and obeys them', async () => {
    const env = probeEnv(maskedProbes[0], 'discrete', 2);
    const { transitions } = await collectDataset({ env, actor: random(env), steps: 20, seed: 1 });
    // One action is legal in each state: 1 in that of observation −1, 0 in that of 1.
    for (let row = 0; row < 20; row++) {
      const isFirst = transitions.obs[row] === -1;
      expect(transitions.action[row]).toBe(Number(isFirst));
      expect(Array.from(transitions.actionMask?.subarray(2 * row, 2 * row + 2) ?? [])).toEqual(isFirst ? [0, 1] : [1, 0]);
    }
  });

  it('refuses to collect nothing, or more than any memory holds', async () => {
    const env = makeVectorEnv('CartPole-v1', 1);
    await expect(collectDataset({ env, actor: random(env), steps: 0, seed: 1 })).rejects.toThrow(
      /steps must be an integer >= 1, got 0/,
    );
    await expect(collectDataset({ env, actor: random(env), steps: 1e13, seed: 1 })).rejects.toThrow(
      /steps must be at most \d+, got 1e?/,
    );
  });
});

describe('recordTransitions', () => {
  it('is the environment itself for who plays, and cuts off episodes at a reset', () => {
    const [plain, recorded] = [makeVectorEnv('CartPole-v1', 1), recordTransitions(makeVectorEnv('CartPole-v1', 1))];
    const [expected, out] = [plain.createStep(), recorded.createStep()];
    plain.reset(expected, 3);
    recorded.reset(out, 3);
    for (let t = 0; t < 40; t++) {
      if (t === 5) {
        plain.reset(expected, 8);
        recorded.reset(out, 8);
      }
      plain.step(Int32Array.of(t % 2), expected);
      recorded.step(Int32Array.of(t % 2), out);
      expect(out).toEqual(expected);
    }
    const { transitions, size } = recorded.dataset();
    expect(size).toBe(40);
    expect([transitions.truncated[4], transitions.truncated[3], transitions.terminated[4]]).toEqual([1, 0, 0]);
    expect(Array.from(transitions.action)).toEqual(Array.from({ length: 40 }, (_, t) => t % 2));
  });

  it('holds more steps than it first had room for', () => {
    const env = recordTransitions(makeVectorEnv('Pendulum-v1', 1));
    const out = env.createStep();
    env.reset(out, 1);
    const seen: number[] = [];
    for (let t = 0; t < 3000; t++) {
      seen.push(out.obs[2]);
      env.step(Float32Array.of(Math.sin(t)), out);
    }
    const { transitions } = env.dataset();
    expect(Array.from({ length: 3000 }, (_, row) => transitions.obs[3 * row + 2])).toEqual(seen);
  });

  it('goes on from a state as if it had never stopped, ends and cuts alike', () => {
    const make = () => recordTransitions(makeVectorEnv('CartPole-v1', 2, { maxEpisodeSteps: 15 }));
    const play = (env: VectorEnv, from: number, to: number) => {
      const out = env.createStep();
      if (from === 0) env.reset(out, 4);
      for (let t = from; t < to; t++) env.step(Int32Array.of(t % 2, Number(t % 3 === 0)), out);
    };
    const whole = make();
    play(whole, 0, 60);
    const { transitions, checksum } = whole.dataset();
    expect([transitions.terminated, transitions.truncated].map(flags => flags.includes(1))).toEqual([true, true]);
    for (const stopAt of [1, 15, 37]) {
      const [first, second] = [make(), make()];
      play(first, 0, stopAt);
      const state = first.state();
      // What happens after the checkpoint is lost with the run that died.
      play(first, stopAt, stopAt + 9);
      second.restore(state);
      expect(second.size).toBe(2 * stopAt);
      play(second, stopAt, 60);
      expect(second.dataset().checksum).toBe(checksum);
    }
  });

  it('changes the settings of what it records', () => {
    const env = recordTransitions(makeVectorEnv('CartPole-v1', 1));
    const out = env.createStep();
    env.setParameters?.({ maxEpisodeSteps: 3 });
    env.reset(out, 1);
    for (let t = 0; t < 6; t++) env.step(Int32Array.of(t % 2), out);
    expect(env.parameters).toEqual({ maxEpisodeSteps: 3 });
    expect(Array.from(env.dataset().transitions.truncated)).toEqual([0, 0, 1, 0, 0, 1]);
  });

  it('keeps what was recorded where the episodes of a state cannot go on', () => {
    const inner = makeVectorEnv('CartPole-v1', 1);
    let canGoOn = true;
    const fickle: VectorEnv = {
      ...{ spec: inner.spec, numEnvs: 1, createStep: () => inner.createStep(), close: () => inner.close() },
      ...{ state: () => inner.state(), reset: (out, seed) => inner.reset(out, seed) },
      step: (actions, out) => inner.step(actions, out),
      get isResumable() {
        return canGoOn;
      },
      restore() {
        canGoOn = false;
        throw new CheckpointError('they are other ones now');
      },
    };
    const env = recordTransitions(fickle);
    const out = env.createStep();
    env.reset(out, 1);
    for (let t = 0; t < 4; t++) env.step(Int32Array.of(t % 2), out);
    const state = env.state();
    env.step(Int32Array.of(0), out);
    expect(env.isResumable).toBe(true);
    expect(() => env.restore(state)).toThrow('they are other ones now');
    expect(env.isResumable).toBe(false);
    // As the loop does then.
    env.reset(out, 2);
    env.step(Int32Array.of(1), out);
    const { transitions, size } = env.dataset();
    expect([size, Array.from(transitions.truncated)]).toEqual([5, [0, 0, 0, 1, 1]]);
  });

  it('refuses a state that is none of a recording, or of another one', () => {
    const [plain, recorded] = [makeVectorEnv('CartPole-v1', 1), recordTransitions(makeVectorEnv('CartPole-v1', 1))];
    const out = recorded.createStep();
    plain.reset(out, 1);
    expect(() => recorded.restore(plain.state())).toThrow(/must be that of a recording of 1 copies of CartPole-v1, got "none"/);
    expect(() => recorded.step(Int32Array.of(0), out)).toThrow(/must have been reset, got "none"/);
    const others = recordTransitions(makeVectorEnv('CartPole-v1', 2));
    others.reset(others.createStep(), 1);
    expect(() => recorded.restore(others.state())).toThrow(/got "one with other rows"/);
    expect(() => recorded.dataset()).toThrow(/there must be a transition/);
  });
});

describe('behaviour', () => {
  const spec = makeVectorEnv('CartPole-v1', 1).spec;
  const rows = new Float32Array(4 * 10_000);
  const act = async (options: BehaviourOptions) => Array.from(await behaviour(options).act(rows, 'exploit'));

  it('replaces the share of actions that it is asked to', async () => {
    const actions = await act({ spec, seed: 1, actor: constant(1), epsilon: 0.3 });
    const zeros = actions.reduce((count: number, action: number) => count + Number(action === 0), 0);
    // Half of the random ones are the actor's own: 15 %, give or take four deviations.
    expect(Math.abs(zeros - 1500)).toBeLessThan(4 * Math.sqrt(1500 * 0.85));
  });

  it('is the actor itself without noise, and random without an actor', async () => {
    expect(await act({ spec, seed: 1, actor: constant(1) })).toEqual(new Array(10_000).fill(1));
    const actions = await act({ spec, seed: 1 });
    expect(Math.abs(actions.reduce((sum: number, action: number) => sum + action, 0) - 5000)).toBeLessThan(4 * 50);
  });

  it('adds noise in half widths of the box, and stays within it', async () => {
    const bounded = { ...spec, actionSpace: box({ low: [0, -1], high: [10, 1] }) };
    const actor: Actor = { act: obs => new Float32Array(obs.length / 2).map((_, i) => (i % 2 === 0 ? 5 : 0)) };
    const actions = await act({ spec: bounded, seed: 1, actor, noiseScale: 0.1 });
    const deviation = (k: number, center: number) =>
      Math.sqrt(actions.reduce((sum: number, a: number, i: number) => sum + (i % 2 === k ? (a - center) ** 2 : 0), 0) / 10_000);
    expect(deviation(0, 5)).toBeCloseTo(0.5, 1);
    expect(deviation(1, 0)).toBeCloseTo(0.1, 1);
    const loud = await act({ spec: bounded, seed: 1, actor, noiseScale: 9 });
    expect(loud.every((a: number, i: number) => (i % 2 === 0 ? a >= 0 && a <= 10 : a >= -1 && a <= 1))).toBe(true);
  });

  it('refuses what cannot be', () => {
    expect(() => behaviour({ spec, seed: 1, epsilon: 0.5 })).toThrow(/epsilon must be 1 without an actor/);
    expect(() => behaviour({ spec, seed: 1, actor: constant(0), epsilon: 1.5 })).toThrow(/epsilon must be in \[0, 1\], got 1\.5/);
    expect(() => behaviour({ spec, seed: 1, actor: constant(0), noiseScale: 0.1 })).toThrow(/as in CartPole-v1, got 0\.1/);
    const open = { ...spec, actionSpace: box({ low: Number.NEGATIVE_INFINITY, high: 1 }) };
    expect(() => behaviour({ spec: open, seed: 1, actor: constant(0), noiseScale: 0.1 })).toThrow(/no bounded Box/);
  });
});
