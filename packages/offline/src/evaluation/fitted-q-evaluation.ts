/**
 * Fitted Q evaluation: what a policy would earn, from data that another one left.
 *
 * Le, Voloshin, Yue (2019), "Batch Policy Learning under Constraints", arXiv:1903.08738, algorithm 3; errors by the bootstrap of Hao,
 * Ji, Duan, Lu, Szepesvári, Wang (2021), "Bootstrapping Fitted Q-Evaluation for Off-Policy Inference", arXiv:2102.03607,
 * algorithm 2.
 *
 *   paper            here
 *   π                policy
 *   Q_k              critics, `critic`; of the targets Q_{k−1} `criticTarget`
 *   V̂(π)             `estimate`: mean of Q(s₀, π(s₀)) over the first observations of episodes
 *   B bootstraps     numBootstraps critics, each on episodes drawn anew with replacement
 *
 * Deviations from the papers:
 * 1. Each critic descends on minibatches towards a slow target, in place of regressions to their end.
 * 2. Episodes are drawn anew by weights: how often one is drawn is a Poisson number of mean 1, as for data without end.
 * 3. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs-core';
import { type Actor, field, flatSize, InputError, message, type NumericArray, Rng } from '@zpin/contracts';
import {
  adam,
  breathe,
  type ConfigOf,
  configSchema,
  type Engine,
  observationInput,
  parseConfig,
  program,
  Store,
  scheduledInputs,
  trainable,
} from '@zpin/core';
import type { OfflineDataset } from '../dataset/offline-dataset.ts';
import { emptyColumn, type Transitions } from '../dataset/transitions.ts';
import { actionCritics } from '../learning/action-critics.ts';
import { batchFields, learningRateField, valueFields } from '../learning/learning-fields.ts';

// ---- configuration ----

export const fqeConfig = configSchema({
  ...batchFields,
  ...learningRateField,
  hiddenSizes: field.sizes({ default: [64, 64], meaning: 'units of each hidden layer of each critic' }),
  gamma: valueFields.gamma,
  tau: valueFields.tau,
  totalSteps: field.count({ default: 20_000, unit: 'gradient steps', meaning: 'steps in which the critics are fitted' }),
  numBootstraps: field.count({
    min: 2,
    max: 100,
    default: 8,
    meaning: 'critics, each on episodes drawn anew, whose spread is the error of the estimate',
  }),
});

export type FqeConfig = ConfigOf<typeof fqeConfig>;

/** What a policy would earn in an episode, as far as the data tell. */
export interface PolicyEstimate {
  /** Discounted return from the first observations of episodes on. */
  readonly estimate: number;
  /** Of the estimate: standard deviation over the bootstraps. */
  readonly standardError: number;
  /** `[B]`: estimates of the bootstraps. */
  readonly estimates: Float64Array;
  /** Discounted return of the episodes of the data themselves, as far as they go. */
  readonly behaviour: { readonly estimate: number; readonly standardError: number };
  /** Discount per step. */
  readonly gamma: number;
  readonly episodes: number;
  readonly transitions: number;
}

export interface FqeOptions {
  /**
   * Played in mode `exploit`: an agent, `policyActor` of a saved policy, `behaviour`. It is asked once per row; where it draws its actions,
   * the first draw holds for the whole fit.
   */
  readonly policy: Actor;
  readonly dataset: OfflineDataset;
  readonly config?: Partial<FqeConfig>;
  readonly seed: number;
  readonly engine: Engine;
  /** Gives up, which is told by the reason of the signal. */
  readonly signal?: AbortSignal;
  /** Told after each gradient step how many there were. */
  readonly onProgress?: (steps: number) => void;
}

// ---- losses ----

/**
 * Σ_i mean w_i (Q_i(s, a) − y_i)²: scalar; each critic on its own bootstrap.
 * @param q `[B]` each @param target `[B]` each, constant @param weights `[B, M]` of M critics
 */
export function fqeLoss(q: readonly tf.Tensor[], target: readonly tf.Tensor[], weights: tf.Tensor): tf.Tensor {
  const errors = q.map((values, i) => tf.squaredDifference(values, target[i]));
  return tf.sum(tf.mean(tf.mul(weights, tf.stack(errors, 1)), 0));
}

// ---- data ----

/** Of each row the number of its episode, and the rows with which episodes begin. */
function episodesOf({ transitions: { terminated, truncated }, size }: OfflineDataset) {
  const episode = new Int32Array(size);
  const first: number[] = [];
  for (let row = 0; row < size; row++) {
    if (row === 0 || terminated[row - 1] || truncated[row - 1]) first.push(row);
    episode[row] = first.length - 1;
  }
  return { episode, first };
}

/** Mean and standard error of numbers. */
function summary(values: ArrayLike<number>): { readonly estimate: number; readonly standardError: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, all.length - 1);
  return { estimate: mean, standardError: Math.sqrt(variance / all.length) };
}

/** Discounted returns of all episodes. */
function discountedReturns({ transitions, size }: OfflineDataset, gamma: number): number[] {
  const { reward, terminated, truncated } = transitions;
  const returns: number[] = [];
  let [sum, weight] = [0, 1];
  for (let row = 0; row < size; row++) {
    sum += weight * reward[row];
    weight *= gamma;
    if (!terminated[row] && !truncated[row]) continue;
    returns.push(sum);
    [sum, weight] = [0, 1];
  }
  return returns;
}

/** `[E, M]`: how often each of M bootstraps draws each episode (deviation 2). No bootstrap is without any. */
function drawEpisodes(episodes: number, bootstraps: number, rng: Rng): Float32Array {
  const counts = new Float32Array(episodes * bootstraps);
  for (let i = 0; i < counts.length; i++) {
    // Knuth's product of uniform numbers.
    let product = rng.random();
    for (; product > Math.exp(-1); product *= rng.random()) counts[i]++;
  }
  for (let m = 0; m < bootstraps; m++) {
    let sum = 0;
    for (let e = 0; e < episodes; e++) sum += counts[e * bootstraps + m];
    if (sum === 0) counts[rng.integers(0, episodes) * bootstraps + m] = 1;
  }
  return counts;
}

/** Rows for which a policy is asked at once. */
const ACTING_ROWS = 1024;

/** What the policy does at each row. @param obs `[S, D]` @param mask `[S, A]` @returns `[S]` or `[S, K]` */
async function actionsAt(policy: Actor, dataset: OfflineDataset, obs: NumericArray, mask?: Uint8Array): Promise<NumericArray> {
  const width = flatSize(dataset.spec.observationSpace);
  const rows = obs.length / width;
  const actions = emptyColumn(dataset.spec, 'action', rows);
  const [perRow, perMask] = [actions.length / rows, (mask?.length ?? 0) / rows];
  for (let from = 0; from < rows; from += ACTING_ROWS) {
    const to = Math.min(rows, from + ACTING_ROWS);
    const seen = obs.subarray(from * width, to * width);
    actions.set(await policy.act(seen, 'exploit', mask?.subarray(from * perMask, to * perMask)), from * perRow);
  }
  return actions;
}

/** `[S, A]`: legal actions behind each row. All of them where the task ended: no value of theirs counts, and there may be none. */
function masksToActOn({ nextActionMask, terminated }: Transitions): Uint8Array | undefined {
  const masks = nextActionMask?.slice();
  const width = (masks?.length ?? 0) / terminated.length;
  for (const [row, ended] of terminated.entries()) if (ended) masks?.fill(1, row * width, (row + 1) * width);
  return masks;
}

// ---- evaluation ----

/**
 * Estimates what a policy would earn per episode, from data that another policy left. What the data never show of the policy's
 * actions is guesswork of the critics: the error tells how much data there are, not how far away they are.
 * @throws InputError when a setting is out of range; SpaceError unless actions are `Discrete`, or a `Box` of floats with finite
 * bounds
 */
export async function fittedQEvaluation(options: FqeOptions): Promise<PolicyEstimate> {
  const { policy, dataset, seed, signal, onProgress } = options;
  const { spec, size, transitions } = dataset;
  const config = parseConfig(fqeConfig, options.config ?? {}, 'fqe');
  const { gamma, numBootstraps: M, batchSize, totalSteps } = config;
  const [initRng, sampleRng, episodeRng] = new Rng(seed).spawn(3);
  const { episode, first } = episodesOf(dataset);
  const counts = drawEpisodes(first.length, M, episodeRng);
  const fit = fqeCritics(options, config, initRng);
  try {
    const nextActions = await actionsAt(policy, dataset, transitions.nextObs, masksToActOn(transitions));
    const source = dataset.discounted(gamma);
    const weights = new Float32Array(batchSize * M);
    const perRow = nextActions.length / size;
    const nextAction = emptyColumn(spec, 'action', batchSize);
    for (let step = 0; step < totalSteps; step++) {
      const { index = new Int32Array(batchSize), ...batch } = source.sample(batchSize, sampleRng);
      for (let i = 0; i < batchSize; i++) {
        const row = index[i];
        for (let m = 0; m < M; m++) weights[i * M + m] = counts[episode[row] * M + m];
        for (let k = 0; k < perRow; k++) nextAction[i * perRow + k] = nextActions[row * perRow + k];
      }
      const { loss } = await (await fit.update({ ...batch, nextAction, weights }, step / totalSteps)).read();
      if (!Number.isFinite(loss)) {
        throw new InputError(message('fqe', `the loss must be finite at step ${step}`, loss, 'Lower learningRate, or gamma'));
      }
      onProgress?.(step + 1);
      signal?.throwIfAborted();
      const pause = breathe();
      if (pause) await pause;
    }

    const q = await fit.valuesAt(...(await firstActions(policy, dataset, first)));
    const estimates = Float64Array.from({ length: M }, (_, m) => {
      let [sum, weight] = [0, 0];
      for (let e = 0; e < first.length; e++) {
        sum += counts[e * M + m] * q[e * M + m];
        weight += counts[e * M + m];
      }
      return sum / weight;
    });
    const { estimate, standardError } = summary(estimates);
    return {
      // The deviation of one bootstrap, not of their mean, is that of the estimate.
      ...{ estimate, standardError: standardError * Math.sqrt(M), estimates },
      behaviour: summary(discountedReturns(dataset, gamma)),
      ...{ gamma, episodes: first.length, transitions: size },
    };
  } finally {
    fit.dispose();
  }
}

/** Observations with which episodes begin, and what the policy does there. */
async function firstActions(policy: Actor, dataset: OfflineDataset, first: readonly number[]) {
  const { spec, transitions } = dataset;
  const obs = emptyColumn(spec, 'obs', first.length);
  const mask = transitions.actionMask && new Uint8Array((transitions.actionMask.length / dataset.size) * first.length);
  const take = (column: NumericArray, out: NumericArray) => {
    const width = out.length / first.length;
    for (const [i, row] of first.entries()) out.set(column.subarray(row * width, (row + 1) * width), i * width);
  };
  take(transitions.obs, obs);
  if (mask && transitions.actionMask) take(transitions.actionMask, mask);
  return [obs, await actionsAt(policy, dataset, obs, mask)] as const;
}

/** The critics with their targets, and the two programs that they run in. */
function fqeCritics({ dataset: { spec }, engine }: FqeOptions, config: FqeConfig, rng: Rng) {
  const { numBootstraps: M, tau } = config;
  const { critic: network, action, seen } = actionCritics({ algorithm: 'fqe', spec, config, count: M });
  const names = { name: 'critic', moments: 'criticAdam', target: 'criticTarget' } as const;
  const critic = trainable({ network, optimizer: adam(), ...names });
  const store = new Store(engine, critic.vectors(rng));
  const obs = observationInput(spec.observationSpace);
  const rates = scheduledInputs({ learningRate: config.learningRate });

  /** One step of algorithm 3 for every bootstrap. */
  const update = program(store, {
    name: 'fqe.update',
    inputs: {
      ...{ obs, action, nextObs: obs, nextAction: action },
      ...({ reward: ['batch'], discount: ['batch'], weights: ['batch', M], learningRate: [] } as const),
    },
    run: (state, { obs, nextObs, reward, discount, weights, learningRate, ...played }) => {
      const nextQ = critic.targetAt(state)(nextObs, seen(played.nextAction));
      const y = nextQ.map(value => tf.add(reward, tf.mul(discount, value)));
      const step = critic.descend(state, learningRate, critics => ({
        loss: fqeLoss(critics(obs, seen(played.action)), y, weights),
      }));
      return { state: { ...step.next, ...critic.follow(state, step.next, tau) }, metrics: { loss: step.loss } };
    },
  });
  const values = program(store, {
    name: 'fqe.values',
    inputs: { obs, action },
    run: (state, { obs, action }) => ({ outputs: { q: tf.stack(critic.at(state)(obs, seen(action)), 1) } }),
  });

  return {
    async update(batch: Omit<Parameters<typeof update>[0], 'learningRate'>, share: number) {
      return (await update({ ...batch, ...rates(share) })).metrics;
    },
    /** Q of each critic: `[B, M]`. */
    valuesAt: async (obs: NumericArray, action: NumericArray) => (await values({ obs, action })).outputs.q.slice(),
    dispose() {
      for (const part of [update, values, store]) part.dispose();
    },
  };
}
