/**
 * Option-critic: options whose policies, ends and values are learned at once, without sub-goals.
 *
 * Bacon, Harb, Precup (2017), "The Option-Critic Architecture", arXiv:1609.05140, algorithm 1. Deliberation costs: Harb, Bacon, Klissarov,
 * Precup (2018), "When Waiting is not an Option", arXiv:1709.04571.
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
 *   α, α_θ, α_ϑ      learningRate, policyLearningRate, terminationLearningRate
 *   ξ, η             terminationMargin, deliberationCost
 *
 * Without hidden layers, on an index, it is the tabular algorithm. The temperature of a Boltzmann policy is 1 here: one of τ is a
 * `policyLearningRate` of α_θ / τ.
 *
 * Deviations from the paper:
 * 1. Q_U is not learned beside Q_Ω, but estimated by g⁽¹⁾, as in the paper's deep networks; its baseline is Q_Ω(s, ω).
 * 2. Several copies of an environment, and several steps in each between two updates; at 1 of each it is algorithm 1. With `lambda` above 0 the
 *    estimate looks further ahead: GAE on pairs of state and option. Advantages can be normalised (`normalizeAdvantage`; off).
 * 3. The ends of options learn where the next action is chosen, one step later than values and policies. So the last observation of an
 *    episode, where none is, teaches nothing about them.
 * 4. A time limit is not the end of the task: it bootstraps from U.
 * 5. Exploitation has no chance in it: an option ends where β ≥ ½, then the one of the largest value follows, and plays its most probable action.
 */

import * as tf from '@tensorflow/tfjs';
import {
  type AgentState,
  describeSpace,
  type EnvSpec,
  flatSize,
  type Metrics,
  message,
  type NumericArray,
  type OnPolicyAgent,
  type Recurrence,
  Rng,
  type RngState,
  type Rollout,
  SpaceError,
  valueAt,
} from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  count,
  field,
  gae,
  hiddenSizes,
  type InputShape,
  int32,
  nonNegative,
  observationInput,
  parseConfig,
  probability,
  program,
  Store,
  scheduled,
  sgd,
  stopGradient,
  type TrainOptions,
  trainOnPolicy,
  uint8,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { optionCriticPresets } from './option-critic-presets.ts';
import { OptionMemory } from './option-memory.ts';
import { ofOption, optionNetworks } from './option-networks.ts';

// ---- configuration ----

const rate = (meaning: string) => scheduled(z.number().nonnegative(), { default: 1e-3, meaning });

export const optionCriticConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  rolloutLength: count({ default: 1, unit: 'environment steps per copy', meaning: 'steps collected between two updates' }),
  numOptions: count({ default: 4, meaning: 'options to learn (|Ω|)' }),
  learningRate: rate('step size of the values of options (α)'),
  policyLearningRate: rate('step size of the policies of options (α_θ)'),
  terminationLearningRate: rate('step size of the ends of options (α_ϑ)'),
  optimizer: field(z.enum(['adam', 'sgd']), { default: 'adam', meaning: 'rule by which gradients change the parameters' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  lambda: probability({ default: 0, meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the n-step return' }),
  epsilon: probability({ default: 0.05, meaning: 'probability that a new option is a random one' }),
  terminationMargin: nonNegative({
    default: 0.01,
    meaning: 'added to the advantage by which ends are learned, so that options last (ξ)',
  }),
  deliberationCost: nonNegative({ default: 0, meaning: 'price of ending an option, in return (η)' }),
  entropyCoefficient: nonNegative({ default: 0.01, meaning: 'weight of the entropy bonus of the policies' }),
  normalizeAdvantage: field(z.boolean(), { default: false, meaning: 'give advantages mean 0 and deviation 1 in each rollout' }),
  hiddenSizes: hiddenSizes({ default: [64, 64], meaning: 'units of each hidden layer of each network; none makes them linear' }),
  activation: field(z.enum(['tanh', 'relu']), { default: 'tanh', meaning: 'activation of hidden layers' }),
});

export type OptionCriticConfig = z.output<typeof optionCriticConfig>;

// ---- losses and targets ----

/**
 * U(ω, s′) = (1 − β_ω(s′)) Q_Ω(s′, ω) + β_ω(s′) (V_Ω(s′) − η): the option goes on, or ends at a price (equation 3).
 * @param termination `[B]`: β_ω(s′) @param qOption `[B]`: Q_Ω(s′, ω) @param value `[B]`: V_Ω(s′) @returns `[B]`
 */
export function valueUponArrival(termination: tf.Tensor, qOption: tf.Tensor, value: tf.Tensor, cost: number): tf.Tensor {
  return tf.add(tf.mul(tf.sub(1, termination), qOption), tf.mul(termination, tf.sub(value, cost)));
}

/** ½ mean (g − Q_Ω(s, ω))²: its descent is intra-option Q-learning. @param qOption `[B]` @param target `[B]`, constant */
export function criticLoss(qOption: tf.Tensor, target: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mean(tf.squaredDifference(target, qOption)), 0.5);
}

/**
 * −mean (log π_ω(a|s) (g − Q_Ω(s, ω)) + c H(π_ω(·|s))): its descent follows the intra-option policy gradient (theorem 1).
 * @param logProb `[B]` @param advantage `[B]`, constant @param entropy `[B]`
 */
export function intraOptionLoss(logProb: tf.Tensor, advantage: tf.Tensor, entropy: tf.Tensor, coefficient: number): tf.Tensor {
  return tf.neg(tf.mean(tf.add(tf.mul(logProb, advantage), tf.mul(entropy, coefficient))));
}

/**
 * mean β_ω(s) (A_Ω(s, ω) + margin) over the rows in which an option arrived: its descent follows the termination gradient (theorem 2). Options
 * come to end where another one is worth more by at least the margin.
 * @param termination `[B]` @param advantage `[B]`: A_Ω(s, ω) ≤ 0, constant @param arrived `[B]`: 1, or 0 where an episode began
 */
export function terminationLoss(termination: tf.Tensor, advantage: tf.Tensor, arrived: tf.Tensor, margin: number): tf.Tensor {
  return tf.mean(tf.mul(tf.mul(termination, tf.add(advantage, margin)), arrived));
}

/**
 * What followed each step: U of the next row, of the last observation where the episode was cut off or the rollout ends, 0 after a termination.
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

// ---- agent ----

/** Numbers that an action is sampled with: whether the option ends, whether the next one is random, which one, and which action. */
const NOISE_SIZE = 4;

/** What a rollout keeps of each step: the option that arrived (from 1 on; 0: none), the option that acted, and U. */
const MEMORY_SIZE = 3;

/** Builds an option-critic agent. @throws SpaceError unless actions are `Discrete` */
function create({ spec, config: given, seed, engine }: CreateOptions<OptionCriticConfig>): OnPolicyAgent<OptionCriticConfig> {
  const config = parseConfig(optionCriticConfig, given, 'option-critic');
  const { numOptions, gamma, lambda, epsilon, deliberationCost, terminationMargin, entropyCoefficient } = config;
  const numActions = countActions(spec);
  const networks = optionNetworks({ spec, numActions, ...config });
  const { layouts } = networks;
  const [initRng, actionRng] = new Rng(seed).spawn(2);
  const optimizer = config.optimizer === 'adam' ? adam() : sgd();
  const store = new Store(engine, {
    ...networks.init(initRng),
    criticOptimizer: optimizer.init(layouts.critic.size),
    policiesOptimizer: optimizer.init(layouts.policies.size),
    terminationsOptimizer: optimizer.init(layouts.terminations.size),
  });
  type Vectors = Readonly<Record<keyof typeof layouts, tf.Tensor1D>>;
  const cut = ({ critic, policies, terminations }: Vectors) => ({
    critic: unflattenParams(layouts.critic, critic),
    policies: unflattenParams(layouts.policies, policies),
    terminations: unflattenParams(layouts.terminations, terminations),
  });
  const obsInput = observationInput(spec.observationSpace);
  const withMask = <P>(make: (mask: { mask?: InputShape }) => P) => ({
    plain: make({}),
    masked: make({ mask: uint8(['batch', numActions]) }),
  });

  /** An option on arrival in `obs`: whether there is one, whether it ends, what it is worth. `before` counts from 1, 0 is none. */
  const arrive = (params: ReturnType<typeof cut>, obs: tf.Tensor, before: tf.Tensor) => {
    const arrived = tf.minimum(before, 1);
    const option = tf.maximum(tf.sub(before, 1), 0);
    const q = networks.values(params.critic, obs);
    const logit = networks.terminationLogit(params.terminations, obs, option);
    const qOption = ofOption(q, option);
    const value = tf.max(q, 1);
    const termination = tf.sigmoid(logit);
    const arrival = valueUponArrival(termination, qOption, value, deliberationCost);
    return { arrived, option, q, logit, termination, advantage: tf.sub(qOption, value), arrival };
  };

  const exploreProgram = withMask(mask =>
    program(store, {
      name: 'option-critic.explore',
      inputs: { obs: obsInput, before: ['batch'], noise: ['batch', NOISE_SIZE], ...mask },
      run: (state, { obs, before, noise, mask }) => {
        const params = cut(state);
        const { arrived, option: old, q, termination, arrival } = arrive(params, obs, before);
        const [endNoise, greedyNoise, optionNoise, actionNoise] = tf.unstack(noise, 1);
        const goesOn = tf.mul(arrived, tf.cast(tf.greaterEqual(endNoise, termination), 'float32'));
        const random = tf.minimum(tf.floor(tf.mul(optionNoise, numOptions)), numOptions - 1);
        const fresh = tf.where(tf.less(greedyNoise, epsilon), random, tf.cast(tf.argMax(q, 1), 'float32'));
        const option = tf.where(tf.greater(goesOn, 0), old, fresh);
        const distribution = networks.policy(params.policies, obs, option, mask);
        const action = distribution.sample(actionNoise);
        const logProb = distribution.logProb(action);
        return { outputs: { action, option, logProb, value: ofOption(q, option), arrival } };
      },
    }),
  );
  const exploitProgram = withMask(mask =>
    program(store, {
      name: 'option-critic.exploit',
      inputs: { obs: obsInput, before: ['batch'], ...mask },
      run: (state, { obs, before, mask }) => {
        const params = cut(state);
        const { arrived, option: old, q, logit } = arrive(params, obs, before);
        const goesOn = tf.mul(arrived, tf.cast(tf.less(logit, 0), 'float32'));
        const option = tf.where(tf.greater(goesOn, 0), old, tf.cast(tf.argMax(q, 1), 'float32'));
        return { outputs: { action: networks.policy(params.policies, obs, option, mask).mode(), option } };
      },
    }),
  );
  const arrivalProgram = program(store, {
    name: 'option-critic.arrival',
    inputs: { obs: obsInput, before: ['batch'] },
    run: (state, { obs, before }) => ({ outputs: { arrival: arrive(cut(state), obs, before).arrival } }),
  });

  const updateProgram = withMask(mask =>
    program(store, {
      name: 'option-critic.update',
      inputs: {
        obs: obsInput,
        before: ['batch'],
        option: ['batch'],
        action: int32(['batch']),
        advantage: ['batch'],
        target: ['batch'],
        learningRate: [],
        policyLearningRate: [],
        terminationLearningRate: [],
        ...mask,
      },
      run: (state, batch) => {
        const { critic, policies, terminations } = state;
        const { gradient, arrived, termination, ...metrics } = valueAndGrad(layouts, params => {
          const { arrived, q, termination, advantage } = arrive(params, batch.obs, batch.before);
          const distribution = networks.policy(params.policies, batch.obs, batch.option, batch.mask);
          const entropy = distribution.entropy();
          const losses = {
            valueLoss: criticLoss(ofOption(q, batch.option), batch.target),
            policyLoss: intraOptionLoss(distribution.logProb(batch.action), batch.advantage, entropy, entropyCoefficient),
            terminationLoss: terminationLoss(termination, stopGradient(advantage), arrived, terminationMargin + deliberationCost),
          };
          // Each network is in one of the losses alone, so the gradient of the sum is that of each.
          const loss = tf.addN(Object.values(losses));
          return { loss, ...losses, entropy: tf.mean(entropy), arrived, termination };
        })({ critic, policies, terminations });
        const { loss: _, ...reported } = metrics;
        const nextCritic = optimizer.step({
          parameters: critic,
          gradient: gradient.critic,
          state: state.criticOptimizer,
          learningRate: batch.learningRate,
        });
        const nextPolicies = optimizer.step({
          parameters: policies,
          gradient: gradient.policies,
          state: state.policiesOptimizer,
          learningRate: batch.policyLearningRate,
        });
        const nextTerminations = optimizer.step({
          parameters: terminations,
          gradient: gradient.terminations,
          state: state.terminationsOptimizer,
          learningRate: batch.terminationLearningRate,
        });
        return {
          state: {
            critic: nextCritic.parameters,
            criticOptimizer: nextCritic.state,
            policies: nextPolicies.parameters,
            policiesOptimizer: nextPolicies.state,
            terminations: nextTerminations.parameters,
            terminationsOptimizer: nextTerminations.state,
          },
          metrics: {
            ...reported,
            termination: tf.div(tf.sum(tf.mul(termination, arrived)), tf.maximum(tf.sum(arrived), 1)),
          },
        };
      },
    }),
  );

  const obsSize = flatSize(spec.observationSpace);
  const training = new OptionMemory();
  // Evaluation must not touch the episodes of training.
  const evaluation = new OptionMemory();
  let noise = new Float32Array(0);
  const rates = {
    learningRate: new Float32Array(1),
    policyLearningRate: new Float32Array(1),
    terminationLearningRate: new Float32Array(1),
  };

  async function explore(obs: NumericArray, before: Float32Array, mask: Uint8Array | undefined) {
    if (noise.length !== before.length * NOISE_SIZE) noise = new Float32Array(before.length * NOISE_SIZE);
    actionRng.uniformInto(noise);
    const inputs = { obs, before, noise };
    const { outputs } = await (mask ? exploreProgram.masked({ ...inputs, mask }) : exploreProgram.plain(inputs));
    training.set(outputs.option);
    return outputs;
  }

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const { obs, action, value, actionMask: mask, recurrence } = rollout;
    const column = (place: number) => columnOf(recurrence as Recurrence, place);
    const nextValue = valuesOfSuccessors(rollout, column(2));
    const advantage = new Float32Array(value.length);
    gae({ ...rollout, nextValue }, gamma, lambda, advantage);
    const target = advantage.map((a, row) => a + value[row]);
    if (config.normalizeAdvantage) normalize(advantage);
    rates.learningRate[0] = valueAt(config.learningRate, progress);
    rates.policyLearningRate[0] = valueAt(config.policyLearningRate, progress);
    rates.terminationLearningRate[0] = valueAt(config.terminationLearningRate, progress);
    const batch = { obs, before: column(0), option: column(1), action, advantage, target, ...rates };
    return (await (mask ? updateProgram.masked({ ...batch, mask }) : updateProgram.plain(batch))).metrics;
  }

  return {
    algorithm: 'option-critic',
    config,
    numEnvs: config.numEnvs,
    rolloutLength: config.rolloutLength,
    memorySize: MEMORY_SIZE,
    update,

    async act(obs, mode, mask, start) {
      const episodes = obs.length / obsSize;
      if (mode === 'explore') return (await explore(obs, training.before(episodes, start), mask)).action;
      const inputs = { obs, before: evaluation.before(episodes, start) };
      const { outputs } = await (mask ? exploitProgram.masked({ ...inputs, mask }) : exploitProgram.plain(inputs));
      evaluation.set(outputs.option);
      return outputs.action;
    },

    async explore(obs, logProb, values, mask, recurrence) {
      const before = training.before(obs.length / obsSize, recurrence?.start).slice();
      const outputs = await explore(obs, before, mask);
      logProb.set(outputs.logProb);
      values.set(outputs.value);
      for (const [place, column] of [before, outputs.option, outputs.arrival].entries()) {
        for (let i = 0; i < column.length && recurrence; i++) recurrence.memory[i * MEMORY_SIZE + place] = column[i];
      }
      return outputs.action;
    },

    async value(obs, values) {
      values.set((await arrivalProgram({ obs, before: training.peek(obs.length / obsSize) })).outputs.arrival);
    },

    async state(): Promise<AgentState> {
      return { vectors: await store.state(), actionRng: actionRng.state(), options: training.state() };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      actionRng.restore(state.actionRng as RngState);
      training.restore(state.options as Float32Array);
    },

    dispose() {
      for (const { plain, masked } of [exploreProgram, exploitProgram, updateProgram]) {
        plain.dispose();
        masked.dispose();
      }
      arrivalProgram.dispose();
      store.dispose();
    },
  };
}

/** @throws SpaceError unless actions are `Discrete` */
function countActions({ id, actionSpace }: EnvSpec): number {
  if (actionSpace.type === 'discrete') return actionSpace.n;
  const remedy = actionSpace.type === 'box' ? 'Use ppo or sac, or --wrap discretize-action:11' : 'Use ppo';
  throw new SpaceError(message('option-critic', `actions of ${id} must be Discrete`, describeSpace(actionSpace), remedy));
}

/** Gives numbers mean 0 and deviation 1, in place. */
function normalize(values: Float32Array): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] - mean) / (Math.sqrt(variance) + 1e-8);
}

/** One number of each memory, `[T, N]`. */
function columnOf({ memory }: Recurrence, place: number): Float32Array {
  return Float32Array.from({ length: memory.length / MEMORY_SIZE }, (_, row) => memory[row * MEMORY_SIZE + place]);
}

/** Options learned end to end, for discrete actions. */
export const optionCritic: Algorithm<OptionCriticConfig> = {
  id: 'option-critic',
  title: 'Option-critic',
  paper: 'Bacon, Harb, Precup 2017, "The Option-Critic Architecture", arXiv:1609.05140',
  config: optionCriticConfig,
  presets: optionCriticPresets,
  create,
  train: options => trainOnPolicy(options as TrainOptions<OnPolicyAgent<OptionCriticConfig>>),
};
