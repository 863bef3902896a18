import * as tf from '@tensorflow/tfjs-core';
import type { EnvSpec } from '@zpin/contracts';
import { combine, dense, type Network, type Params, paramsAt } from '@zpin/core';
import { type ActorCriticOptions, type Judgement, logStdOf, type Player, POLICY_GAIN } from './networks.ts';
import { policyHead } from './policy-head.ts';
import { type RecurrentTrunk, type RecurrentTrunkOptions, recurrentTrunk } from './recurrent-trunk.ts';

export interface RecurrentActorCriticOptions
  extends ActorCriticOptions,
    Pick<RecurrentTrunkOptions, 'recurrentCell' | 'recurrentSize'> {
  /** L, steps of the sequences that it learns from. */
  readonly sequenceLength: number;
}

/** Rows of S sequences of L steps, one behind the other. */
export interface SequenceRows {
  /** `[S·L, D]` */
  readonly obs: tf.Tensor;
  /** `[S·L]`: 1 where an episode begins. */
  readonly start: tf.Tensor;
  /** `[S·L, M]`: what was remembered before each step; that of the first steps of sequences counts. */
  readonly memory: tf.Tensor;
  /** `[S·L, A]` */
  readonly mask?: tf.Tensor;
}

/**
 * A policy and a value that remember, in one parameter vector. `apply` runs through sequences, judges their S·L states, and lets
 * gradients flow back to the first step of each.
 */
export interface RecurrentActorCritic extends Player, Network<readonly [rows: SequenceRows], Judgement> {}

/**
 * Networks with a memory for policy and value: separate ones, or two heads on one trunk (`sharedTrunk`).
 * @throws SpaceError for action spaces that no head fits
 */
export function recurrentActorCritic(
  algorithm: string,
  spec: EnvSpec,
  options: RecurrentActorCriticOptions,
): RecurrentActorCritic {
  const { hiddenSizes, convolutions, activation, recurrentCell, recurrentSize, sharedTrunk, sequenceLength } = options;
  const head = policyHead(algorithm, spec, options);
  const trunk = recurrentTrunk(spec.observationSpace, { hiddenSizes, convolutions, activation, recurrentCell, recurrentSize });
  const layer = { inputSize: trunk.outputSize, initialization: 'orthogonal' } as const;
  const trunks = sharedTrunk ? { trunk: asNetwork(trunk) } : { trunk: asNetwork(trunk), valueTrunk: asNetwork(trunk) };
  const { layout, init, parts } = combine({
    ...trunks,
    policy: dense({ ...layer, outputSize: head.outputSize, gain: POLICY_GAIN }),
    value: dense({ ...layer, outputSize: 1 }),
    ...logStdOf(head, options),
  });
  const names = Object.keys(trunks);
  // The first trunk is the policy's, the last one the value's.
  const heads = (params: Params, outputs: readonly tf.Tensor[], mask: tf.Tensor | undefined) => {
    const output = parts.policy.apply(params, outputs[0] as tf.Tensor);
    return {
      distribution: head.distribution(output, params['logStd/value'], mask),
      mode: () => head.mode(output, mask),
      value: tf.reshape(parts.value.apply(params, outputs[outputs.length - 1] as tf.Tensor), [-1]),
    };
  };
  const split = (memory: tf.Tensor) => (names.length === 1 ? [memory] : tf.split(memory, names.length, 1));
  const next = (params: Params, obs: tf.Tensor, mask?: tf.Tensor, memory?: tf.Tensor) => {
    const before = split(memory as tf.Tensor);
    const steps = names.map((name, i) => trunk.step(paramsAt(name, params), obs, before[i] as tf.Tensor));
    const [outputs, after] = [steps.map(step => step.output), steps.map(step => step.memory)];
    return { ...heads(params, outputs, mask), memory: after.length === 1 ? (after[0] as tf.Tensor) : tf.concat(after, 1) };
  };
  return {
    layout,
    head,
    init,
    memorySize: names.length * trunk.memorySize,
    step(params, obs, mask, remembered) {
      const { distribution, value, memory } = next(params, obs, mask, remembered);
      return { distribution, value, memory };
    },
    value: (params, obs, memory) => next(params, obs, undefined, memory).value,
    best(params, obs, mask, remembered) {
      const { mode, memory } = next(params, obs, mask, remembered);
      return { action: mode(), memory };
    },
    apply(params, { obs, start, memory, mask }) {
      const before = split(firstOfEach(memory, sequenceLength));
      const outputs = names.map((name, i) => trunk.unroll(paramsAt(name, params), obs, start, before[i] as tf.Tensor));
      return heads(params, outputs, mask);
    },
  };
}

/** Rows 0, L, 2 L, … of `[S·L, M]`: `[S, M]`. */
function firstOfEach(rows: tf.Tensor, length: number): tf.Tensor {
  const [count, width] = rows.shape as [number, number];
  const sequences = tf.reshape(rows, [count / length, length, width]);
  return tf.reshape(tf.slice(sequences, [0, 0, 0], [count / length, 1, width]), [count / length, width]);
}

/** For its place in the parameter vector. */
const asNetwork = ({ layout, init, step }: RecurrentTrunk) => ({ layout, init, apply: step });
