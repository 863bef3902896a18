/**
 * Categorical DQN (C51): learns the distribution of the return on fixed atoms.
 *
 * Bellemare, Dabney & Munos (2017), "A distributional perspective on reinforcement learning", arXiv:1707.06887, algorithm 1.
 *
 *   paper        here
 *   z_i          atoms, `numAtoms` of them from `valueMin` to `valueMax`
 *   p_i(x, a)    softmax of the network's outputs [B, A, N]
 *   Q(x, a)      Σ z_i p_i(x, a): `categoricalValues`; with `risk` what of the distribution actions are chosen by, also the next one
 *                of a target
 *   Φ T̂ Z        `projectedTarget` [B, N]
 *   loss         cross-entropy −Σ m_i log p_i(x, a)
 *
 * Deviations from the paper: step size and epsilon of Adam, unless settings say so; a time limit bootstraps; the gradient is clipped to a global norm.
 */
import * as tf from '@tensorflow/tfjs-core';
import { ConfigError, message } from '@zpin/contracts';
import { type ConfigOf, configSchema, maskValues, takeAction, weightedMean } from '@zpin/core';
import { atari } from './presets/atari.ts';
import { cartPole } from './presets/cart-pole.ts';
import { breakBricks, catchBalls } from './presets/homebrew.ts';
import { qAlgorithm } from './q-learner/q-algorithm.ts';
import { type AtomConfig, atomFields, qFields } from './q-learner/q-fields.ts';
import type { DistributionalUpdate, QLoss } from './q-learner/q-method.ts';
import { qNetwork } from './q-learner/q-network.ts';
import { type RiskConfig, riskFields, riskNeutral, riskValue } from './q-learner/risk.ts';

// ---- configuration ----

export const c51Config = configSchema({ ...qFields, ...atomFields, ...riskFields });

export type C51Config = ConfigOf<typeof c51Config>;

// ---- losses ----

/**
 * Returns that the probabilities stand for: N numbers from `valueMin` to `valueMax`.
 * @throws ConfigError unless valueMin < valueMax
 */
export function atomsOf({ numAtoms, valueMin, valueMax }: AtomConfig, algorithm: string): number[] {
  if (!(valueMin < valueMax)) {
    throw new ConfigError(
      message(algorithm, `valueMin must be below valueMax = ${valueMax}`, valueMin, 'Give bounds of the return'),
    );
  }
  return Array.from({ length: numAtoms }, (_, i) => valueMin + ((valueMax - valueMin) * i) / (numAtoms - 1));
}

/** Q = Σ_i z_i p_i (algorithm 1, first line). @param logits `[B, A, N]` @param atoms `[N]` @returns `[B, A]` */
export function categoricalValues(logits: tf.Tensor, atoms: readonly number[]): tf.Tensor {
  return tf.sum(tf.mul(tf.softmax(logits), tf.tensor1d([...atoms])), 2);
}

/** What actions are chosen by, of distributions on atoms. @param logits `[B, A, N]` @param atoms `[N]` @returns `[B, A]` */
export function categoricalRisk(logits: tf.Tensor, atoms: readonly number[], config: RiskConfig): tf.Tensor {
  if (config.risk === 'mean') return categoricalValues(logits, atoms);
  return riskValue(tf.tensor([...atoms], [1, 1, atoms.length]), tf.softmax(logits), config);
}

/**
 * The distribution of r + d Z′, projected onto the atoms: mass between two atoms is shared by distance, mass beyond the ends goes
 * to the ends (algorithm 1; equation 7).
 * @param reward `[B]` @param discount `[B]` @param next `[B, N]`: probabilities of Z′ @param atoms `[N]`, equally spaced
 * @returns `[B, N]`
 */
export function projectedTarget(reward: tf.Tensor, discount: tf.Tensor, next: tf.Tensor, atoms: readonly number[]): tf.Tensor {
  const n = atoms.length;
  const spacing = (atoms[n - 1] - atoms[0]) / (n - 1);
  const moved = tf.add(tf.expandDims(reward, 1), tf.mul(tf.expandDims(discount, 1), tf.tensor2d([...atoms], [1, n])));
  // Where each atom of Z′ ends up, in atoms from the first one.
  const place = tf.clipByValue(tf.div(tf.sub(moved, atoms[0]), spacing), 0, n - 1);
  const distance = tf.abs(tf.sub(tf.expandDims(place, 2), tf.tensor([...atoms.keys()], [1, 1, n])));
  const share = tf.relu(tf.sub(1, distance));
  return tf.reshape(tf.matMul(tf.expandDims(next, 1), share), [-1, n]);
}

/**
 * −Σ_i m_i log p_i(s, a): cross-entropy of the distribution of the action taken against the target m (algorithm 1, last line).
 * @param logits `[B, A, N]` @param action `[B]` @param target `[B, N]`, constant @param weight `[B]` importance weights; 1 when
 * omitted
 */
export function categoricalLoss(
  logits: tf.Tensor,
  action: tf.Tensor,
  target: tf.Tensor,
  atoms: readonly number[],
  weight?: tf.Tensor,
): QLoss {
  const logProbability = tf.logSoftmax(takeAction(logits, action));
  const crossEntropy = tf.neg(tf.sum(tf.mul(target, logProbability), 1));
  const qTaken = tf.sum(tf.mul(tf.exp(logProbability), tf.tensor1d([...atoms])), 1);
  // The entropy of the target does not depend on the network, but the priority of a transition must be 0 where there is nothing
  // to learn.
  const entropy = tf.neg(tf.sum(tf.mul(target, tf.log(tf.maximum(target, 1e-12))), 1));
  return { loss: weightedMean(crossEntropy, weight), qTaken, error: tf.relu(tf.sub(crossEntropy, entropy)) };
}

/** Values, target and loss of every method that learns categorical distributions. */
export function categoricalUpdate(
  atoms: readonly number[],
  { double, ...given }: { readonly double: boolean } & Partial<RiskConfig>,
): DistributionalUpdate {
  const config = { ...riskNeutral, ...given };
  const values = (logits: tf.Tensor) => categoricalRisk(logits, atoms, config);
  return {
    values,
    target({ reward, discount, nextObs, nextActionMask: mask }, { online, target }) {
      const next = target(nextObs);
      const action = tf.argMax(maskValues(values(double ? online(nextObs) : next), mask), 1);
      return projectedTarget(reward, discount, tf.softmax(takeAction(next, action)), atoms);
    },
    loss: (logits, { action, weight }, target) => categoricalLoss(logits, action, target, atoms, weight),
  };
}

// ---- algorithm ----

/** Categorical DQN, for discrete actions. */
export const c51 = qAlgorithm<C51Config>({
  id: 'c51',
  title: 'Categorical DQN (C51)',
  paper: 'Bellemare et al. 2017, "A distributional perspective on reinforcement learning", arXiv:1707.06887',
  network: options => qNetwork({ ...options, outputs: options.config.numAtoms }),
  update: config => categoricalUpdate(atomsOf(config, 'c51'), { ...config, double: false }),
  config: c51Config,
  presets: {
    'CartPole-v1': cartPole.c51,
    'Atari/Catch-v5': catchBalls.c51,
    'Atari/Bricks-v5': breakBricks.c51,
    'Atari/*': atari.c51,
  },
});
