/**
 * `pnpm bench episode-weights`: what weighs log π(a|s) of each step of one episode in the policy gradient, as one picture,
 * `benchmarks/results/experiments/episode-weights.svg`. On the left an episode of CartPole that ends by a fall, on the right one of
 * MountainCar without a time limit that ends at the flag: the steps just before an end are to blame for the fall, and to praise for the
 * flag, and reward-to-go says so; the whole return weighs all steps alike.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { OnPolicyAgent, SpaceValue } from '@zpin/contracts';
import { createEngine, discountedReturns, normalizeAdvantages } from '@zpin/core';
import { makeEnv } from '@zpin/envs';
import { ppo } from '@zpin/onpolicy';
import { linePlot, type Plot } from '@zpin/plot';
import { loadAlgorithm, openRun } from 'zpin';

/** An episode, and who plays it: a policy that is half trained, so that it still ends as it should and as it should not. */
interface Shown {
  readonly env: string;
  readonly algo: 'reinforce' | 'ppo';
  readonly steps: number;
  readonly config: Readonly<Record<string, unknown>>;
  /** Discount of the returns. */
  readonly gamma: number;
  /** Whether the value of the agent counts in the rewards of the environment, and can be a baseline. */
  readonly hasBaseline: boolean;
}

const SHOWN: readonly Shown[] = [
  {
    env: 'CartPole-v1',
    algo: 'reinforce',
    steps: 20_000,
    config: { numEnvs: 4, rolloutLength: 256, policyLearningRate: 2e-3, normalizeAdvantage: true },
    gamma: 0.99,
    hasBaseline: true,
  },
  // Where REINFORCE itself would take too long.
  {
    env: 'MountainCar-v0',
    algo: 'ppo',
    steps: 300_000,
    config: ppo.presets['MountainCar-v0'].config,
    gamma: 0.995,
    hasBaseline: false,
  },
];
const SEED = 1;

const engine = await createEngine();

/** Rewards and values of the steps of one episode that the policy plays. */
async function playEpisode({ env: id, algo, steps, config }: Shown) {
  const envOptions = { maxEpisodeSteps: null };
  const run = await openRun(await loadAlgorithm(algo), id, { preset: false, steps, seed: SEED, config, engine });
  for await (const _ of run.events());
  const agent = run.agent as OnPolicyAgent;
  const env = makeEnv(id, envOptions);
  const rewards: number[] = [];
  const values: number[] = [];
  const value = new Float32Array(1);
  for (let { obs } = env.reset({ seed: SEED }); ; ) {
    await agent.value(obs as Float32Array, value);
    values.push(value[0]);
    const [action] = await agent.act(obs as Float32Array, 'explore');
    const step = env.step(action as SpaceValue);
    rewards.push(step.reward);
    obs = step.obs;
    if (step.terminated) break;
  }
  run.dispose();
  return { reward: Float32Array.from(rewards), value: Float32Array.from(values) };
}

async function weightsOf(shown: Shown): Promise<Plot> {
  const { reward, value } = await playEpisode(shown);
  const T = reward.length;
  const ends = new Uint8Array(T).fill(1, T - 1);
  const rows = {
    reward,
    terminated: ends,
    truncated: new Uint8Array(T),
    nextValue: new Float32Array(T),
    numSteps: T,
    numEnvs: 1,
  };
  const toGo = discountedReturns(rows, shown.gamma);
  const line = (name: string, y: Float32Array) => ({ name, y: Array.from(y), low: Array.from(y), high: Array.from(y) });
  process.stdout.write(`${shown.env}: ${T} steps, return ${reward.reduce((sum, paid) => sum + paid, 0)}\n`);
  return {
    xLabel: `step of an episode of ${shown.env}`,
    yLabel: 'weight, brought to deviation 1 over the episode',
    x: Array.from(toGo, (_, t) => t),
    lines: [
      line('reward-to-go', normalizeAdvantages(toGo)),
      ...(shown.hasBaseline
        ? [line('reward-to-go minus a baseline', normalizeAdvantages(toGo.map((g, t) => g - value[t])))]
        : []),
      line('whole return', new Float32Array(T)),
    ],
  };
}

const plots: Plot[] = [];
for (const shown of SHOWN) plots.push(await weightsOf(shown));
const folder = new URL('../results/experiments/', import.meta.url);
mkdirSync(folder, { recursive: true });
const title = 'REINFORCE: what weighs each step of one episode';
writeFileSync(
  new URL('episode-weights.svg', folder),
  linePlot(title, 'One episode of each policy, half trained. Seed 1. pnpm bench episode-weights', plots),
);
