import type { OffPolicyAgent } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { type RainbowConfig, rainbow } from '../src/rainbow.ts';
import { twoTransitions as batch, twoNumbers as spec } from './two-transitions.ts';

const engine = await createEngine('onnx');

describe('a part of Rainbow', () => {
  const make = async (config: Partial<RainbowConfig>) =>
    (await rainbow.create({
      spec,
      seed: 1,
      engine,
      config: { hiddenSizes: [4], numAtoms: 5, noiseScale: 1, ...config },
    })) as OffPolicyAgent;

  /** Weights and biases of a layer. */
  const layer = (inputs: number, outputs: number) => inputs * outputs + outputs;
  /** Each stream has half of the hidden units. */
  const streams = (atoms: number) => layer(2, atoms) + layer(2, 3 * atoms);
  const hidden = layer(2, 4);

  it.each([
    ['nothing', {}, hidden + 2 * streams(5)],
    ['dueling', { dueling: false }, hidden + 2 * layer(4, 3 * 5)],
    ['distributional', { distributional: false }, hidden + 2 * streams(1)],
    ['noisy', { noisy: false }, hidden + streams(5)],
  ])('is left out of the network: %s', async (_, config, parameters) => {
    const agent = await make(config);
    const policy = await agent.policy?.();
    expect(policy?.weights).toHaveLength(parameters);
    const before = policy?.weights.slice();
    const { metrics, priorities } = await agent.update(batch, { step: 0, totalSteps: 1 });
    const { loss, gradientNorm } = await metrics.read();
    expect(loss).toBeGreaterThan(0);
    expect(gradientNorm).toBeGreaterThan(0);
    expect((await agent.policy?.())?.weights).not.toEqual(before);
    expect(priorities).toHaveLength(2);
    agent.dispose();
  });

  const choices = async (config: Partial<RainbowConfig>, step: number) => {
    const agent = await make({ learningStarts: 0, explorationFraction: 0.5, ...config });
    const seen = new Set<number>();
    for (let i = 0; i < 60; i++) {
      const progress = { step, totalSteps: 100 };
      seen.add((await agent.act(Float32Array.of(0.3, -0.2), 'explore', undefined, undefined, progress))[0]);
    }
    agent.dispose();
    return seen.size;
  };

  it('noise explores in place of epsilon', async () => {
    expect((await make({})).config).toMatchObject({ epsilonStart: 0, epsilonEnd: 0 });
    expect(await choices({}, 10)).toBeGreaterThan(1);
    expect(await choices({ noiseScale: 1e-9 }, 10)).toBe(1);
  });

  it('epsilon explores as in DQN where noise is left out', async () => {
    expect((await make({ noisy: false })).config).toMatchObject({ epsilonStart: 1, epsilonEnd: 0.05 });
    expect(await choices({ noisy: false }, 10)).toBe(3);
    expect(await choices({ noisy: false, epsilonEnd: 0 }, 50)).toBe(1);
  });

  it('epsilon is what it is set to, with noise and without', async () => {
    for (const noisy of [true, false]) {
      const epsilon = { epsilonStart: 0.3, epsilonEnd: 0.2 };
      expect((await make({ noisy, ...epsilon })).config).toMatchObject(epsilon);
    }
    expect(await choices({ noiseScale: 1e-9, epsilonStart: 1 }, 0)).toBe(3);
    expect(await choices({ noisy: false, epsilonStart: 0, epsilonEnd: 0 }, 0)).toBe(1);
  });
});
