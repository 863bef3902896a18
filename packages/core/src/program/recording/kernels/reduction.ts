import type { GraphBuilder } from '../builder.ts';
import { operation, sameShape, type Value } from '../graph.ts';
import { attribute, type Kernel, type KernelTable, normalizeAxes } from './kernel.ts';

/** Sum, mean, product, … over some axes. TensorFlow.js names the axes `axis` here and `reductionIndices` there. */
function reduce(operator: string): Kernel {
  return call => {
    const x = call.inputs.x as Value;
    const axes = normalizeAxes(attribute(call, 'axis') ?? attribute(call, 'reductionIndices'), x.shape.length);
    const numbers = x.type === 'bool' ? call.builder.cast(x, 'int32') : x;
    return call.builder.reduce(operator, numbers, axes, attribute<boolean>(call, 'keepDims'));
  };
}

/** All and any, as the least and the greatest of 0 and 1. */
function logical(operator: 'ReduceMin' | 'ReduceMax'): Kernel {
  return call => {
    const b = call.builder;
    const x = b.cast(call.inputs.x as Value, 'int32');
    const axes = normalizeAxes(attribute(call, 'axis'), x.shape.length);
    return b.cast(b.reduce(operator, x, axes, attribute<boolean>(call, 'keepDims')), 'bool');
  };
}

function argument(operator: 'ArgMax' | 'ArgMin'): Kernel {
  return call => {
    const b = call.builder;
    const x = call.inputs.x as Value;
    const [axis] = normalizeAxes(attribute<number>(call, 'axis'), x.shape.length) as [number];
    const shape = x.shape.filter((_, i) => i !== axis);
    return b.cast(b.apply(operator, [unshifted(x, axis)], shape, 'int64', { axis, keepdims: 0 }), 'int32');
  };
}

/** What has the same order along an axis: a difference without what is subtracted from all elements there alike. */
function unshifted(x: Value, axis: number): Value {
  const [whole, shift] = operation(x, 'Sub')?.inputs ?? [];
  const isAlike = shift && whole && sameShape(whole.shape, x.shape) && (shift.shape.at(axis - x.shape.length) ?? 1) === 1;
  return isAlike ? unshifted(whole, axis) : x;
}

function cumulative(call: Parameters<Kernel>[0]): Value {
  const x = call.inputs.x as Value;
  const [axis] = normalizeAxes(attribute<number>(call, 'axis'), x.shape.length) as [number];
  const flags = {
    exclusive: attribute<boolean>(call, 'exclusive') ? 1 : 0,
    reverse: attribute<boolean>(call, 'reverse') ? 1 : 0,
  };
  return call.builder.apply(
    'CumSum',
    [x, call.builder.constant(BigInt64Array.of(BigInt(axis)), [], 'int64')],
    x.shape,
    x.type,
    flags,
  );
}

/** Running product: ONNX has none, so it is unrolled along the axis. */
function cumulativeProduct(call: Parameters<Kernel>[0]): Value {
  const b = call.builder;
  const x = call.inputs.x as Value;
  const [axis] = normalizeAxes(attribute<number>(call, 'axis'), x.shape.length) as [number];
  const length = x.shape[axis] as number;
  const reverse = attribute<boolean>(call, 'reverse');
  const at = (i: number) => {
    const begin = x.shape.map((_, k) => (k === axis ? i : 0));
    return b.slice(
      x,
      begin,
      x.shape.map((d, k) => (k === axis ? i + 1 : d)),
    );
  };
  const order = Array.from({ length }, (_, i) => (reverse ? length - 1 - i : i));
  const parts: Value[] = [];
  let product = b.splat(
    1,
    x.shape.map((d, k) => (k === axis ? 1 : d)),
    x.type,
  );
  for (const i of order) {
    const next = b.mul(product, at(i));
    parts[i] = attribute<boolean>(call, 'exclusive') ? product : next;
    product = next;
  }
  return b.concat(parts, axis);
}

function softmaxAxis(b: GraphBuilder, operator: string, logits: Value, axis: number): Value {
  return b.apply(operator, [logits], logits.shape, 'float32', { axis: axis < 0 ? axis + logits.shape.length : axis });
}

export const reduction: KernelTable = {
  All: logical('ReduceMin'),
  Any: logical('ReduceMax'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Cumprod: cumulativeProduct,
  Cumsum: cumulative,
  LogSoftmax: call => softmaxAxis(call.builder, 'LogSoftmax', call.inputs.logits as Value, attribute<number>(call, 'axis')),
  Max: reduce('ReduceMax'),
  Mean: call => {
    const x = call.inputs.x as Value;
    return reduce('ReduceMean')({ ...call, inputs: { x: call.builder.cast(x, 'float32') } });
  },
  Min: reduce('ReduceMin'),
  Prod: reduce('ReduceProd'),
  Softmax: call => softmaxAxis(call.builder, 'Softmax', call.inputs.logits as Value, attribute<number>(call, 'dim')),
  Sum: reduce('ReduceSum'),
};
