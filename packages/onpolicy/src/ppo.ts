/**
 * Proximal Policy Optimization with the clipped surrogate objective.
 *
 * Schulman, Wolski, Dhariwal, Radford, Klimov (2017), "Proximal Policy Optimization Algorithms", arXiv:1707.06347.
 *
 *   paper            here
 *   r_t(θ)           ratio = exp(logProb − oldLogProb)
 *   Â_t              advantage, by GAE(λ) (eq. 11)
 *   V_t^targ         valueTarget = advantage + value
 *   ε                clipRange
 *   c₁, c₂           valueCoefficient, entropyCoefficient
 *   T, N, K, M       rolloutLength, numEnvs, epochs, batchSize
 *
 * Deviations from the paper, all of them common practice:
 * 1. Advantages are normalised within each minibatch (`normalizeAdvantage`).
 * 2. The gradient is clipped to a global norm (`maxGradientNorm`).
 * 3. The change of the value can be clipped as the ratio is (`valueClipRange`; off).
 * 4. Epochs stop early when the policy has moved too far (`targetKl`; off).
 */
import {
  type Algorithm,
  adam,
  clipByGlobalNorm,
  count,
  type CreateOptions,
  field,
  gae,
  hiddenSizes,
  type InputShape,
  MeanMetrics,
  nonNegative,
  observationInput,
  parseConfig,
  positive,
  probability,
  program,
  Store,
  scheduled,
  type TrainOptions,
  trainOnPolicy,
  uint8,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { type AgentState, flatSize, type Metrics, type NumericArray, type OnPolicyAgent, Rng, type RngState, type Rollout, valueAt } from '@zpin/core/spec';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { actorCritic } from './actor-critic.ts';
import { explainedVariance } from './explained-variance.ts';
import { minibatches } from './minibatches.ts';
import { ppoPresets } from './ppo-presets.ts';

// ---- configuration ----

export const ppoConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together (N)' }),
  rolloutLength: count({ default: 2048, unit: 'environment steps per copy', meaning: 'steps collected between two updates (T)' }),
  batchSize: count({ default: 64, unit: 'transitions', meaning: 'size of a minibatch (M)' }),
  epochs: count({ default: 10, meaning: 'passes over a rollout in each update (K)' }),
  learningRate: scheduled(z.number().nonnegative(), { default: 3e-4, meaning: 'step size of Adam' }),
  adamEpsilon: positive({ default: 1e-5, meaning: 'term added to the denominator of Adam' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  lambda: probability({ default: 0.95, meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the whole return' }),
  clipRange: scheduled(z.number().nonnegative(), { default: 0.2, meaning: 'how far the probability ratio may move from 1 (ε)' }),
  valueClipRange: field(z.number().positive().nullable(), { default: null, meaning: 'how far a value may move in one update; null: freely' }),
  valueCoefficient: nonNegative({ default: 0.5, meaning: 'weight of the value loss (c₁)' }),
  entropyCoefficient: nonNegative({ default: 0, meaning: 'weight of the entropy bonus (c₂)' }),
  maxGradientNorm: positive({ default: 0.5, meaning: 'largest global norm of the gradient' }),
  normalizeAdvantage: field(z.boolean(), { default: true, meaning: 'give advantages mean 0 and deviation 1 in each minibatch' }),
  targetKl: field(z.number().positive().nullable(), {
    default: null,
    unit: 'nats',
    meaning: 'an update ends when the divergence from the old policy exceeds 1.5 times this; null: never',
  }),
  hiddenSizes: hiddenSizes({ default: [64, 64], meaning: 'units of each hidden layer of the policy and of the value network' }),
  activation: field(z.enum(['tanh', 'relu']), { default: 'tanh', meaning: 'activation of hidden layers' }),
  initialLogStd: field(z.number(), { default: 0, meaning: 'first log standard deviation of continuous actions' }),
});

export type PpoConfig = z.output<typeof ppoConfig>;

// ---- losses ----

/** Advantages with mean 0 and deviation 1: `[B]` → `[B]`. A single advantage becomes 0. */
export function normalizeAdvantage(advantage: tf.Tensor): tf.Tensor {
  const centred = tf.sub(advantage, tf.mean(advantage));
  const variance = tf.div(tf.sum(tf.square(centred)), Math.max(1, advantage.size - 1));
  return tf.div(centred, tf.add(tf.sqrt(variance), 1e-8));
}

export interface PolicyLossInput {
  /** `[B]`: log π_θ(a|s) */
  readonly logProb: tf.Tensor;
  /** `[B]`: log π_θold(a|s) */
  readonly oldLogProb: tf.Tensor;
  /** `[B]` */
  readonly advantage: tf.Tensor;
  /** Scalar ε */
  readonly clipRange: tf.Tensor;
}

/**
 * −L^CLIP (eq. 7): the smaller of the plain and the clipped surrogate, averaged and negated.
 * @returns scalars: `loss`; `approxKl`, an unbiased low-variance estimate of KL(old ‖ new), (r − 1) − log r; `clipFraction` of clipped ratios
 */
export function clippedPolicyLoss({ logProb, oldLogProb, advantage, clipRange }: PolicyLossInput) {
  const logRatio = tf.sub(logProb, oldLogProb);
  const ratio = tf.exp(logRatio);
  const clipped = tf.minimum(tf.maximum(ratio, tf.sub(1, clipRange)), tf.add(1, clipRange));
  const loss = tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantage), tf.mul(clipped, advantage))));
  const approxKl = tf.mean(tf.sub(tf.sub(ratio, 1), logRatio));
  const clipFraction = tf.mean(tf.cast(tf.greater(tf.abs(tf.sub(ratio, 1)), clipRange), 'float32'));
  return { loss, approxKl, clipFraction };
}

/**
 * Squared error of the value (eq. 9, L^VF). With `clipRange` the larger of the plain error and that of the value kept within ±clipRange
 * of the old one.
 * @param value `[B]` @param oldValue `[B]` @param target `[B]`
 */
export function valueLoss(value: tf.Tensor, oldValue: tf.Tensor, target: tf.Tensor, clipRange: number | null): tf.Tensor {
  const error = tf.squaredDifference(value, target);
  if (clipRange === null) return tf.mean(error);
  const kept = tf.add(oldValue, tf.clipByValue(tf.sub(value, oldValue), -clipRange, clipRange));
  return tf.mean(tf.maximum(error, tf.squaredDifference(kept, target)));
}

// ---- agent ----

/** Builds a PPO agent for `Discrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<PpoConfig>): OnPolicyAgent<PpoConfig> {
  const config = parseConfig(ppoConfig, given ?? {}, 'ppo');
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const { head, layout, init, policy, value, greedy } = actorCritic('ppo', spec, config);
  const optimizer = adam({ epsilon: config.adamEpsilon });
  const store = new Store(engine, { parameters: init(initRng), adam: optimizer.init(layout.size) });
  const obsInput = observationInput(spec.observationSpace);
  const maskInput = uint8(['batch', Math.max(1, head.maskSize)]);

  /** Every program exists with and without a mask of legal actions; which one is used depends on the environment. */
  const withMask = <P>(make: (mask: { mask?: InputShape }) => P) => ({ plain: make({}), masked: make({ mask: maskInput }) });

  const exploreProgram = withMask((mask) =>
    program(store, {
      name: 'ppo.explore',
      inputs: { obs: obsInput, noise: head.noise, ...mask },
      run: ({ parameters }, inputs) => {
        const params = unflattenParams(layout, parameters);
        const distribution = policy(params, inputs.obs, inputs.mask);
        const action = distribution.sample(inputs.noise);
        return { outputs: { action, logProb: distribution.logProb(action), value: value(params, inputs.obs) } };
      },
    }),
  );
  const exploitProgram = withMask((mask) =>
    program(store, {
      name: 'ppo.exploit',
      inputs: { obs: obsInput, ...mask },
      run: ({ parameters }, inputs) => ({ outputs: { action: greedy.act(unflattenParams(layout, parameters), inputs.obs, inputs.mask) } }),
    }),
  );
  const valueProgram = program(store, {
    name: 'ppo.value',
    inputs: { obs: obsInput },
    run: ({ parameters }, { obs }) => ({ outputs: { value: value(unflattenParams(layout, parameters), obs) } }),
  });

  const updateProgram = withMask((mask) =>
    program(store, {
      name: 'ppo.update',
      inputs: {
        obs: obsInput,
        action: head.action,
        oldLogProb: ['batch'],
        oldValue: ['batch'],
        advantage: ['batch'],
        valueTarget: ['batch'],
        learningRate: [],
        clipRange: [],
        ...mask,
      },
      run: ({ parameters, adam: moments }, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const { loss: _, gradient, ...metrics } = valueAndGrad(layout, (params) => {
          const distribution = policy(params, batch.obs, batch.mask);
          const logProb = distribution.logProb(batch.action);
          const { loss: policyLoss, approxKl, clipFraction } = clippedPolicyLoss({ logProb, advantage, oldLogProb: batch.oldLogProb, clipRange: batch.clipRange });
          const squaredError = valueLoss(value(params, batch.obs), batch.oldValue, batch.valueTarget, config.valueClipRange);
          const entropy = tf.mean(distribution.entropy());
          // Eq. 9, negated: L^CLIP − c₁ L^VF + c₂ S.
          const loss = tf.sub(tf.add(policyLoss, tf.mul(squaredError, config.valueCoefficient)), tf.mul(entropy, config.entropyCoefficient));
          return { loss, policyLoss, valueLoss: squaredError, entropy, approxKl, clipFraction };
        })(parameters);
        const { gradient: clipped, norm } = clipByGlobalNorm(gradient, config.maxGradientNorm);
        const next = optimizer.step({ parameters, gradient: clipped, state: moments, learningRate: batch.learningRate });
        return { state: { parameters: next.parameters, adam: next.state }, metrics: { ...metrics, gradientNorm: norm } };
      },
    }),
  );

  let noise = new Float32Array(0);
  const drawNoise = (rows: number): Float32Array => {
    if (noise.length !== rows * head.noiseSize) noise = new Float32Array(rows * head.noiseSize);
    return head.drawNoise(actionRng, noise);
  };
  const rowsOf = (obs: NumericArray) => obs.length / obsSize;
  const obsSize = flatSize(spec.observationSpace);
  const learningRate = new Float32Array(1);
  const clipRange = new Float32Array(1);
  let advantage = new Float32Array(0);
  let valueTarget = new Float32Array(0);

  return {
    algorithm: 'ppo',
    config,
    numEnvs: config.numEnvs,
    rolloutLength: config.rolloutLength,

    async act(obs, mode, mask) {
      const inputs = mask ? { obs, mask } : { obs };
      if (mode === 'exploit') return (await (mask ? exploitProgram.masked : exploitProgram.plain)(inputs)).outputs.action;
      return (await (mask ? exploreProgram.masked : exploreProgram.plain)({ ...inputs, noise: drawNoise(rowsOf(obs)) })).outputs.action;
    },

    async explore(obs, logProb, values, mask) {
      const explore = mask ? exploreProgram.masked : exploreProgram.plain;
      const { outputs } = await explore({ obs, noise: drawNoise(rowsOf(obs)), ...(mask && { mask }) });
      logProb.set(outputs.logProb);
      values.set(outputs.value);
      return outputs.action;
    },

    async value(obs, values) {
      values.set((await valueProgram({ obs })).outputs.value);
    },

    async update(rollout: Rollout, progress: number): Promise<Metrics> {
      const rows = rollout.numSteps * rollout.numEnvs;
      if (advantage.length !== rows) [advantage, valueTarget] = [new Float32Array(rows), new Float32Array(rows)];
      gae(rollout, config.gamma, config.lambda, advantage);
      for (let i = 0; i < rows; i++) valueTarget[i] = advantage[i] + rollout.value[i];
      learningRate[0] = valueAt(config.learningRate, progress);
      clipRange[0] = valueAt(config.clipRange, progress);
      const { obs, action, logProb: oldLogProb, value: oldValue, actionMask } = rollout;
      const columns = { obs, action, oldLogProb, oldValue, advantage, valueTarget, ...(actionMask && { mask: actionMask }) };
      const update = actionMask ? updateProgram.masked : updateProgram.plain;
      const metrics = new MeanMetrics();
      epochs: for (let epoch = 0; epoch < config.epochs; epoch++) {
        for (const batch of minibatches(columns, rows, config.batchSize, shuffleRng)) {
          const values = await (await update({ ...batch, learningRate, clipRange })).metrics.read();
          metrics.add(values);
          if (config.targetKl !== null && values.approxKl > 1.5 * config.targetKl) break epochs;
        }
      }
      metrics.add({ explainedVariance: explainedVariance(oldValue, valueTarget), learningRate: learningRate[0] });
      return metrics;
    },

    async state(): Promise<AgentState> {
      return { vectors: await store.state(), actionRng: actionRng.state(), shuffleRng: shuffleRng.state() };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      actionRng.restore(state.actionRng as RngState);
      shuffleRng.restore(state.shuffleRng as RngState);
    },

    async policy() {
      const parameters = await store.read('parameters');
      return { algorithm: 'ppo', config, spec, weights: parameters.slice(0, greedy.layout.size) };
    },

    dispose() {
      for (const { plain, masked } of [exploreProgram, exploitProgram, updateProgram]) {
        plain.dispose();
        masked.dispose();
      }
      valueProgram.dispose();
      store.dispose();
    },
  };
}

/** Proximal Policy Optimization with the clipped objective, for discrete and continuous actions. */
export const ppo: Algorithm<PpoConfig> = {
  id: 'ppo',
  title: 'Proximal Policy Optimization (clipped)',
  paper: 'Schulman et al. 2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347',
  config: ppoConfig,
  presets: ppoPresets,
  create,
  policy: ({ spec, config }) => actorCritic('ppo', spec, config).greedy,
  train: (options) => trainOnPolicy(options as TrainOptions<OnPolicyAgent<PpoConfig>>),
};
