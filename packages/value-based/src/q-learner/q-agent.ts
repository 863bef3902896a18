import * as tf from '@tensorflow/tfjs';
import {
  type AgentState,
  ConfigError,
  flatSize,
  type Metrics,
  message,
  type NumericArray,
  type OffPolicyAgent,
  Rng,
  type RngState,
  valueAt,
} from '@zpin/contracts';
import {
  adam,
  type CreateOptions,
  clipByGlobalNorm,
  type InputShape,
  int32,
  type LossOutput,
  type Optimizer,
  observationInput,
  program,
  Store,
  type TrainOptions,
  trainOffPolicy,
  uint8,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { checkMemory, PrioritizedReplay, UniformReplay } from '@zpin/replay';
import { checkMask, epsilonGreedy } from './epsilon-greedy.ts';
import { maskQ } from './mask-q.ts';
import type { PriorityConfig, QConfig } from './q-config.ts';
import type { QNetwork } from './q-network.ts';

/** A batch as the losses see it. */
export interface QBatch {
  /** `[B, D]` */
  readonly obs: tf.Tensor;
  /** `[B]` */
  readonly action: tf.Tensor;
  /** `[B]`, summed over n steps. */
  readonly reward: tf.Tensor;
  /** `[B]`: γⁿ, or 0 after a termination. */
  readonly discount: tf.Tensor;
  /** `[B, D]` */
  readonly nextObs: tf.Tensor;
  /** `[B]`: importance weights; absent means 1. */
  readonly weight?: tf.Tensor;
  /** `[B, A]`: legal actions in `nextObs`. */
  readonly mask?: tf.Tensor;
  /** `[B, A]`: legal actions in `obs`. */
  readonly obsMask?: tf.Tensor;
}

/** A network with its parameters and the noise of one call: observations `[B, D]` to outputs `[B, A]` or `[B, A, N]`. */
export type Evaluate = (obs: tf.Tensor) => tf.Tensor;

/**
 * What a loss returns: its value, Q of the actions taken `[B]`, the largest Q of each row `[B]` where it is at hand, and how much each row was off
 * `[B]`. Anything else is a scalar, reported as a metric under its name.
 */
export interface QLoss extends LossOutput {
  readonly loss: tf.Tensor;
  readonly qTaken: tf.Tensor;
  readonly maxQ?: tf.Tensor;
  readonly error: tf.Tensor;
}

/** What is particular to a method: its network and the two lines of its update. */
export interface QMethod<Config> {
  readonly algorithm: string;
  readonly config: Config & QConfig;
  readonly network: QNetwork;
  /** Expected returns `[B, A]` of outputs `[B, A, N]`; the outputs themselves when omitted. */
  values?(output: tf.Tensor): tf.Tensor;
  /** The constant that the outputs are drawn to. */
  target(batch: QBatch, networks: { readonly online: Evaluate; readonly target: Evaluate }): tf.Tensor;
  /** @param noise what the network was given when it computed `output` */
  loss(output: tf.Tensor, batch: QBatch, target: tf.Tensor, noise?: tf.Tensor): QLoss;
  /** Whether targets come from a copy of the network; true when omitted. */
  readonly hasTargetNetwork?: boolean;
  /** Adam when omitted. */
  readonly optimizer?: Optimizer;
}

/** Online, target, and choice of the next action are three calls of the network, each with noise of its own. */
const NOISY_CALLS = 3;

/** Mean over the batch, each row by its importance weight: `[B]` → scalar. */
export function weightedMean(error: tf.Tensor, weight?: tf.Tensor): tf.Tensor {
  return tf.mean(weight ? tf.mul(weight, error) : error);
}

/** An agent that acts ε-greedily (or by noise in its network) and learns from replay towards a target network. */
export function qAgent<Config extends object>(
  { spec, seed, engine }: CreateOptions<Config>,
  method: QMethod<Config>,
): OffPolicyAgent<Config> {
  const { algorithm, config, network, values = output => output, hasTargetNetwork = true, optimizer = adam() } = method;
  const { observationSpace } = spec;
  const isPrioritized = 'priorityExponent' in config;
  checkMemory(algorithm, { ...spec, capacity: config.bufferSize, isPrioritized }, 'bufferSize');
  const { numActions, noiseSize } = network;
  const isPerRow = network.noiseKind === 'fractions';
  const exploresByNoise = noiseSize > 0 && !isPerRow;
  const [initRng, actionRng, updateRng] = new Rng(seed).spawn(3);
  const parameters = network.init(initRng);
  const store = new Store(engine, { online: parameters, target: parameters, optimizer: optimizer.init(network.layout.size) });
  const obsInput = observationInput(observationSpace);
  const obsSize = flatSize(observationSpace);
  const maskInput = uint8(['batch', numActions]);

  /** Every program exists with and without a mask of legal actions; which one is used depends on the environment. */
  const withMask = <P>(make: (mask: { mask?: InputShape }) => P) => ({ plain: make({}), masked: make({ mask: maskInput }) });
  const cut = (flat: tf.Tensor1D) => unflattenParams(network.layout, flat);

  const actProgram = (name: string, noise: { noise?: InputShape }) =>
    withMask(mask =>
      program(store, {
        name: `${algorithm}.${name}`,
        inputs: { obs: obsInput, ...mask, ...noise },
        run: ({ online }, inputs) => ({
          outputs: { action: tf.argMax(maskQ(values(network.apply(cut(online), inputs.obs, inputs.noise)), inputs.mask), 1) },
        }),
      }),
    );
  const greedyProgram = actProgram('act', {});
  const noisyProgram = exploresByNoise ? actProgram('explore', { noise: [noiseSize] }) : greedyProgram;

  const updateProgram = withMask(mask =>
    program(store, {
      name: `${algorithm}.update`,
      inputs: {
        obs: obsInput,
        action: int32(['batch']),
        reward: ['batch'],
        nextObs: obsInput,
        discount: ['batch'],
        learningRate: [],
        ...mask,
        ...(mask.mask && { obsMask: mask.mask }),
        ...(isPrioritized && { weight: ['batch'] }),
        ...(noiseSize > 0 && { noise: [...(isPerRow ? ['batch' as const] : []), NOISY_CALLS * noiseSize] }),
      } as QInputs,
      run: ({ online, target, optimizer: state }, inputs) => {
        const batch: QBatch = inputs;
        const rows = isPerRow ? [-1] : [];
        const noise = (call: number) =>
          inputs.noise && tf.slice(inputs.noise, [...rows.map(() => 0), call * noiseSize], [...rows, noiseSize]);
        const y = method.target(batch, {
          target: obs => network.apply(cut(hasTargetNetwork ? target : online), obs, noise(1)),
          online: obs => network.apply(cut(online), obs, noise(2)),
        });
        const { loss, qTaken, maxQ, error, gradient, ...more } = valueAndGrad(network.layout, params =>
          method.loss(network.apply(params, batch.obs, noise(0)), batch, y, noise(0)),
        )(online);
        const { gradient: clipped, norm } = clipByGlobalNorm(gradient, config.maxGradientNorm);
        const next = optimizer.step({ parameters: online, gradient: clipped, state, learningRate: inputs.learningRate });
        return {
          state: { online: next.parameters, optimizer: next.state },
          ...(isPrioritized && { outputs: { error } }),
          metrics: { loss, qValue: tf.mean(qTaken), ...(maxQ && { maxQ: tf.max(maxQ) }), ...more, gradientNorm: norm },
        };
      },
    }),
  );

  const targetProgram = program(store, {
    name: `${algorithm}.target`,
    inputs: { share: [] },
    run: ({ online, target }, { share }) => ({
      state: { target: tf.add(tf.mul(target, tf.sub(1, share)), tf.mul(online, share)) },
    }),
  });

  const epsilonSchedule = {
    type: 'linear',
    from: config.epsilonStart,
    to: config.epsilonEnd,
    end: config.explorationFraction,
  } as const;
  const learningRate = Float32Array.of(valueAt(config.learningRate, 0));
  const actionNoise = new Float32Array(noiseSize);
  let updateNoise = new Float32Array(NOISY_CALLS * noiseSize);
  let epsilon = config.epsilonStart;
  let step = 0;
  let plannedSteps = 1;
  let targetStep = 0;
  let priorities: Float32Array | undefined;

  function progress(now: number, totalSteps: number): void {
    step = now;
    plannedSteps = totalSteps;
    const share = now / totalSteps;
    epsilon = now < config.learningStarts ? 1 : valueAt(epsilonSchedule, share);
    learningRate[0] = valueAt(config.learningRate, share);
  }

  function drawNoise(rows: number): Float32Array {
    if (!isPerRow) return updateRng.standardNormalInto(updateNoise);
    const size = rows * NOISY_CALLS * noiseSize;
    if (updateNoise.length !== size) updateNoise = new Float32Array(size);
    for (let i = 0; i < size; i++) updateNoise[i] = updateRng.random();
    return updateNoise;
  }

  return {
    algorithm,
    config,
    numEnvs: config.numEnvs,
    batchSize: config.batchSize,
    learningStarts: config.learningStarts,
    trainEverySteps: config.trainEverySteps,
    gradientSteps: config.gradientSteps,

    progress,

    async act(obs: NumericArray, mode, mask) {
      const { plain, masked } = mode === 'exploit' ? greedyProgram : noisyProgram;
      const exploit = async () => {
        const noise = mode === 'explore' && exploresByNoise && { noise: actionRng.standardNormalInto(actionNoise) };
        return (await (mask ? masked({ obs, mask, ...noise }) : plain({ obs, ...noise }))).outputs.action;
      };
      if (mode === 'exploit') {
        if (mask) checkMask(algorithm, mask, numActions);
        return exploit();
      }
      return epsilonGreedy({
        epsilon,
        numActions,
        rows: obs.length / obsSize,
        rng: actionRng,
        greedy: exploit,
        ...(mask && { mask }),
      });
    },

    async update({ obs, action, reward, nextObs, discount, weight, actionMask, nextActionMask: mask }): Promise<Metrics> {
      const { targetUpdateEverySteps: every, tau } = config;
      const targetUpdates = Math.floor(step / every) - Math.floor(targetStep / every);
      if (hasTargetNetwork && targetUpdates > 0) {
        // The online network stayed as it is since the last round, so k updates are one by the share 1 − (1 − τ)ᵏ.
        await targetProgram({ share: Float32Array.of(1 - (1 - tau) ** targetUpdates) });
        targetStep = step;
      }
      const batch = {
        ...{ obs, action, reward, nextObs, discount, learningRate },
        ...(isPrioritized && { weight: weight ?? new Float32Array(reward.length).fill(1) }),
        ...(noiseSize > 0 && { noise: drawNoise(reward.length) }),
      };
      const masks = mask && { mask, obsMask: actionMask ?? new Uint8Array(mask.length).fill(1) };
      const { metrics, outputs } = await (masks ? updateProgram.masked({ ...batch, ...masks }) : updateProgram.plain(batch));
      if (isPrioritized) priorities = outputs.error as Float32Array;
      return metrics;
    },

    get priorities() {
      return priorities;
    },

    async state(): Promise<AgentState> {
      const generators = { actionRng: actionRng.state(), updateRng: updateRng.state() };
      return { vectors: await store.state(), ...generators, step, plannedSteps, targetStep };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      actionRng.restore(state.actionRng as RngState);
      updateRng.restore(state.updateRng as RngState);
      targetStep = state.targetStep as number;
      progress(state.step as number, state.plannedSteps as number);
    },

    async policy() {
      return { algorithm, config: { ...config } as Record<string, never>, spec, weights: await store.read('online') };
    },

    dispose() {
      for (const { plain, masked } of new Set([greedyProgram, noisyProgram, updateProgram])) {
        plain.dispose();
        masked.dispose();
      }
      targetProgram.dispose();
      store.dispose();
    },
  };
}

type QInputs = Record<'obs' | 'action' | 'reward' | 'nextObs' | 'discount' | 'learningRate', InputShape> &
  Partial<Record<'mask' | 'obsMask' | 'weight' | 'noise', InputShape>>;

/** Trains an agent of `qAgent` on a replay memory: prioritized where its settings say so, else uniform. */
export function trainQAgent(options: TrainOptions) {
  const agent = options.agent as OffPolicyAgent<QConfig & Partial<PriorityConfig>>;
  const { bufferSize, gamma, nSteps, priorityExponent, priorityWeight } = agent.config;
  const { observationSpace, actionSpace, frameStack } = options.env.spec;
  const hasActionMask = options.env.createStep().actionMask !== undefined;
  const memory = { capacity: bufferSize, observationSpace, actionSpace, gamma, nSteps, hasActionMask, frameStack };
  const makeReplay = options.makeReplay ?? (settings => new UniformReplay(settings));
  if (options.makeReplay && priorityExponent !== undefined) {
    const { algorithm } = agent;
    throw new ConfigError(message(algorithm, 'there can be one replay memory', 'a prioritized one and another', 'Use dqn'));
  }
  const replay =
    priorityExponent === undefined
      ? makeReplay(memory)
      : new PrioritizedReplay({
          ...memory,
          alpha: priorityExponent,
          betaAnnealing: options.totalSteps,
          ...(priorityWeight !== undefined && { beta: priorityWeight }),
        });
  return trainOffPolicy({ ...options, agent, replay });
}
