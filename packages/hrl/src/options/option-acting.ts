import * as tf from '@tensorflow/tfjs-core';
import {
  type EnvSpec,
  flatSize,
  type NumericArray,
  type OnPolicyAgent,
  type Rng,
  type Schedule,
  shareDone,
} from '@zpin/contracts';
import {
  type Acting,
  Clock,
  maskCheck,
  maskedProgram,
  observationInput,
  program,
  Scratch,
  type StateTensors,
  type Store,
  scheduledInputs,
  takeAction,
  type VectorTree,
} from '@zpin/core';
import { MEMORY_SIZE, writeColumns } from './option-columns.ts';
import type { OptionHead } from './option-head.ts';
import { OptionMemory } from './option-memory.ts';
import type { PolicyOf } from './option-networks.ts';

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

export interface OptionActingOptions<Vectors extends VectorTree> {
  /** Named in programs. */
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly store: Store<Vectors>;
  /** Generator of exploration. */
  readonly rng: Rng;
  readonly head: OptionHead;
  readonly config: {
    /** O */
    readonly numOptions: number;
    /** Probability that a new option is a random one. */
    readonly epsilon: Schedule;
  };
  /** Options on arrival. @param before `[B]`: from 1 on, 0 is none */
  arrive(state: StateTensors<Vectors>, obs: tf.Tensor, before: tf.Tensor): Arrival;
  policy(state: StateTensors<Vectors>): PolicyOf;
}

/** What was decided in N steps, `[N]` each. */
export interface OptionDecisions {
  /** The option that arrived, from 1 on; 0 where an episode began. */
  readonly before: Float32Array;
  /** The option that acted, from 0 on. */
  readonly option: ArrayLike<number>;
  /** log π_ω(a|s) */
  readonly logProb: ArrayLike<number>;
}

/** How options are followed, ended and chosen; `explore` keeps what learning needs of each step. */
export interface OptionActing extends Acting, Required<Pick<OnPolicyAgent, 'explore' | 'value' | 'memorySize'>> {
  /** How far the run is, by which epsilon falls: `act` sets it where it is told, else whoever knows. */
  readonly clock: Clock;
  /** Those of the last exploring step, until the next one. */
  readonly decisions: OptionDecisions;
}

/** Uniform numbers of a step: whether the option ends, whether the next one is random, and which one. */
const CHOICE_NOISE = 3;

/**
 * Call and return: an option acts until it ends, with probability β_ω(s), then another one is chosen ε-greedily by Q_Ω. To
 * exploit, it ends where β ≥ ½, the best one follows, and its most probable action is played.
 */
export function optionActing<Vectors extends VectorTree>(options: OptionActingOptions<Vectors>): OptionActing {
  const { algorithm, spec, rng, head } = options;
  const { exploreProgram, exploitProgram, arrivalProgram } = programsOf(options);
  const obsSize = flatSize(spec.observationSpace);
  const training = new OptionMemory();
  // Evaluation must not touch the episodes of training.
  const evaluation = new OptionMemory();
  const clock = new Clock();
  const epsilon = scheduledInputs({ epsilon: options.config.epsilon });
  const [arrived, numbers, normals] = [new Scratch(), new Scratch(), new Scratch()];
  const uniforms = uniformsOf(head);
  const checkMask = maskCheck(algorithm, spec);
  let decisions: OptionDecisions = { before: new Float32Array(0), option: [], logProb: [] };

  async function explore(obs: NumericArray, start: Uint8Array | undefined, mask: Uint8Array | undefined) {
    const episodes = obs.length / obsSize;
    const before = arrived.of(episodes);
    before.set(training.before(episodes, start));
    const noise = rng.uniformInto(numbers.of(episodes * uniforms));
    const normal = head.normals > 0 && { normal: rng.standardNormalInto(normals.of(episodes * head.normals)) };
    const inputs = { obs, before, noise, ...normal, ...epsilon(shareDone(clock)), ...(mask && { mask }) };
    const { outputs } = await exploreProgram.for(mask)(inputs);
    training.set(outputs.option);
    decisions = { before, option: outputs.option, logProb: outputs.logProb };
    return outputs;
  }

  return {
    memorySize: MEMORY_SIZE,
    memory: { actionRng: rng, options: training, ...clock.memory },
    clock,
    get decisions() {
      return decisions;
    },

    async act(obs, mode, mask, start, progress) {
      if (progress) clock.set(progress);
      if (mode === 'explore') return (await explore(obs, start, mask)).action;
      const before = evaluation.before(obs.length / obsSize, start);
      const { outputs } = await exploitProgram.for(mask)({ obs, before, ...(mask && { mask }) });
      evaluation.set(outputs.option);
      return outputs.action;
    },

    async explore(obs, logProb, value, mask, recurrence) {
      checkMask(obs, mask);
      const outputs = await explore(obs, recurrence?.start, mask);
      logProb.set(outputs.logProb);
      value.set(outputs.value);
      if (recurrence) writeColumns({ ...decisions, arrival: outputs.arrival }, recurrence.memory);
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

/** Uniform numbers of a step: the last one samples the action, where no normal ones do. */
function uniformsOf({ normals }: OptionHead): number {
  return normals > 0 ? CHOICE_NOISE : CHOICE_NOISE + 1;
}

function programsOf<Vectors extends VectorTree>(options: OptionActingOptions<Vectors>) {
  const { algorithm, spec, store, head, config, arrive, policy } = options;
  const { numOptions } = config;
  const inputs = { obs: observationInput(spec.observationSpace), before: ['batch'] } as const;
  const normal = head.normals > 0 && { normal: ['batch', head.normals] as const };
  const exploreProgram = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: `${algorithm}.explore`,
      inputs: { ...inputs, noise: ['batch', uniformsOf(head)], ...normal, epsilon: [], ...mask },
      run: (state, { obs, before, noise, normal, epsilon, mask }) => {
        const { arrived, option: old, q, termination, arrival } = arrive(state, obs, before);
        const [endNoise, greedyNoise, optionNoise, uniform] = tf.unstack(noise, 1);
        const goesOn = tf.mul(arrived, tf.cast(tf.greaterEqual(endNoise, termination), 'float32'));
        const random = tf.minimum(tf.floor(tf.mul(optionNoise, numOptions)), numOptions - 1);
        const fresh = tf.where(tf.less(greedyNoise, epsilon), random, tf.cast(tf.argMax(q, 1), 'float32'));
        const option = tf.where(tf.greater(goesOn, 0), old, fresh);
        const distribution = policy(state)(obs, option, mask);
        const action = distribution.sample(normal ?? uniform);
        const logProb = distribution.logProb(action);
        return { outputs: { action, option, logProb, value: takeAction(q, option), arrival } };
      },
    }),
  );
  const exploitProgram = maskedProgram(head.maskSize, mask =>
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
