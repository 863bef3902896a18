/**
 * Option-critic: options whose policies, ends and values are learned at once, without sub-goals.
 *
 * Bacon, Harb, Precup (2017), "The Option-Critic Architecture", arXiv:1609.05140, algorithm 1. Deliberation costs: Harb, Bacon,
 * Klissarov, Precup (2018), "When Waiting is not an Option", arXiv:1709.04571.
 *
 *   paper            here
 *   Ω, ω             numOptions, option
 *   Q_Ω(s, ω)        critic: [B, O]
 *   V_Ω(s)           max_ω Q_Ω(s, ω)
 *   π_ω,θ(a|s)       policies, a softmax: [B, O, A]
 *   β_ω,ϑ(s)         terminations, a sigmoid: [B, O]
 *   U(ω, s′)         value upon arrival
 *   g⁽¹⁾             r + γ U(ω, s′), the estimate of Q_U(s, ω, a)
 *   A_Ω(s, ω)        Q_Ω(s, ω) − V_Ω(s)
 *   α, α_θ, α_ϑ      valueLearningRate, policyLearningRate, terminationLearningRate
 *   ξ, η             terminationMargin, deliberationCost
 *
 * Without hidden layers, on an index, it is the tabular algorithm. The temperature of a Boltzmann policy is 1 here: one of τ is a
 * `policyLearningRate` of α_θ / τ.
 *
 * Deviations from the paper:
 * 1. Q_U is not learned beside Q_Ω, but estimated by g⁽¹⁾, as in the paper's deep networks; its baseline is Q_Ω(s, ω).
 * 2. Several copies of an environment, and several steps in each between two updates; at 1 of each it is algorithm 1. With
 *    `lambda` above 0 the estimate looks further ahead: GAE on pairs of state and option. Advantages can be normalised
 *    (`normalizeAdvantage`; off).
 * 3. The ends of options learn where the next action is chosen, one step later than values and policies. So the last observation
 *    of an episode, where none is, teaches nothing about them.
 * 4. A time limit is not the end of the task: it bootstraps from U.
 * 5. Exploitation has no chance in it: an option ends where β ≥ ½, then the one of the largest value follows, and plays its most
 *    probable action.
 */

import * as tf from '@tensorflow/tfjs-core';
import { field, type OnPolicyAgent, type Recurrence, Rng, type Rollout, shareDone } from '@zpin/contracts';
import {
  agentShell,
  type ConfigOf,
  type CreateOptions,
  configSchema,
  convolutionsField,
  gae,
  maskedProgram,
  normalizeAdvantages,
  observationInput,
  parseConfig,
  program,
  type RolloutAlgorithm,
  scheduledInputs,
  takeAction,
  trainOnPolicy,
  weightedMean,
} from '@zpin/core';
import { type Arrival, optionActing } from './options/option-acting.ts';
import { readColumns } from './options/option-columns.ts';
import { optionHead } from './options/option-head.ts';
import { optionLearner } from './options/option-learner.ts';
import { optionCriticPresets } from './presets/option-critic.ts';

// ---- configuration ----

const rate = (meaning: string) => field.scheduled({ min: 0, default: 1e-3, meaning });

/** Settings of options, however they learn. */
export const optionFields = {
  numOptions: field.count({ max: 10_000, default: 4, meaning: 'options to learn (|Ω|)' }),
  terminationMargin: field.nonNegative({
    default: 0.01,
    meaning: 'added to the advantage by which ends are learned, so that options last (ξ)',
  }),
  deliberationCost: field.nonNegative({ default: 0, meaning: 'price of ending an option, in return (η)' }),
  entropyCoefficient: field.nonNegative({ default: 0.01, meaning: 'weight of the entropy bonus of the policies' }),
};

export const optionCriticConfig = configSchema(
  {
    numEnvs: field.count({ default: 1, meaning: 'copies of the environment stepped together' }),
    rolloutLength: field.count({
      default: 1,
      unit: 'environment steps per copy',
      meaning: 'steps collected between two updates',
    }),
    ...optionFields,
    valueLearningRate: rate('step size of the values of options (α)'),
    policyLearningRate: rate('step size of the policies of options (α_θ)'),
    terminationLearningRate: rate('step size of the ends of options (α_ϑ)'),
    optimizer: field.choice(['adam', 'sgd'], { default: 'adam', meaning: 'rule by which gradients change the parameters' }),
    gamma: field.probability({ default: 0.99, meaning: 'discount factor per step' }),
    lambda: field.probability({
      default: 0,
      meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the n-step return',
    }),
    epsilon: field.scheduled({ min: 0, max: 1, default: 0.05, meaning: 'probability that a new option is a random one' }),
    normalizeAdvantage: field.boolean({ default: false, meaning: 'give advantages mean 0 and deviation 1 in each rollout' }),
    hiddenSizes: field.sizes({
      default: [64, 64],
      meaning: 'units of each hidden layer of each network; none makes them linear',
    }),
    convolutions: convolutionsField,
    activation: field.choice(['tanh', 'relu'], { default: 'tanh', meaning: 'activation of hidden layers' }),
  },
  { renamed: { learningRate: 'valueLearningRate' } },
);

export type OptionCriticConfig = ConfigOf<typeof optionCriticConfig>;

// ---- losses and targets ----

/**
 * U(ω, s′) = (1 − β_ω(s′)) Q_Ω(s′, ω) + β_ω(s′) (V_Ω(s′) − η): the option goes on, or ends at a price (equation 3).
 * @param termination `[B]`: β_ω(s′) @param qOption `[B]`: Q_Ω(s′, ω) @param value `[B]`: V_Ω(s′) @returns `[B]`
 */
export function valueUponArrival(termination: tf.Tensor, qOption: tf.Tensor, value: tf.Tensor, cost: number): tf.Tensor {
  return tf.add(tf.mul(tf.sub(1, termination), qOption), tf.mul(termination, tf.sub(value, cost)));
}

/**
 * ½ mean (g − Q_Ω(s, ω))²: its descent is intra-option Q-learning (algorithm 1).
 * @param qOption `[B]` @param target `[B]`, constant @param weight `[B]`, constant; 1 when omitted
 */
export function criticLoss(qOption: tf.Tensor, target: tf.Tensor, weight?: tf.Tensor): tf.Tensor {
  return tf.mul(weightedMean(tf.squaredDifference(target, qOption), weight), 0.5);
}

/**
 * −mean (log π_ω(a|s) (g − Q_Ω(s, ω)) + c H(π_ω(·|s))): its descent follows the intra-option policy gradient (theorem 1).
 * @param logProb `[B]` @param advantage `[B]`, constant @param entropy `[B]`
 */
export function intraOptionLoss(logProb: tf.Tensor, advantage: tf.Tensor, entropy: tf.Tensor, coefficient: number): tf.Tensor {
  return tf.neg(tf.mean(tf.add(tf.mul(logProb, advantage), tf.mul(entropy, coefficient))));
}

/**
 * mean β_ω(s) (A_Ω(s, ω) + margin) over the rows in which an option arrived: its descent follows the termination gradient
 * (theorem 2). Options come to end where another one is worth more by at least the margin.
 * @param termination `[B]` @param advantage `[B]`: A_Ω(s, ω) ≤ 0, constant @param arrived `[B]`: 1, or 0 where an episode began
 */
export function terminationLoss(termination: tf.Tensor, advantage: tf.Tensor, arrived: tf.Tensor, margin: number): tf.Tensor {
  return tf.mean(tf.mul(tf.mul(termination, tf.add(advantage, margin)), arrived));
}

/**
 * What followed each step: U of the next row, of the last observation where the episode was cut off or the rollout ends, 0 after
 * a termination.
 * @param arrival `[T, N]`: U of each row
 */
export function valuesOfSuccessors(
  { numEnvs, terminated, truncated, nextValue }: Pick<Rollout, 'numEnvs' | 'terminated' | 'truncated' | 'nextValue'>,
  arrival: Float32Array,
): Float32Array {
  return nextValue.map((last, row) => {
    const next = row + numEnvs;
    return terminated[row] || truncated[row] || next >= nextValue.length ? last : arrival[next];
  });
}

/**
 * Options where they arrive.
 * @param before `[B]`: from 1 on; 0 where an episode begins @param q `[B, O]`: Q_Ω(s, ·)
 * @param logitOf logit of β_ω(s), `[B]`, of options `[B]` @param cost η
 */
export function arrivalOf(before: tf.Tensor, q: tf.Tensor, logitOf: (option: tf.Tensor) => tf.Tensor, cost: number): Arrival {
  const arrived = tf.minimum(before, 1);
  const option = tf.maximum(tf.sub(before, 1), 0);
  const [qOption, value] = [takeAction(q, option), tf.max(q, 1)];
  const logit = logitOf(option);
  const termination = tf.sigmoid(logit);
  const arrival = valueUponArrival(termination, qOption, value, cost);
  return { arrived, option, q, logit, termination, advantage: tf.sub(qOption, value), arrival };
}

// ---- agent ----

/** Builds an option-critic agent. @throws SpaceError unless actions are `Discrete` or a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<OptionCriticConfig>): OnPolicyAgent<OptionCriticConfig> {
  const config = parseConfig(optionCriticConfig, given, 'option-critic');
  const { gamma, lambda, deliberationCost, terminationMargin, entropyCoefficient } = config;
  const { valueLearningRate, policyLearningRate, terminationLearningRate } = config;
  const head = optionHead('option-critic', spec);
  const [initRng, rng] = new Rng(seed).spawn(2);
  const { critic, policies, terminations, store } = optionLearner({ ...config, spec, head, rng: initRng, engine });
  const acting = optionActing({
    ...{ algorithm: 'option-critic', spec, store, rng, head, config },
    arrive: (state, obs, before) =>
      arrivalOf(before, critic.at(state)(obs), option => terminations.at(state)(obs, option), deliberationCost),
    policy: policies.at,
  });

  /** One update of values, policies and ends. */
  const update = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: 'option-critic.update',
      inputs: {
        ...{ obs: observationInput(spec.observationSpace), before: ['batch'], option: ['batch'], action: head.action },
        ...{ advantage: ['batch'], target: ['batch'] },
        ...{ valueLearningRate: [], policyLearningRate: [], terminationLearningRate: [] },
        ...mask,
      },
      run: (state, { obs, before, option, action, advantage, target, mask, ...rates }) => {
        const fit = critic.descend(state, rates.valueLearningRate, values => {
          const q = values(obs);
          return { loss: criticLoss(takeAction(q, option), target), q };
        });

        const climb = policies.descend(state, rates.policyLearningRate, policy => {
          const distribution = policy(obs, option, mask);
          const entropy = distribution.entropy();
          return { loss: intraOptionLoss(distribution.logProb(action), advantage, entropy, entropyCoefficient), entropy };
        });

        const ends = terminations.descend(state, rates.terminationLearningRate, logits => {
          const { arrived, termination, advantage } = arrivalOf(before, fit.q, old => logits(obs, old), deliberationCost);
          const loss = terminationLoss(termination, advantage, arrived, terminationMargin + deliberationCost);
          return { loss, arrived, termination };
        });

        const { arrived, termination } = ends;
        return {
          state: { ...fit.next, ...climb.next, ...ends.next },
          metrics: {
            ...{ valueLoss: fit.loss, policyLoss: climb.loss, terminationLoss: ends.loss, entropy: tf.mean(climb.entropy) },
            termination: tf.div(tf.sum(tf.mul(termination, arrived)), tf.maximum(tf.sum(arrived), 1)),
          },
        };
      },
    }),
  );
  const rates = scheduledInputs({ valueLearningRate, policyLearningRate, terminationLearningRate });

  return {
    ...agentShell({ algorithm: 'option-critic', config, spec, store, acting, programs: [update] }),
    numEnvs: config.numEnvs,
    rolloutLength: config.rolloutLength,
    memorySize: acting.memorySize,
    explore: acting.explore,
    value: acting.value,

    async update(rollout, progress) {
      acting.clock.set(progress);
      const { obs, action, value, actionMask: mask, recurrence } = rollout;
      const { before, option, arrival } = readColumns(recurrence as Recurrence);
      const estimate = new Float32Array(value.length);
      gae({ ...rollout, nextValue: valuesOfSuccessors(rollout, arrival) }, gamma, lambda, estimate);
      const target = estimate.map((advantage, row) => advantage + value[row]);
      const advantage = config.normalizeAdvantage ? normalizeAdvantages(estimate) : estimate;
      const batch = { obs, before, option, action, advantage, target, ...rates(shareDone(progress)), ...(mask && { mask }) };
      const { metrics } = await update.for(mask)(batch);
      return { metrics };
    },
  };
}

/** Options learned end to end, for discrete and continuous actions. */
export const optionCritic: RolloutAlgorithm<OptionCriticConfig> = {
  id: 'option-critic',
  title: 'Option-critic',
  paper: 'Bacon, Harb, Precup 2017, "The Option-Critic Architecture", arXiv:1609.05140',
  learnsFrom: 'rollouts',
  spaces: { actions: ['discrete', 'box'] },
  config: optionCriticConfig,
  presets: optionCriticPresets,
  copies: ({ numEnvs }) => numEnvs,
  create,
  train: trainOnPolicy,
};
