import * as tf from '@tensorflow/tfjs-core';
import { Rng, type Schedule } from '@zpin/contracts';
import {
  adam,
  type BatchAgentOptions,
  Counter,
  type CreateOptions,
  type InputShape,
  int32,
  maskedProgram,
  noiseInputs,
  type Optimizer,
  observationInput,
  offsetBy,
  program,
  Store,
  trainable,
  transitionInputs,
} from '@zpin/core';
import type { QMethod } from './q-method.ts';
import type { QNetwork } from './q-network.ts';

/** How a target network comes after the one that learns. */
export interface TargetUpdates {
  /** Steps of the run between two updates: environment steps, or gradient steps on a data set. */
  readonly every: number;
  /** Share of the online network that goes into the target at an update, in (0, 1]. */
  readonly tau: number;
}

export interface QLearnerOptions extends QMethod, Pick<CreateOptions<never>, 'spec' | 'seed' | 'engine'> {
  /** Step size of the optimiser. */
  readonly learningRate: Schedule;
  /** Largest global norm of a gradient; not clipped when omitted. */
  readonly maxGradientNorm?: number;
  /** Targets come from the network that learns when omitted. */
  readonly targetUpdates?: TargetUpdates;
  /** Adam when omitted. */
  readonly optimizer?: Optimizer;
  /** Whether batches come with importance weights, and take errors for new priorities; false when omitted. */
  readonly isPrioritized?: boolean;
}

/** What of the options of an agent is about learning. */
type Learning = Pick<
  BatchAgentOptions<unknown, 'noise', 'learningRate'>,
  'algorithm' | 'spec' | 'memory' | 'schedules' | 'noise' | 'learn' | 'policy' | 'programs'
>;

/**
 * A network of Q-values that learns from batches of transitions: for `batchAgent` and `replayAgent`, with an `Acting` of its own.
 */
export interface QLearner extends Learning, Required<Pick<QMethod, 'values'>> {
  readonly network: QNetwork;
  readonly store: Store<QVectors>;
  /** Generator of what acting draws. */
  readonly actionRng: Rng;
}

/** The networks, and what their optimiser remembers. */
export type QVectors = {
  readonly online: Float32Array;
  readonly target: Float32Array;
  readonly optimizer: Readonly<Record<string, Float32Array>>;
};

/** Online, target, and choice of the next action are three calls of the network, each with noise of its own. */
const NOISY_CALLS = 3;

/** Learns by a method towards a target network, or towards itself. */
export function qLearner(options: QLearnerOptions): QLearner {
  const { algorithm, spec, seed, engine, network, targetUpdates, maxGradientNorm } = options;
  const { values = output => output, learningRate, isPrioritized = false } = options;
  const optimizer: Optimizer = options.optimizer ?? adam();
  const { firstAction = 0 } = network;
  const [initRng, actionRng, updateRng] = new Rng(seed).spawn(3);
  const clipping = maxGradientNorm === undefined ? {} : { maxGradientNorm };
  const q = trainable({ network, optimizer, name: 'online', moments: 'optimizer', target: 'target', ...clipping });
  const store = new Store<QVectors>(engine, q.vectors(initRng));
  const noise = noiseOf(network, updateRng);
  const targetStep = new Counter();

  const update = maskedProgram(network.numActions, ({ mask }) =>
    program(store, {
      name: `${algorithm}.update`,
      inputs: inputsOf({ spec, network, mask, isPrioritized }),
      run: (state, played) => {
        const batch = { ...played, action: offsetBy(played.action, -firstAction) };
        const [ownNoise, targetNoise, choiceNoise] = noise.split(batch.noise);
        const y = options.target(batch, {
          target: (obs, quiet) => (targetUpdates ? q.targetAt(state) : q.at(state))(obs, quiet ? undefined : targetNoise),
          online: (obs, quiet) => q.at(state)(obs, quiet ? undefined : choiceNoise),
        });
        const { next, gradientNorm, ...fit } = q.descend(state, batch.learningRate, online =>
          options.loss(online(batch.obs, ownNoise), batch, y, ownNoise),
        );
        const { loss, qTaken, maxQ, error, ...more } = fit;
        const metrics = {
          loss,
          qValue: tf.mean(qTaken),
          ...(maxQ && { maxQ: tf.max(maxQ), greedyQ: tf.mean(maxQ) }),
          ...more,
          gradientNorm,
        };
        return { state: next, ...(isPrioritized && { outputs: { error } }), metrics };
      },
    }),
  );

  // Not `follow`: the share depends on how many updates fell between two rounds.
  const follow = program(store, {
    name: `${algorithm}.target`,
    inputs: { share: [] },
    run: ({ online, target }, { share }) => ({
      state: { target: tf.add(tf.mul(target, tf.sub(1, share)), tf.mul(online, share)) },
    }),
  });

  return {
    ...{ algorithm, spec, network, values, store, actionRng },
    policy: { vectors: ['online'] },
    memory: { actionRng, updateRng, targetStep },
    schedules: { learningRate },
    ...(noise.draw && { noise: noise.draw }),
    programs: [update, follow],

    async learn(inputs, { step }) {
      const missed = targetUpdates ? completed(step, targetUpdates) - completed(targetStep.value, targetUpdates) : 0;
      if (targetUpdates && missed > 0) {
        // The online network stayed as it is since the last round, so k updates are one by the share 1 − (1 − τ)ᵏ.
        await follow({ share: Float32Array.of(1 - (1 - targetUpdates.tau) ** missed) });
        targetStep.value = step;
      }
      return update.for(inputs.nextActionMask)(inputs);
    },
  };
}

/** Updates of the target that are due by a step. */
function completed(step: number, { every }: TargetUpdates): number {
  return Math.floor(step / every);
}

type QInputs = Record<Exclude<keyof ReturnType<typeof transitionInputs>, 'weight'> | 'learningRate', InputShape> &
  Partial<Record<'weight' | 'actionMask' | 'nextActionMask' | 'noise', InputShape>>;

interface QInputsOptions extends Required<Pick<QLearnerOptions, 'spec' | 'network' | 'isPrioritized'>> {
  readonly mask: InputShape | undefined;
}

/** Inputs of an update: with weights where batches have some, masks where actions are masked, and noise where the network takes some. */
function inputsOf({ spec, network: { noiseSize, noiseKind }, mask, isPrioritized }: QInputsOptions): QInputs {
  const noise = [...(noiseKind === 'fractions' ? (['batch'] as const) : []), NOISY_CALLS * noiseSize];
  const { weight, ...inputs } = transitionInputs(observationInput(spec.observationSpace), int32(['batch']));
  return {
    ...inputs,
    learningRate: [],
    ...(isPrioritized && { weight }),
    ...(mask && { actionMask: mask, nextActionMask: mask }),
    ...(noiseSize > 0 && { noise }),
  };
}

/** Noise of an update, where the network takes some. */
function noiseOf({ noiseSize, noiseKind }: QNetwork, rng: Rng) {
  const isPerRow = noiseKind === 'fractions';
  const width = NOISY_CALLS * noiseSize;
  const draw = noiseInputs(rng, { noise: isPerRow ? { width, uniform: [0, 1] } : { width } });
  const rest = isPerRow ? [-1] : [];
  return {
    draw: noiseSize > 0 ? (rows: number) => draw(isPerRow ? rows : 1) : undefined,
    /** That of each call of the network. */
    split: (noise: tf.Tensor | undefined): readonly (tf.Tensor | undefined)[] =>
      Array.from(
        { length: NOISY_CALLS },
        (_, call) => noise && tf.slice(noise, [...rest.map(() => 0), call * noiseSize], [...rest, noiseSize]),
      ),
  };
}
