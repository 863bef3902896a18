/**
 * One-step actor-critic: learns at every step from its TD error.
 *
 * Sutton & Barto (2018), "Reinforcement Learning: An Introduction", section 13.5, "One-step Actor-Critic (episodic)".
 *
 *   book                               here
 *   δ = R + γ v̂(S′, w) − v̂(S, w)      tdError
 *   w ← w + α^w δ ∇v̂(S, w)            one step of the optimiser along the value's gradient, of size learningRate
 *   θ ← θ + α^θ I δ ∇ln π(A|S, θ)      one step along the policy's gradient, of size policyLearningRate
 *   I                                  discountSoFar, γᵗ in step t of an episode (`discountGradient`)
 *
 * Deviations from the book:
 * 1. The gradient is the mean over the steps of all environments, and over `rolloutLength` steps; with one of each it is the book's.
 * 2. I can be left out, as is common practice (`discountGradient`).
 * 3. A time limit is not an end: the value of the last observation stands for what would have followed.
 * 4. Adam in place of plain steps (`optimizer`; off).
 */

import * as tf from '@tensorflow/tfjs';
import { type Metrics, type OnPolicyAgent, Rng, type Rollout, valueAt } from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  count,
  field,
  type Optimizer,
  observationInput,
  parseConfig,
  probability,
  program,
  Store,
  scheduled,
  sgd,
  type TrainOptions,
  trainOnPolicy,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { greedyPolicy, networkFields, separateActorCritic, separateTrunksField } from './actor-critic.ts';
import { actorCriticAgent } from './actor-critic-agent.ts';
import { maskedProgram } from './masked-program.ts';
import { normalizationFields } from './normalizer.ts';
import { oneStepActorCriticPresets } from './one-step-actor-critic-presets.ts';
import { policyGradientLoss } from './policy-gradient-loss.ts';

// ---- configuration ----

export const oneStepActorCriticConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  rolloutLength: count({ default: 1, unit: 'environment steps per copy', meaning: 'steps collected between two updates' }),
  policyLearningRate: scheduled(z.number().nonnegative(), { default: 1e-3, meaning: 'step size of the policy (α^θ)' }),
  learningRate: scheduled(z.number().nonnegative(), { default: 1e-3, meaning: 'step size of the value (α^w)' }),
  optimizer: field(z.enum(['sgd', 'adam']), { default: 'sgd', meaning: 'rule by which gradients change the parameters' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  discountGradient: field(z.boolean(), { default: true, meaning: 'weigh the policy gradient of step t of an episode by γᵗ (I)' }),
  ...networkFields,
  ...separateTrunksField,
  ...normalizationFields,
});

export type OneStepActorCriticConfig = z.output<typeof oneStepActorCriticConfig>;

// ---- targets ----

/** r + γ V(s′): the target of the value, `[B]`. `nextValue` is 0 after an end. */
export function tdTargets({ reward, nextValue }: Pick<Rollout, 'reward' | 'nextValue'>, gamma: number): Float32Array {
  return reward.map((r, i) => r + gamma * nextValue[i]);
}

/** γᵗ of each step of its episode; remembers how far the episodes in progress are. */
export class DiscountSoFar {
  readonly #gamma: number;
  /** `[N]`: γᵗ of the next step. */
  readonly #next: Float64Array;

  constructor(numEnvs: number, gamma: number) {
    this.#gamma = gamma;
    this.#next = new Float64Array(numEnvs).fill(1);
  }

  /** `[T, N]` */
  take({ terminated, truncated, numEnvs }: Pick<Rollout, 'terminated' | 'truncated' | 'numEnvs'>): Float32Array {
    return Float32Array.from(terminated, (end, row) => {
      const i = row % numEnvs;
      const discount = this.#next[i];
      this.#next[i] = end || truncated[row] ? 1 : discount * this.#gamma;
      return discount;
    });
  }

  state(): Float64Array {
    return this.#next.slice();
  }

  restore(state: Float64Array): void {
    this.#next.set(state);
  }
}

// ---- agent ----

/** Builds a one-step actor-critic for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create(options: CreateOptions<OneStepActorCriticConfig>): OnPolicyAgent<OneStepActorCriticConfig> {
  const { spec, seed, engine } = options;
  const config = parseConfig(oneStepActorCriticConfig, options.config ?? {}, 'actor-critic');
  const [initRng, actionRng] = new Rng(seed).spawn(2);
  const network = separateActorCritic('actor-critic', spec, config);
  const { head, policy } = network;
  const layouts = { policy: network.separate.policy.layout, value: network.separate.value.layout };
  const optimizer: Optimizer = config.optimizer === 'adam' ? adam() : sgd();
  const store = new Store(engine, {
    value: network.separate.value.init(initRng),
    valueOptimizer: optimizer.init(layouts.value.size),
    policy: network.separate.policy.init(initRng),
    policyOptimizer: optimizer.init(layouts.policy.size),
  });

  const updateProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'actor-critic.update',
      inputs: {
        obs: observationInput(spec.observationSpace),
        action: head.action,
        target: ['batch'],
        discountSoFar: ['batch'],
        policyLearningRate: [],
        learningRate: [],
        ...mask,
      },
      run: (state, batch) => {
        // With half the squared error the gradient is −δ ∇v̂.
        const critic = valueAndGrad(layouts.value, params => {
          const tdError = tf.sub(batch.target, network.value(params, batch.obs));
          return { loss: tf.mul(tf.mean(tf.square(tdError)), 0.5), tdError };
        })(state.value);
        const weight = config.discountGradient ? tf.mul(critic.tdError, batch.discountSoFar) : critic.tdError;
        const actor = valueAndGrad(layouts.policy, params => {
          const distribution = policy(params, batch.obs, batch.mask);
          const loss = policyGradientLoss(distribution.logProb(batch.action), weight);
          return { loss, entropy: tf.mean(distribution.entropy()) };
        })(state.policy);
        const nextValue = optimizer.step({
          parameters: state.value,
          gradient: critic.gradient,
          state: state.valueOptimizer,
          learningRate: batch.learningRate,
        });
        const nextPolicy = optimizer.step({
          parameters: state.policy,
          gradient: actor.gradient,
          state: state.policyOptimizer,
          learningRate: batch.policyLearningRate,
        });
        return {
          state: {
            value: nextValue.parameters,
            valueOptimizer: nextValue.state,
            policy: nextPolicy.parameters,
            policyOptimizer: nextPolicy.state,
          },
          metrics: { policyLoss: actor.loss, valueLoss: critic.loss, tdError: tf.mean(critic.tdError), entropy: actor.entropy },
        };
      },
    }),
  );

  const discounts = new DiscountSoFar(config.numEnvs, config.gamma);
  const policyLearningRate = new Float32Array(1);
  const learningRate = new Float32Array(1);

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const { obs, action, actionMask: mask } = rollout;
    policyLearningRate[0] = valueAt(config.policyLearningRate, progress);
    learningRate[0] = valueAt(config.learningRate, progress);
    const target = tdTargets(rollout, config.gamma);
    const batch = { obs, action, target, discountSoFar: discounts.take(rollout), ...(mask && { mask }) };
    return (await updateProgram.for(mask)({ ...batch, policyLearningRate, learningRate })).metrics;
  }

  return actorCriticAgent({
    algorithm: 'actor-critic',
    spec,
    config,
    network,
    store,
    params: network.separate.params,
    policyVector: 'policy',
    actionRng,
    memory: { discounts },
    programs: [updateProgram],
    update,
  });
}

/** One-step actor-critic, for discrete and continuous actions. */
export const oneStepActorCritic: Algorithm<OneStepActorCriticConfig> = {
  id: 'actor-critic',
  title: 'One-step actor-critic',
  paper: 'Sutton & Barto 2018, "Reinforcement Learning: An Introduction", section 13.5',
  config: oneStepActorCriticConfig,
  presets: oneStepActorCriticPresets,
  create,
  policy: ({ spec, config }) => greedyPolicy('actor-critic', spec, config),
  train: options => trainOnPolicy(options as TrainOptions<OnPolicyAgent<OneStepActorCriticConfig>>),
};
