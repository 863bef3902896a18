import { createEngine } from '@zpin/core';
import { sac } from '@zpin/offpolicy';
import { a2c, ppo } from '@zpin/onpolicy';
import { dqn } from '@zpin/value-based';
import { expect, test } from 'vitest';
import { type CaptureCase, capturePrograms } from '../src/lib/captured-programs.ts';

interface Bound extends CaptureCase {
  /** By the names of programs. */
  readonly nodes: Readonly<Record<string, number>>;
}

/** Every node costs ONNX Runtime a third of a microsecond, whatever it does. */
const bounds: readonly Bound[] = [
  {
    title: 'PPO',
    algorithm: ppo,
    env: 'CartPole-v1',
    config: { rolloutLength: 64, epochs: 1 },
    steps: 64,
    nodes: { 'ppo.explore': 36, 'ppo.update': 110 },
  },
  {
    title: 'A2C',
    algorithm: a2c,
    env: 'CartPole-v1',
    config: { numEnvs: 1 },
    steps: 10,
    nodes: { 'a2c.explore': 36, 'a2c.update': 83 },
  },
  {
    title: 'DQN',
    algorithm: dqn,
    env: 'CartPole-v1',
    config: { hiddenSizes: [64, 64], batchSize: 64, learningStarts: 64 },
    steps: 70,
    nodes: { 'dqn.act': 11, 'dqn.update': 60 },
  },
  {
    title: 'SAC',
    algorithm: sac,
    env: 'Pendulum-v1',
    config: { hiddenSizes: [64, 64], batchSize: 100, learningStarts: 100 },
    steps: 102,
    nodes: { 'sac.explore': 13, 'sac.update': 244 },
  },
  {
    title: 'SAC of wide layers',
    algorithm: sac,
    env: 'Pendulum-v1',
    config: { hiddenSizes: [256, 256], batchSize: 64, learningStarts: 64 },
    steps: 66,
    nodes: { 'sac.update': 233 },
  },
];

test.each(bounds)('graphs of $title have no more nodes than they had', async ({ nodes, ...subject }) => {
  const programs = await capturePrograms(await createEngine('onnx'), subject);
  const counts = Object.fromEntries(programs.map(({ source, executable }) => [source.name, executable.nodes]));
  for (const [name, bound] of Object.entries(nodes)) {
    expect(counts[name], name).toBeGreaterThan(0);
    expect(counts[name], name).toBeLessThanOrEqual(bound);
  }
});
