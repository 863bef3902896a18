/**
 * One-step actor-critic: learns at every step from its TD error.
 *
 * Sutton & Barto (2018), "Reinforcement Learning: An Introduction", section 13.5, "One-step Actor-Critic (episodic)".
 *
 *   book                               here
 *   δ = R + γ v̂(S′, w) − v̂(S, w)      tdError
 *   w ← w + α^w δ ∇v̂(S, w)            one step of the optimiser along the value's gradient, of size valueLearningRate
 *   θ ← θ + α^θ I δ ∇ln π(A|S, θ)      one step along the policy's gradient, of size policyLearningRate
 *   I                                  discountSoFar, γᵗ in step t of an episode (`discountGradient`)
 *
 * Deviations from the book:
 * 1. The gradient is the mean over the steps of all environments, and over `rolloutLength` steps; with one of each it is the
 *    book's.
 * 2. I can be left out, as is common practice (`discountGradient`).
 * 3. A time limit is not an end: the value of the last observation stands for what would have followed.
 * 4. Adam in place of plain steps (`optimizer`; off).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field, type Rollout } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  type CreateOptions,
  maskedProgram,
  type Optimizer,
  program,
  Store,
  scheduledInputs,
  sgd,
  trainable,
} from '@zpin/core';
import { separateParts } from './actor-critic/agent-parts.ts';
import { rolloutFields, separateConfigSchema, separatePolicyFields } from './actor-critic/fields.ts';
import { policyGradientLoss } from './actor-critic/policy-gradient-loss.ts';
import { rolloutAgent, rolloutAlgorithm } from './actor-critic/rollout-agent.ts';
import { oneStepActorCriticPresets } from './presets/one-step-actor-critic.ts';

// ---- configuration ----

export const oneStepActorCriticConfig = separateConfigSchema({
  ...rolloutFields({ rolloutLength: 1 }),
  policyLearningRate: field.scheduled({ min: 0, default: 1e-3, meaning: 'step size of the policy (α^θ)' }),
  valueLearningRate: field.scheduled({ min: 0, default: 1e-3, meaning: 'step size of the value (α^w)' }),
  optimizer: field.choice(['sgd', 'adam'], {
    default: 'sgd',
    meaning: 'rule by which gradients change the parameters',
  }),
  discountGradient: field.boolean({
    default: true,
    meaning: 'weigh the policy gradient of step t of an episode by γᵗ (I)',
  }),
  ...separatePolicyFields,
});

export type OneStepActorCriticConfig = ConfigOf<typeof oneStepActorCriticConfig>;

// ---- targets ----

/** r + γ V(s′): the target of the value, `[B]`. `nextValue` is 0 where the task ended, not at a time limit. */
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

  /** All episodes begin anew. */
  cut(): void {
    this.#next.fill(1);
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
function create(options: CreateOptions<OneStepActorCriticConfig>) {
  const { config, network, inputs, initRng, shell } = separateParts('actor-critic', oneStepActorCriticConfig, options);
  const { policyLearningRate, valueLearningRate, numEnvs, gamma } = config;
  const { head, separate } = network;
  const optimizer: Optimizer = config.optimizer === 'adam' ? adam() : sgd();
  const value = trainable({ network: separate.value, optimizer, name: 'value', moments: 'valueOptimizer' });
  const policy = trainable({ network: separate.policy, optimizer, name: 'policy', moments: 'policyOptimizer' });
  const store = new Store(options.engine, { ...value.vectors(initRng), ...policy.vectors(initRng) });
  const ratesAt = scheduledInputs({ policyLearningRate, valueLearningRate });
  const { obs, action } = inputs;

  const learn = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: 'actor-critic.update',
      inputs: {
        ...{ obs, action, target: ['batch'], discountSoFar: ['batch'] },
        ...{ policyLearningRate: [], valueLearningRate: [], ...mask },
      },
      run: (state, { obs, action, target, discountSoFar, policyLearningRate, valueLearningRate, mask }) => {
        const critic = value.descend(state, valueLearningRate, valueAt => {
          const tdError = tf.sub(target, valueAt(obs));
          // With half the squared error the gradient is −δ ∇v̂.
          return { loss: tf.mul(tf.mean(tf.square(tdError)), 0.5), tdError };
        });
        const weight = config.discountGradient ? tf.mul(critic.tdError, discountSoFar) : critic.tdError;
        const actor = policy.descend(state, policyLearningRate, policyAt => {
          const distribution = policyAt(obs, mask);
          const loss = policyGradientLoss(distribution.logProb(action), weight);
          return { loss, entropy: tf.mean(distribution.entropy()) };
        });
        return {
          state: { ...critic.next, ...actor.next },
          metrics: { policyLoss: actor.loss, valueLoss: critic.loss, tdError: tf.mean(critic.tdError), entropy: actor.entropy },
        };
      },
    }),
  );

  const discounts = new DiscountSoFar(numEnvs, gamma);
  return rolloutAgent({
    ...shell,
    store,
    memory: { discounts },
    programs: [learn],
    async update(rollout, share) {
      const { obs, action, actionMask: mask } = rollout;
      const target = tdTargets(rollout, gamma);
      const batch = { obs, action, target, discountSoFar: discounts.take(rollout), ...(mask && { mask }) };
      return (await learn.for(mask)({ ...batch, ...ratesAt(share) })).metrics;
    },
  });
}

/** One-step actor-critic, for discrete and continuous actions. */
export const oneStepActorCritic = rolloutAlgorithm<OneStepActorCriticConfig>({
  id: 'actor-critic',
  title: 'One-step actor-critic',
  paper: 'Sutton & Barto 2018, "Reinforcement Learning: An Introduction", section 13.5',
  config: oneStepActorCriticConfig,
  presets: oneStepActorCriticPresets,
  create,
});
