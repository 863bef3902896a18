/**
 * Deep Q-learning with replay memory and a target network.
 *
 * Mnih et al. (2015), "Human-level control through deep reinforcement learning", Nature 518, algorithm 1.
 *
 *   paper        here
 *   Q, θ         online network, `online`
 *   Q̂, θ⁻        target network, `target`
 *   C            targetUpdateEverySteps
 *   N, D         bufferSize, replay memory
 *   ε            epsilon, linear from `epsilonStart` to `epsilonEnd` over `explorationFraction` of the run
 *   y_j          target = reward + discount · max_a Q̂(nextObs, a)
 *
 * Deviations from the paper:
 * 1. Adam in place of RMSprop, and the Huber loss, whose gradient is the clipped TD error of the paper.
 * 2. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 * 3. The gradient is clipped to a global norm (`maxGradientNorm`).
 */
import {
  type Algorithm,
  adam,
  type CreateOptions,
  clipByGlobalNorm,
  count,
  field,
  hiddenSizes,
  int32,
  type InputShape,
  observationInput,
  observationNetwork,
  oneHot,
  parseConfig,
  type PolicyNetwork,
  type PolicyOptions,
  positive,
  probability,
  program,
  Store,
  scheduled,
  type TrainOptions,
  trainOffPolicy,
  uint8,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import {
  type AgentState,
  describeSpace,
  flatSize,
  type Metrics,
  message,
  type NumericArray,
  type OffPolicyAgent,
  Rng,
  type RngState,
  SpaceError,
  type TransitionBatch,
  valueAt,
} from '@zpin/core/spec';
import { UniformReplay } from '@zpin/replay';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { dqnPresets } from './dqn-presets.ts';
import { epsilonGreedy } from './epsilon-greedy.ts';
import { maskQ } from './mask-q.ts';

export { maskQ };

// ---- configuration ----

export const dqnConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  bufferSize: count({ default: 1_000_000, unit: 'transitions', meaning: 'capacity of the replay memory (N)' }),
  batchSize: count({ default: 32, unit: 'transitions', meaning: 'size of a minibatch' }),
  learningStarts: count({ min: 0, default: 100, unit: 'environment steps', meaning: 'steps before the first update' }),
  trainEverySteps: count({ default: 4, unit: 'environment steps', meaning: 'steps between two rounds of updates' }),
  gradientSteps: count({ default: 1, unit: 'updates', meaning: 'updates in each round' }),
  targetUpdateEverySteps: count({ default: 10_000, unit: 'environment steps', meaning: 'steps between two updates of the target network (C)' }),
  tau: field(z.number().gt(0).max(1), { default: 1, meaning: 'share of the online network that goes into the target at an update; 1 copies it' }),
  learningRate: scheduled(z.number().nonnegative(), { default: 1e-4, meaning: 'step size of Adam' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  epsilonStart: probability({ default: 1, meaning: 'first probability of a random action' }),
  epsilonEnd: probability({ default: 0.05, meaning: 'last probability of a random action' }),
  explorationFraction: field(z.number().gt(0).max(1), { default: 0.1, meaning: 'share of the run over which epsilon falls' }),
  maxGradientNorm: positive({ default: 10, meaning: 'largest global norm of the gradient' }),
  hiddenSizes: hiddenSizes({ default: [64, 64], meaning: 'units of each hidden layer of the Q-network' }),
  activation: field(z.enum(['relu', 'tanh']), { default: 'relu', meaning: 'activation of hidden layers' }),
});

export type DqnConfig = z.output<typeof dqnConfig>;

// ---- losses ----

/**
 * y = r + d · max_a Q̂(s′, a) (algorithm 1).
 * @param reward `[B]` @param discount `[B]`: γ, or 0 after a termination @param nextQ `[B, A]` of the target network, illegal actions masked
 * @returns `[B]`
 */
export function dqnTarget(reward: tf.Tensor, discount: tf.Tensor, nextQ: tf.Tensor): tf.Tensor {
  return tf.add(reward, tf.mul(discount, tf.max(nextQ, 1)));
}

/** ½ x² within 1 of 0, |x| − ½ beyond (Huber 1964): `[B]` → `[B]`. Its slope is x clipped to [−1, 1]. */
export function huber(error: tf.Tensor): tf.Tensor {
  const size = tf.abs(error);
  const near = tf.minimum(size, 1);
  return tf.add(tf.mul(tf.square(near), 0.5), tf.sub(size, near));
}

/**
 * Mean Huber loss of the TD error at the actions taken.
 * @param q `[B, A]` @param action `[B]` @param target `[B]`, constant
 */
export function dqnLoss(q: tf.Tensor, action: tf.Tensor, target: tf.Tensor): { loss: tf.Tensor; qTaken: tf.Tensor } {
  const qTaken = tf.sum(tf.mul(q, oneHot(action, q.shape[1] as number)), 1);
  return { loss: tf.mean(huber(tf.sub(qTaken, target))), qTaken };
}

// ---- agent ----

/** Q and the policy that is greedy in it. @throws SpaceError unless actions are `Discrete` */
export function qNetwork({ spec, config }: PolicyOptions<DqnConfig>) {
  const { actionSpace, observationSpace } = spec;
  if (actionSpace.type !== 'discrete') {
    throw new SpaceError(
      message('dqn', `actions of ${spec.id} must be Discrete`, describeSpace(actionSpace), 'Use ppo, or discretise the actions'),
    );
  }
  const numActions = actionSpace.n;
  const { hiddenSizes, activation } = config;
  const network = observationNetwork(observationSpace, { hiddenSizes, activation, outputSize: numActions, initialization: 'fan-in' });
  const greedy: PolicyNetwork = {
    layout: network.layout,
    act: (params, obs, mask) => tf.argMax(maskQ(network.apply(params, obs), mask), 1),
  };
  return { numActions, network, greedy };
}

/** Builds a DQN agent. @throws SpaceError unless actions are `Discrete` */
function create({ spec, config: given, seed, engine }: CreateOptions<DqnConfig>): OffPolicyAgent<DqnConfig> {
  const config = parseConfig(dqnConfig, given ?? {}, 'dqn');
  const { observationSpace } = spec;
  const { numActions, network, greedy } = qNetwork({ spec, config });
  const [initRng, actionRng] = new Rng(seed).spawn(2);
  const optimizer = adam();
  const parameters = network.init(initRng);
  const store = new Store(engine, { online: parameters, target: parameters, adam: optimizer.init(network.layout.size) });
  const obsInput = observationInput(observationSpace);
  const obsSize = flatSize(observationSpace);
  const maskInput = uint8(['batch', numActions]);

  /** Every program exists with and without a mask of legal actions; which one is used depends on the environment. */
  const withMask = <P>(make: (mask: { mask?: InputShape }) => P) => ({ plain: make({}), masked: make({ mask: maskInput }) });

  const actProgram = withMask((mask) =>
    program(store, {
      name: 'dqn.act',
      inputs: { obs: obsInput, ...mask },
      run: ({ online }, inputs) => ({
        outputs: { action: greedy.act(unflattenParams(network.layout, online), inputs.obs, inputs.mask) },
      }),
    }),
  );

  const updateProgram = withMask((mask) =>
    program(store, {
      name: 'dqn.update',
      inputs: { obs: obsInput, action: int32(['batch']), reward: ['batch'], nextObs: obsInput, discount: ['batch'], learningRate: [], ...mask },
      run: ({ online, target, adam: moments }, batch) => {
        const nextQ = network.apply(unflattenParams(network.layout, target), batch.nextObs);
        const y = dqnTarget(batch.reward, batch.discount, maskQ(nextQ, batch.mask));
        const { loss, qTaken, gradient } = valueAndGrad(network.layout, (params) => dqnLoss(network.apply(params, batch.obs), batch.action, y))(online);
        const { gradient: clipped, norm } = clipByGlobalNorm(gradient, config.maxGradientNorm);
        const next = optimizer.step({ parameters: online, gradient: clipped, state: moments, learningRate: batch.learningRate });
        return {
          state: { online: next.parameters, adam: next.state },
          metrics: { loss, qValue: tf.mean(qTaken), gradientNorm: norm },
        };
      },
    }),
  );

  const targetProgram = program(store, {
    name: 'dqn.target',
    inputs: {},
    run: ({ online, target }) => ({ state: { target: tf.add(tf.mul(target, 1 - config.tau), tf.mul(online, config.tau)) } }),
  });

  const epsilonSchedule = { type: 'linear', from: config.epsilonStart, to: config.epsilonEnd, end: config.explorationFraction } as const;
  const learningRate = new Float32Array(1);
  let [epsilon, step, plannedSteps, targetStep] = [1, 0, 1, 0];

  function progress(now: number, totalSteps: number): void {
    step = now;
    plannedSteps = totalSteps;
    const share = now / totalSteps;
    epsilon = now < config.learningStarts ? 1 : valueAt(epsilonSchedule, share);
    learningRate[0] = valueAt(config.learningRate, share);
  }
  progress(step, plannedSteps);

  return {
    algorithm: 'dqn',
    config,
    numEnvs: config.numEnvs,
    batchSize: config.batchSize,
    learningStarts: config.learningStarts,
    trainEverySteps: config.trainEverySteps,
    gradientSteps: config.gradientSteps,

    progress,

    async act(obs: NumericArray, mode, mask) {
      const exploit = async () => (await (mask ? actProgram.masked({ obs, mask }) : actProgram.plain({ obs }))).outputs.action;
      if (mode === 'exploit') return exploit();
      return epsilonGreedy({ epsilon, numActions, rows: obs.length / obsSize, rng: actionRng, greedy: exploit, ...(mask && { mask }) });
    },

    async update({ obs, action, reward, nextObs, discount, nextActionMask: mask }: TransitionBatch): Promise<Metrics> {
      if (Math.floor(step / config.targetUpdateEverySteps) > Math.floor(targetStep / config.targetUpdateEverySteps)) {
        await targetProgram({});
        targetStep = step;
      }
      const batch = { obs, action, reward, nextObs, discount, learningRate };
      return (await (mask ? updateProgram.masked({ ...batch, mask }) : updateProgram.plain(batch))).metrics;
    },

    async state(): Promise<AgentState> {
      return { vectors: await store.state(), actionRng: actionRng.state(), step, plannedSteps, targetStep };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      actionRng.restore(state.actionRng as RngState);
      targetStep = state.targetStep as number;
      progress(state.step as number, state.plannedSteps as number);
    },

    async policy() {
      return { algorithm: 'dqn', config, spec, weights: await store.read('online') };
    },

    dispose() {
      for (const { plain, masked } of [actProgram, updateProgram]) {
        plain.dispose();
        masked.dispose();
      }
      targetProgram.dispose();
      store.dispose();
    },
  };
}

/** Trains on a uniform replay memory. */
function train(options: TrainOptions) {
  const agent = options.agent as OffPolicyAgent<DqnConfig>;
  const { bufferSize, gamma } = agent.config;
  const { observationSpace, actionSpace } = options.env.spec;
  const replay = new UniformReplay({ capacity: bufferSize, observationSpace, actionSpace, gamma, hasActionMask: options.env.createStep().actionMask !== undefined });
  return trainOffPolicy({ ...options, agent, replay });
}

/** Deep Q-learning with replay memory and target network, for discrete actions. */
export const dqn: Algorithm<DqnConfig> = {
  id: 'dqn',
  title: 'Deep Q-Network (replay and target network)',
  paper: 'Mnih et al. 2015, "Human-level control through deep reinforcement learning", Nature 518:529–533',
  config: dqnConfig,
  presets: dqnPresets,
  create,
  policy: options => qNetwork(options).greedy,
  train,
};
