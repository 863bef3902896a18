import { Rng, sample } from '@zpin/contracts';
import { createEngine, policyActor } from '@zpin/core';
import { pretrainedPolicy } from '@zpin/policies';
import { dqn } from '@zpin/value-based';
import { expect, test } from 'vitest';
import { homePolicy, homePolicyInfo } from '../pages/home-policy.ts';
import { LanderGame } from './lander-game.ts';
import { decodeNetwork, encodeNetwork, PlainPolicy } from './plain-policy.ts';

test('a network acts by its largest value, the first one of equals', () => {
  // One hidden unit, max(0, 2x − 1), and two values, 3h and 1 − h: equal at h = ¼.
  const policy = new PlainPolicy({ sizes: [1, 1, 2], weights: Float32Array.of(2, -1, 3, -1, 0, 1) });
  expect([-5, 0, 0.5, 0.625, 0.7].map(x => policy.act([x]))).toEqual([1, 1, 1, 0, 0]);
});

test('bytes hold a network, and refuse what is none', () => {
  const network = { sizes: [1, 1, 2], weights: Float32Array.of(2, -1, 3, -1, 0, 1) };
  const bytes = encodeNetwork(network);
  expect(bytes).toHaveLength(4 * (1 + 3 + 6));
  expect(decodeNetwork(bytes.buffer)).toEqual(network);
  expect(() => decodeNetwork(bytes.buffer.slice(0, -4))).toThrow('there must be 6 weights, got 5');
});

test('the agent of the first page acts as it does on an engine', async () => {
  const { policy } = await pretrainedPolicy('dqn/LunarLander-v3');
  const actor = policyActor(policy, { algorithms: [dqn], engine: await createEngine('wasm') });
  const plain = new PlainPolicy(decodeNetwork(encodeNetwork(await homePolicy()).buffer));
  const rng = new Rng(1);
  const observations = Array.from({ length: 500 }, () => sample(policy.spec.observationSpace, rng) as Float32Array);
  const acted = await actor.act(Float32Array.from(observations.flatMap(obs => [...obs])), 'exploit');
  expect(observations.map(obs => plain.act(obs))).toEqual([...acted]);
  expect(new Set(acted).size).toBe(4);
  actor.dispose();
});

test('it lands, most of the time', async () => {
  const game = new LanderGame(new PlainPolicy(await homePolicy()), 1);
  const scores: number[] = [];
  while (scores.length < 20) if (game.step()) scores.push(game.score);
  expect(scores.filter(score => score > 200).length).toBeGreaterThanOrEqual(15);
  expect(homePolicyInfo().meanReturn).toBeGreaterThan(200);
});
