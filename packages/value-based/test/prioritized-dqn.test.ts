import type { OffPolicyAgent, TransitionBatch } from '@zpin/contracts';
import { type Algorithm, createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { prioritizedDqn } from '../src/prioritized-dqn.ts';
import { rainbow } from '../src/rainbow.ts';
import { setBiases } from './set-biases.ts';
import { twoNumbers as spec, twoTransitions } from './two-transitions.ts';

const engine = await createEngine('onnx');
/** Both transitions end. */
const batch: TransitionBatch = { ...twoTransitions, reward: Float32Array.of(1, 0), discount: Float32Array.of(0, 0) };

async function update(algorithm: Algorithm, config: object, biases: readonly number[], weight?: Float32Array) {
  const agent = (await algorithm.create({ spec, seed: 1, engine, config: { hiddenSizes: [4], ...config } })) as OffPolicyAgent;
  await setBiases(agent, { algorithm, spec, online: biases, target: biases });
  const updated = await agent.update({ ...batch, ...(weight && { weight }) }, { step: 0, totalSteps: 1 });
  const { loss } = await updated.metrics.read();
  const priorities = Array.from(updated.priorities ?? []);
  agent.dispose();
  return { loss, priorities };
}

describe('importance weights', () => {
  const weight = Float32Array.of(0.5, 0.25);
  const log3 = Math.log(3);
  const atoms = { dueling: false, numAtoms: 2, valueMin: 0, valueMax: 1 };

  it.each([
    // Q(s, 0) = 0 and Q(s, 2) = 2: errors −1 and 2, Huber 0.5 and 1.5.
    ['prioritized-dqn', prioritizedDqn, {}, [0, -2, 2], [0.5, 1.5], [1, 2]],
    ['rainbow without a distribution', rainbow, { distributional: false }, [0, -2, 2], [0.5, 1.5], [1, 2]],
    // Probabilities (1/2, 1/2) of action 0, whose return is 1, and (3/4, 1/4) of action 2, whose return is 0. The targets have no
    // entropy.
    ['rainbow', rainbow, atoms, [0, 0, 0, 0, log3, 0], [Math.log(2), Math.log(4 / 3)], [Math.log(2), Math.log(4 / 3)]],
  ] as const)(
    'of %s scale the loss of each transition, not its priority',
    async (_, algorithm, config, biases, losses, errors) => {
      const plain = await update(algorithm as Algorithm, config, biases);
      const weighted = await update(algorithm as Algorithm, config, biases, weight);
      expect(plain.loss).toBeCloseTo((losses[0] + losses[1]) / 2, 6);
      expect(weighted.loss).toBeCloseTo((0.5 * losses[0] + 0.25 * losses[1]) / 2, 6);
      for (const { priorities } of [plain, weighted]) {
        expect(priorities).toHaveLength(2);
        for (const [i, priority] of priorities.entries()) expect(priority).toBeCloseTo(errors[i], 5);
      }
    },
  );
});
