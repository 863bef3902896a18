import * as tf from '@tensorflow/tfjs-core';
import { type EnvSpec, flatSize, type NumericArray, type OnPolicyAgent, type Rng } from '@zpin/contracts';
import {
  type Acting,
  type Categorical,
  maskCheck,
  maskedProgram,
  observationInput,
  program,
  Scratch,
  type StateTensors,
  type Store,
  takeAction,
} from '@zpin/core';
import { MEMORY_SIZE, writeColumns } from './option-columns.ts';
import { OptionMemory } from './option-memory.ts';

/** Parameters of the three networks. */
export type OptionVectors = Readonly<Record<'critic' | 'policies' | 'terminations', Float32Array>>;

/** Options on arrival in B states: whether there is one, whether it ends, what it is worth. */
export interface Arrival {
  /** `[B]`: 1, or 0 where an episode begins. */
  readonly arrived: tf.Tensor;
  /** `[B]`: ω; 0 where none arrived. */
  readonly option: tf.Tensor;
  /** `[B, O]`: Q_Ω(s, ·) */
  readonly q: tf.Tensor;
  /** `[B]`: logit of β_ω(s) */
  readonly logit: tf.Tensor;
  /** `[B]`: β_ω(s) */
  readonly termination: tf.Tensor;
  /** `[B]`: A_Ω(s, ω) ≤ 0 */
  readonly advantage: tf.Tensor;
  /** `[B]`: U(ω, s) */
  readonly arrival: tf.Tensor;
}

export interface OptionActingOptions {
  /** Named in programs. */
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly store: Store<OptionVectors>;
  /** Generator of exploration. */
  readonly rng: Rng;
  /** A */
  readonly numActions: number;
  readonly config: {
    /** O */
    readonly numOptions: number;
    /** Probability that a new option is a random one. */
    readonly epsilon: number;
  };
  /** Options on arrival. @param before `[B]`: from 1 on, 0 is none */
  arrive(state: StateTensors<OptionVectors>, obs: tf.Tensor, before: tf.Tensor): Arrival;
  /** π_ω(·|s) of one option per row. */
  policy(state: StateTensors<OptionVectors>): (obs: tf.Tensor, option: tf.Tensor, mask?: tf.Tensor) => Categorical;
}

/** How options are followed, ended and chosen; `explore` keeps what learning needs of each step. */
export interface OptionActing extends Acting, Required<Pick<OnPolicyAgent, 'explore' | 'value' | 'memorySize'>> {}

/**
 * Numbers that an action is sampled with: whether the option ends, whether the next one is random, which one, and which action.
 */
const NOISE_SIZE = 4;

/**
 * Call and return: an option acts until it ends, with probability β_ω(s), then another one is chosen ε-greedily by Q_Ω. To
 * exploit, it ends where β ≥ ½, the best one follows, and its most probable action is played.
 */
export function optionActing(options: OptionActingOptions): OptionActing {
  const { algorithm, spec, rng } = options;
  const { exploreProgram, exploitProgram, arrivalProgram } = programsOf(options);
  const obsSize = flatSize(spec.observationSpace);
  const training = new OptionMemory();
  // Evaluation must not touch the episodes of training.
  const evaluation = new OptionMemory();
  const numbers = new Scratch();
  const checkMask = maskCheck(algorithm, spec);

  async function explore(obs: NumericArray, before: Float32Array, mask: Uint8Array | undefined) {
    const noise = rng.uniformInto(numbers.of(before.length * NOISE_SIZE));
    const { outputs } = await exploreProgram.for(mask)({ obs, before, noise, ...(mask && { mask }) });
    training.set(outputs.option);
    return outputs;
  }

  return {
    memorySize: MEMORY_SIZE,
    memory: { actionRng: rng, options: training },

    async act(obs, mode, mask, start) {
      const episodes = obs.length / obsSize;
      if (mode === 'explore') return (await explore(obs, training.before(episodes, start), mask)).action;
      const before = evaluation.before(episodes, start);
      const { outputs } = await exploitProgram.for(mask)({ obs, before, ...(mask && { mask }) });
      evaluation.set(outputs.option);
      return outputs.action;
    },

    async explore(obs, logProb, value, mask, recurrence) {
      checkMask(obs, mask);
      const before = training.before(obs.length / obsSize, recurrence?.start).slice();
      const outputs = await explore(obs, before, mask);
      logProb.set(outputs.logProb);
      value.set(outputs.value);
      if (recurrence) writeColumns({ before, ...outputs }, recurrence.memory);
      return outputs.action;
    },

    async value(obs, value) {
      value.set((await arrivalProgram({ obs, before: training.peek(obs.length / obsSize) })).outputs.arrival);
    },

    dispose() {
      for (const part of [exploreProgram, exploitProgram, arrivalProgram]) part.dispose();
    },
  };
}

function programsOf({ algorithm, spec, store, numActions, config, arrive, policy }: OptionActingOptions) {
  const { numOptions, epsilon } = config;
  const inputs = { obs: observationInput(spec.observationSpace), before: ['batch'] } as const;
  const exploreProgram = maskedProgram(numActions, mask =>
    program(store, {
      name: `${algorithm}.explore`,
      inputs: { ...inputs, noise: ['batch', NOISE_SIZE], ...mask },
      run: (state, { obs, before, noise, mask }) => {
        const { arrived, option: old, q, termination, arrival } = arrive(state, obs, before);
        const [endNoise, greedyNoise, optionNoise, actionNoise] = tf.unstack(noise, 1);
        const goesOn = tf.mul(arrived, tf.cast(tf.greaterEqual(endNoise, termination), 'float32'));
        const random = tf.minimum(tf.floor(tf.mul(optionNoise, numOptions)), numOptions - 1);
        const fresh = tf.where(tf.less(greedyNoise, epsilon), random, tf.cast(tf.argMax(q, 1), 'float32'));
        const option = tf.where(tf.greater(goesOn, 0), old, fresh);
        const distribution = policy(state)(obs, option, mask);
        const action = distribution.sample(actionNoise);
        const logProb = distribution.logProb(action);
        return { outputs: { action, option, logProb, value: takeAction(q, option), arrival } };
      },
    }),
  );
  const exploitProgram = maskedProgram(numActions, mask =>
    program(store, {
      name: `${algorithm}.exploit`,
      inputs: { ...inputs, ...mask },
      run: (state, { obs, before, mask }) => {
        const { arrived, option: old, q, logit } = arrive(state, obs, before);
        const goesOn = tf.mul(arrived, tf.cast(tf.less(logit, 0), 'float32'));
        const option = tf.where(tf.greater(goesOn, 0), old, tf.cast(tf.argMax(q, 1), 'float32'));
        return { outputs: { action: policy(state)(obs, option, mask).mode(), option } };
      },
    }),
  );
  const arrivalProgram = program(store, {
    name: `${algorithm}.arrival`,
    inputs,
    run: (state, { obs, before }) => ({ outputs: { arrival: arrive(state, obs, before).arrival } }),
  });
  return { exploreProgram, exploitProgram, arrivalProgram };
}
