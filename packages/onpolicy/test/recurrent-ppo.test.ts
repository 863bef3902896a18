import { box, ConfigError, discrete, type NumericArray, type OnPolicyAgent } from '@zpin/contracts';
import { type Algorithm, createEngine, evaluate } from '@zpin/core';
import { ArrayEnv, makeVectorEnv, SyncVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { ppo } from '../src/ppo.ts';
import { recurrentPpo } from '../src/recurrent-ppo.ts';

const engine = await createEngine('onnx');

/** Steps from the cue to the junction. */
const CORRIDOR = 5;

/**
 * A T-maze: a cue of ±1 is seen at the first step alone; at the junction, where 2 is seen, the turn that it told pays 1, the
 * other one −1.
 */
class TMaze extends ArrayEnv<NumericArray, number> {
  /** Cue and steps done. */
  protected readonly world = new Int32Array(2);

  constructor() {
    super({
      id: 'TMaze-v0',
      observationSpace: box({ low: -1, high: 2, shape: [1] }),
      actionSpace: discrete(2),
      maxEpisodeSteps: null,
      rewardThreshold: null,
    });
  }

  protected start(): void {
    this.world[0] = 2 * this.rng.integers(0, 2) - 1;
    this.world[1] = 0;
  }

  protected advance(actions: NumericArray, offset: number): void {
    const [cue, steps] = this.world as unknown as [number, number];
    this.terminated = steps === CORRIDOR;
    this.reward = this.terminated ? cue * (2 * (actions[offset] as number) - 1) : 0;
    this.world[1] = steps + 1;
  }

  protected observe(out: NumericArray, offset: number): void {
    const [cue, steps] = this.world as unknown as [number, number];
    out[offset] = steps === 0 ? cue : steps === CORRIDOR ? 2 : 0;
  }
}

/** A cue of ±1 at the first step, then zeros; every step pays the cue, and a time limit cuts every episode off after four. */
class CueForEver extends ArrayEnv<NumericArray, number> {
  protected readonly world = new Int32Array(2);

  constructor() {
    super({
      id: 'CueForEver-v0',
      observationSpace: box({ low: -1, high: 1, shape: [1] }),
      actionSpace: discrete(2),
      maxEpisodeSteps: 4,
      rewardThreshold: null,
    });
  }

  protected start(): void {
    this.world[0] = 2 * this.rng.integers(0, 2) - 1;
    this.world[1] = 0;
  }

  protected advance(): void {
    this.reward = this.world[0] as number;
    this.world[1] = 1;
  }

  protected observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[1] === 0 ? (this.world[0] as number) : 0;
  }
}

const common = {
  numEnvs: 8,
  rolloutLength: 32,
  batchSize: 64,
  hiddenSizes: [16],
  learningRate: { type: 'linear', from: 1e-2, to: 0 },
};

async function train(algorithm: Algorithm, makeEnv: () => TMaze | CueForEver, config: object, totalSteps: number) {
  const env = new SyncVectorEnv(makeEnv, common.numEnvs);
  const agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine });
  for await (const _ of algorithm.train({ agent, env, totalSteps, seed: 1 }));
  return agent as OnPolicyAgent;
}

describe.each([
  ['lstm', false],
  ['gru', true],
] as const)('with cells of kind %s, shared trunk: %s', (recurrentCell, sharedTrunk) => {
  const config = { ...common, recurrentCell, sharedTrunk, recurrentSize: 16, sequenceLength: 16 };

  it('remembers the way through a T-maze', async () => {
    const agent = await train(recurrentPpo as Algorithm, () => new TMaze(), config, 8192);
    const { meanReturn } = await evaluate(agent, new SyncVectorEnv(() => new TMaze(), 10), 100, 1000);
    expect(meanReturn).toBe(1);
    agent.dispose();
  });

  it('goes on after a time limit with the value of what the episode remembers', async () => {
    const agent = await train(recurrentPpo as Algorithm, () => new CueForEver(), { ...config, gamma: 0.5 }, 8192);
    // The true value is cue / (1 − γ) at each step.
    const value = new Float32Array(2);
    const [logProb, obs] = [new Float32Array(2), Float32Array.of(1, -1)];
    const recurrence = { start: Uint8Array.of(1, 1), memory: new Float32Array(2 * (agent.memorySize as number)) };
    for (let t = 0; t < 4; t++) {
      await agent.explore(obs, logProb, value, undefined, recurrence);
      for (const [i, sign] of [1, -1].entries()) expect(Math.abs((value[i] as number) - 2 * sign), `step ${t}`).toBeLessThan(0.3);
      recurrence.start.fill(0);
      obs.fill(0);
    }
    agent.dispose();
  });
});

it('does what a policy without a memory cannot', async () => {
  const agent = await train(ppo as Algorithm, () => new TMaze(), common, 6144);
  const { meanReturn } = await evaluate(agent, new SyncVectorEnv(() => new TMaze(), 10), 400, 1000);
  expect(Math.abs(meanReturn)).toBeLessThan(0.2);
  agent.dispose();
});

it('carries its memory through evaluation, and forgets it where an episode begins', async () => {
  const env = new SyncVectorEnv(() => new TMaze(), 2);
  const agent = await recurrentPpo.create({ spec: env.spec, config: { hiddenSizes: [4], recurrentSize: 4 }, seed: 1, engine });
  const value = async () => {
    const values = new Float32Array(2);
    await (agent as OnPolicyAgent).value(new Float32Array(2), values);
    return Array.from(values);
  };
  const fresh = await value();
  await agent.act(Float32Array.of(1, -1), 'exploit', undefined, Uint8Array.of(1, 1));
  expect(await value()).toEqual(fresh);
  await agent.act(Float32Array.of(1, -1), 'explore', undefined, Uint8Array.of(1, 1));
  const [up, down] = await value();
  expect(up).not.toBe(down);
  const once = await agent.state();
  await agent.act(Float32Array.of(1, -1), 'explore', undefined, Uint8Array.of(1, 1));
  expect((await agent.state()).memory).toEqual(once.memory);
  await agent.act(Float32Array.of(1, -1), 'explore', undefined, Uint8Array.of(0, 1));
  const { memory } = (await agent.state()) as { memory: Float32Array };
  const half = memory.length / 2;
  expect(memory.slice(0, half)).not.toEqual((once.memory as Float32Array).slice(0, half));
  expect(memory.slice(half)).toEqual((once.memory as Float32Array).slice(half));
  agent.dispose();
});

it.each([
  [{ rolloutLength: 40, sequenceLength: 16 }, /rolloutLength must be a multiple of sequenceLength, got 40/],
  [{ batchSize: 40, sequenceLength: 16 }, /batchSize must be a multiple of sequenceLength, got 40/],
  [{ sharedTrunk: true, valueEpochs: 3 }, /sharedTrunk must be false where policyLearningRate, valueLearningRate or valueEpochs/],
])('refuses %j', async (config, expected) => {
  const { spec } = makeVectorEnv('CartPole-v1', 1);
  const create = async () => recurrentPpo.create({ spec, config, seed: 1, engine });
  await expect(create).rejects.toThrow(ConfigError);
  await expect(create).rejects.toThrow(expected);
});
