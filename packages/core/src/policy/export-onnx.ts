import { flatDtype, flatSize, message, type Policy, ProgramError } from '@zpin/contracts';
import type { Algorithm } from '../algorithm/algorithm.ts';
import { version } from '../checkpoint/version.ts';
import { lowerToOnnx } from '../program/onnx/onnx-lowering.ts';
import { encodeOnnx, type OnnxModel, type OnnxTensor } from '../program/onnx/onnx-protobuf.ts';
import { record } from '../program/recording/recorder.ts';
import { findPolicyNetwork } from './find-policy-network.ts';
import { envSpecToJSON } from './policy-bytes.ts';

export interface ExportOptions {
  /** Among which is the one that trained the policy. */
  readonly algorithms: readonly Algorithm[];
  /** Rows of every call; omitted, each call has as many as it brings. */
  readonly batchSize?: number;
  /** Adds the input `actionMask`; omitted, policies that were trained with masks have it. */
  readonly actionMask?: boolean;
}

/** Name of the free axis in the model. */
const FREE = 'batch';

/** Two batch sizes that no layer is likely to have as its own size. */
const PROBES = [1009, 1013] as const;

/**
 * Writes a greedy policy as an ONNX file that stands alone: weights inside, no library needed but a runtime of ONNX.
 *
 * Inputs: `obs` `[N, D]` flat observations in their own type and, where the environment has masks or one is asked for,
 * `actionMask` uint8 `[N, A]`, 1 = legal, at least one in each row. Output: `action`, as the environment takes it: int32 `[N]` for
 * `Discrete`, from the `start` of the space on; int32 `[N, K]` for other whole numbers, float32 `[N, K]` for a `Box` of floats. The
 * metadata `algorithm`, `environment`, `spec` (both spaces as JSON) and `version` say what it was made for.
 * @throws CheckpointError when none of the algorithms trained the policy, or its weights do not fit
 * @throws ProgramError when the policy's graph depends on the number of rows and `batchSize` is omitted
 */
export function exportOnnx(
  policy: Policy,
  { algorithms, batchSize, actionMask = policy.spec.hasActionMask ?? false }: ExportOptions,
): Uint8Array {
  if (batchSize !== undefined && !(Number.isInteger(batchSize) && batchSize > 0)) {
    throw new ProgramError(
      message('exportOnnx', 'batchSize must be a whole number > 0', batchSize, 'Leave it out for a free one'),
    );
  }
  const network = findPolicyNetwork('exportOnnx', policy, algorithms);
  const { observationSpace, actionSpace } = policy.spec;
  const { entries } = network.layout;
  if (actionMask && actionSpace.type !== 'discrete') {
    throw new ProgramError(message('exportOnnx', 'only Discrete actions have masks', actionSpace.type, 'Leave actionMask out'));
  }

  if (!actionMask && policy.spec.hasActionMask) {
    const expectation = `the model must take an actionMask, as ${policy.spec.id} has them`;
    throw new ProgramError(message('exportOnnx', expectation, actionMask, 'Leave actionMask out, and give 1 for every action'));
  }

  const lower = (rows: number): OnnxModel => {
    const numActions = actionMask && actionSpace.type === 'discrete' ? actionSpace.n : 0;
    const graph = record(
      policy.algorithm,
      {
        obs: { type: flatDtype(observationSpace), shape: [rows, flatSize(observationSpace)] },
        ...(actionMask && { actionMask: { type: 'uint8' as const, shape: [rows, numActions] } }),
        ...Object.fromEntries(entries.map(({ name, shape }) => [weightName(name), { type: 'float32' as const, shape }])),
      },
      tensors => {
        const params = Object.fromEntries(entries.map(({ name }) => [name, tensors[weightName(name)]]));
        return { action: network.act(params, tensors.obs, tensors.actionMask) };
      },
    );
    return lowerToOnnx(policy.algorithm, graph.inputs, graph.outputs);
  };
  const model = batchSize === undefined ? withFreeBatch(lower) : lower(batchSize);

  const weights = entries.map(({ name, shape, offset, size }) => ({
    name: weightName(name),
    shape,
    type: 'float32' as const,
    data: policy.weights.slice(offset, offset + size),
  }));
  const isUsed = ({ name }: OnnxTensor) => model.inputs.some(input => input.name === name);
  const isWeight = ({ name }: OnnxTensor) => weights.some(weight => weight.name === name);
  return encodeOnnx({
    ...model,
    inputs: model.inputs.filter(input => !isWeight(input)),
    initializers: [...model.initializers, ...weights.filter(isUsed)],
    metadata: {
      algorithm: policy.algorithm,
      environment: policy.spec.id,
      spec: JSON.stringify(envSpecToJSON(policy.spec)),
      version,
    },
  });
}

/** Keeps names of weights apart from those of inputs and of values in between. */
const weightName = (name: string) => `weights/${name}`;

/**
 * Recorded graphs have fixed shapes. What two batch sizes have in common is the graph for any: shapes may differ in the axis of
 * the batch, which becomes free, and targets of `Reshape` in one number, which the runtime infers.
 */
function withFreeBatch(lower: (rows: number) => OnnxModel): OnnxModel {
  const [first, second] = PROBES.map(lower) as [OnnxModel, OnnxModel];
  const fail = (found: string) =>
    new ProgramError(message('exportOnnx', 'the policy must compute every number of rows alike', found, 'Pass batchSize'));
  if (JSON.stringify(first.nodes) !== JSON.stringify(second.nodes)) throw fail('nodes that depend on it');

  const reshapeTargets = new Set(first.nodes.filter(({ operator }) => operator === 'Reshape').map(({ inputs }) => inputs[1]));
  const otherInputs = new Set(first.nodes.flatMap(({ operator, inputs }) => (operator === 'Reshape' ? [inputs[0]] : inputs)));
  const initializers = first.initializers.map((initializer, i) => {
    const other = second.initializers[i];
    const isSame =
      `${initializer.shape}` === `${other.shape}` && initializer.data.every((value, k) => Object.is(value, other.data[k]));
    if (isSame) return initializer;
    const { name, data } = initializer;
    const free = data instanceof BigInt64Array ? [...data.keys()].filter(k => data[k] !== other.data[k]) : [];
    if (free.length !== 1 || otherInputs.has(name) || !reshapeTargets.has(name))
      throw fail(`a constant of shape [${initializer.shape}]`);
    return { ...initializer, data: BigInt64Array.from(data as BigInt64Array, (value, k) => (k === free[0] ? -1n : value)) };
  });
  const freeAxes = (tensors: readonly OnnxTensor[], others: readonly OnnxTensor[]) =>
    tensors.map((tensor, i) => ({
      ...tensor,
      shape: tensor.shape.map((dimension, axis) => (dimension === others[i].shape[axis] ? dimension : FREE)),
    }));
  return {
    ...first,
    initializers,
    inputs: freeAxes(first.inputs, second.inputs),
    outputs: freeAxes(first.outputs, second.outputs),
  };
}
