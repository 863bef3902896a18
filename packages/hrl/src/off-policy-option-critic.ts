/**
 * Option-critic from a replay memory: values, ends and policies of options as three heads of one network.
 *
 * Bacon, Harb, Precup (2017), "The Option-Critic Architecture", arXiv:1609.05140, in its deep form (section "Arcade Learning
 * Environment"); off-policy as in Degris, White, Sutton (2012), "Off-Policy Actor-Critic", arXiv:1205.4839.
 *
 *   paper            here
 *   Ω, ω             numOptions, option
 *   Q_Ω(s, ω)        first head: [B, O]; of the frozen network θ⁻ `target`
 *   β_ω,ϑ(s)         second head, a sigmoid: [B, O]
 *   π_ω,θ(a|s)       third head, a softmax or a normal distribution squashed to the bounds: [B, O, P]
 *   U(ω, s′)         value upon arrival, by Q_Ω of θ⁻ and the present β
 *   g⁽¹⁾             r + γ U(ω, s′), the estimate of Q_U(s, ω, a); over n steps g⁽ⁿ⁾, with the option of the last one
 *   A_Ω(s, ω)        Q_Ω(s, ω) − max_ω Q_Ω(s, ω)
 *   ξ, η             terminationMargin, deliberationCost
 *   ρ                importance ratio π_ω(a|s) / μ(a|s), μ the policy that acted; at most `largestRatio`
 *
 * Deviations from the paper:
 * 1. Policies and ends learn from the batches that the values learn from, where the paper takes the newest step alone: 64 steps
 *    far apart teach more than one. Each counts by ρ, truncated, in the steps of the policies and of the values, so that both are
 *    those of the present policies. Which states and options come up is left as it was stored.
 * 2. Advantages have mean 0 and deviation 1 in each batch (`normalizeAdvantage`), so that one step size and one entropy bonus suit
 *    rewards of any size, although policies and values share their features.
 * 3. The ends of options learn where the next action is chosen, so the last observation of an episode teaches nothing about them.
 * 4. Rewards of n steps are summed as they came (`nSteps`), without a correction for what the present options would have done.
 * 5. A time limit is not the end of the task: it bootstraps from U.
 * 6. Adam and a clipped gradient in place of RMSProp; epsilon falls over the run, and counts where an option is chosen.
 */

import * as tf from '@tensorflow/tfjs-core';
import { type Field, field, type OffPolicyAgent, Rng } from '@zpin/contracts';
import {
  adam,
  type ConfigOf,
  Counter,
  type CreateOptions,
  configSchema,
  convolutionsField,
  maskedProgram,
  normalizeAdvantage,
  observationInput,
  parseConfig,
  program,
  type ReplayAlgorithm,
  type ReplayTrainOptions,
  replayAgent,
  Store,
  takeAction,
  trainable,
  trainOffPolicy,
  transitionInputs,
} from '@zpin/core';
import { checkMemory, replayFields } from '@zpin/replay';
import { arrivalOf, criticLoss, intraOptionLoss, optionFields, terminationLoss } from './option-critic.ts';
import { type OptionDecisions, optionActing } from './options/option-acting.ts';
import { optionHead } from './options/option-head.ts';
import { sharedOptionNetwork } from './options/option-networks.ts';
import { decidedAction, OptionReplay, splitDecision } from './options/option-replay.ts';
import { offPolicyOptionCriticPresets } from './presets/off-policy-option-critic.ts';

// ---- configuration ----

const { bufferSize, ...replay } = replayFields({ batchSize: 64, learningStarts: 2000, trainEverySteps: 4 });
const smallBuffer: Field<number> = { ...bufferSize, default: 100_000 };

export const offPolicyOptionCriticConfig = configSchema({
  ...replay,
  bufferSize: smallBuffer,
  ...optionFields,
  learningRate: field.scheduled({ min: 0, default: 3e-4, meaning: 'step size of Adam' }),
  targetUpdateEveryUpdates: field.count({
    default: 200,
    unit: 'updates',
    meaning: 'updates between two copies of the network into the frozen one',
  }),
  epsilon: field.scheduled({
    min: 0,
    max: 1,
    default: { type: 'linear', from: 1, to: 0.01, end: 0.1 },
    meaning: 'probability that a new option is a random one',
  }),
  valueCoefficient: field.nonNegative({
    default: 0.05,
    meaning: 'weight of the loss of the values, beside those of the policies and ends',
  }),
  largestRatio: field.positive({
    default: 1,
    meaning: 'most that a transition counts by the ratio of its probability now and when it was made (truncated ρ)',
  }),
  normalizeAdvantage: field.boolean({ default: true, meaning: 'give advantages mean 0 and deviation 1 in each batch' }),
  maxGradientNorm: field.positive({ default: 10, meaning: 'largest global norm of the gradient' }),
  hiddenSizes: field.sizes({ default: [128, 128], meaning: 'units of each hidden layer, which the three heads share' }),
  convolutions: convolutionsField,
  activation: field.choice(['relu', 'tanh'], { default: 'relu', meaning: 'activation of hidden layers' }),
});

export type OffPolicyOptionCriticConfig = ConfigOf<typeof offPolicyOptionCriticConfig>;

// ---- losses and targets ----

/**
 * ρ = min(largest, π_ω(a|s) / μ(a|s)): `[B]`.
 * @param logProb `[B]`: log π_ω(a|s) @param behavior `[B]`: log μ(a|s)
 */
export function importanceRatio(logProb: tf.Tensor, behavior: tf.Tensor, largest: number): tf.Tensor {
  // The logarithm is bounded first: a ratio may be beyond the largest number.
  return tf.exp(tf.minimum(tf.sub(logProb, behavior), Math.log(largest)));
}

/**
 * g⁽ⁿ⁾ = r + d U(ω, s′): `[B]`.
 * @param reward `[B]`: r₀ + γ r₁ + … over n steps @param discount `[B]`: γⁿ, or 0 after a termination @param arrival `[B]`
 */
export function optionTarget(reward: tf.Tensor, discount: tf.Tensor, arrival: tf.Tensor): tf.Tensor {
  return tf.add(reward, tf.mul(discount, arrival));
}

// ---- agent ----

/** An agent that tells how its last actions were decided, for the memory. */
export interface OffPolicyOptionCriticAgent extends OffPolicyAgent<OffPolicyOptionCriticConfig> {
  /** Of the last exploring `act`, until the next one. */
  readonly decisions: OptionDecisions;
}

/**
 * Builds an agent. Its updates take batches of an `OptionReplay`.
 * @throws SpaceError unless actions are `Discrete` or a `Box` of floats with finite bounds
 */
function create({ spec, config: given, seed, engine }: CreateOptions<OffPolicyOptionCriticConfig>): OffPolicyOptionCriticAgent {
  const algorithm = 'off-policy-option-critic';
  const config = parseConfig(offPolicyOptionCriticConfig, given, algorithm);
  const { deliberationCost, terminationMargin, entropyCoefficient, valueCoefficient, largestRatio, maxGradientNorm } = config;
  checkMemory(algorithm, { ...spec, capacity: config.bufferSize }, 'bufferSize');
  const head = optionHead(algorithm, spec);
  const [initRng, rng] = new Rng(seed).spawn(2);
  const options = trainable({
    ...{ network: sharedOptionNetwork({ ...config, spec, head }), optimizer: adam(), maxGradientNorm },
    ...({ name: 'options', moments: 'optimizer', target: 'target' } as const),
  });
  const store = new Store(engine, options.vectors(initRng));
  const acting = optionActing({
    ...{ algorithm, spec, store, rng, head, config },
    arrive(state, obs, before) {
      const { q, terminations } = options.at(state)(obs);
      return arrivalOf(before, q, terminations, deliberationCost);
    },
    policy: state => (obs, option, mask) => options.at(state)(obs).policies(option, mask),
  });

  /** One update of values, policies and ends. */
  const update = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: `${algorithm}.update`,
      inputs: {
        ...transitionInputs(observationInput(spec.observationSpace), decidedAction(head)),
        ...{ learningRate: [], ...mask },
      },
      run: (state, { obs, reward, nextObs, discount, learningRate, mask, ...batch }) => {
        const { action, before, option, behavior, lastOption } = splitDecision(batch.action, head);
        const now = options.at(state)(obs);

        const { terminations } = options.at(state)(nextObs);
        const next = arrivalOf(tf.add(lastOption, 1), options.targetAt(state)(nextObs).q, terminations, deliberationCost);
        const target = optionTarget(reward, discount, next.arrival);
        const ratio = importanceRatio(now.policies(option, mask).logProb(action), behavior, largestRatio);
        const error = tf.sub(target, takeAction(now.q, option));
        const advantage = tf.mul(ratio, config.normalizeAdvantage ? normalizeAdvantage(error) : error);
        const met = arrivalOf(before, now.q, now.terminations, deliberationCost);

        const { next: learned, ...step } = options.descend(state, learningRate, network => {
          const { q, terminations, policies } = network(obs);
          const policy = policies(option, mask);
          const entropy = policy.entropy();
          const termination = tf.sigmoid(terminations(met.option));
          const valueLoss = criticLoss(takeAction(q, option), target, ratio);
          const policyLoss = intraOptionLoss(policy.logProb(action), advantage, entropy, entropyCoefficient);
          const margin = terminationMargin + deliberationCost;
          const terminationLossOf = terminationLoss(termination, met.advantage, met.arrived, margin);
          const loss = tf.addN([tf.mul(valueLoss, valueCoefficient), policyLoss, terminationLossOf]);
          return { loss, valueLoss, policyLoss, terminationLoss: terminationLossOf, entropy };
        });

        const { loss: _, entropy, ...metrics } = step;
        return {
          state: learned,
          metrics: {
            ...metrics,
            ...{ qValue: tf.mean(takeAction(now.q, option)), entropy: tf.mean(entropy), ratio: tf.mean(ratio) },
            termination: tf.div(tf.sum(tf.mul(met.termination, met.arrived)), tf.maximum(tf.sum(met.arrived), 1)),
          },
        };
      },
    }),
  );
  const freeze = program(store, {
    name: `${algorithm}.freeze`,
    inputs: {},
    run: state => ({ state: options.follow(state, state, 1) }),
  });
  const updates = new Counter();

  const agent = replayAgent({
    ...{ algorithm, config, spec, store, acting, programs: [update, freeze] },
    memory: { updates },
    schedules: { learningRate: config.learningRate },
    async learn({ actionMask: mask, nextActionMask: _, ...batch }) {
      const result = await update.for(mask)({ ...batch, ...(mask && { mask }) });
      updates.value++;
      if (updates.value % config.targetUpdateEveryUpdates === 0) await freeze({});
      return result;
    },
  });
  return {
    ...agent,
    get decisions() {
      return acting.decisions;
    },
  };
}

/** Trains an agent on a memory that keeps how actions were decided. */
function train(options: ReplayTrainOptions<OffPolicyOptionCriticAgent>) {
  const { agent, env } = options;
  const { bufferSize: capacity, gamma, nSteps } = agent.config;
  const { observationSpace, actionSpace, frameStack } = env.spec;
  const hasActionMask = env.createStep().actionMask !== undefined;
  const memory = { capacity, observationSpace, actionSpace, gamma, nSteps, hasActionMask, frameStack };
  return trainOffPolicy({ ...options, replay: new OptionReplay({ ...memory, decisions: () => agent.decisions }) });
}

/** Options learned end to end from a replay memory, for discrete and continuous actions. */
export const offPolicyOptionCritic: ReplayAlgorithm<OffPolicyOptionCriticConfig, OffPolicyOptionCriticAgent> = {
  id: 'off-policy-option-critic',
  title: 'Option-critic from a replay memory',
  paper: 'Bacon, Harb, Precup 2017, "The Option-Critic Architecture", arXiv:1609.05140',
  learnsFrom: 'replay',
  spaces: { actions: ['discrete', 'box'] },
  config: offPolicyOptionCriticConfig,
  presets: offPolicyOptionCriticPresets,
  copies: ({ numEnvs }) => numEnvs,
  // Its memory is filled with decisions that only the agent knows.
  replay: () => null,
  create,
  train,
};
