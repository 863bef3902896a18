import type { GraphBuilder } from '../builder.ts';
import { sizeOf, type Value } from '../graph.ts';
import { attribute, type KernelCall, type KernelTable, normalizeAxes } from './kernel.ts';

/** 1 where the class index equals the column: an equality test, since ONNX's OneHot wants int64 and a scatter. */
function oneHot(call: KernelCall): Value {
  const b = call.builder;
  const indices = b.cast(call.inputs.indices as Value, 'int32');
  const depth = attribute<number>(call, 'depth');
  const [on, off] = [attribute<number>(call, 'onValue'), attribute<number>(call, 'offValue')];
  const type = attribute<'float32' | 'int32' | 'bool' | undefined>(call, 'dtype') ?? 'float32';
  const columns = b.constant(
    Int32Array.from({ length: depth }, (_, i) => i),
    [depth],
    'int32',
  );
  const hit = b.binary('Equal', b.reshape(indices, [...indices.shape, 1]), columns);
  if (on === 1 && off === 0) return b.cast(hit, type);
  return b.where(hit, b.scalar(on, type), b.scalar(off, type));
}

function gather(call: KernelCall): Value {
  const b = call.builder;
  const x = call.inputs.x as Value;
  const indices = call.inputs.indices as Value;
  const batchDims = attribute<number | undefined>(call, 'batchDims') ?? 0;
  const [axis] = normalizeAxes(attribute<number>(call, 'axis'), x.shape.length) as [number];
  if (batchDims === 0) {
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return b.apply('Gather', [x, b.cast(indices, 'int32')], shape, x.type, { axis });
  }
  // Rows of a batch are gathered one by one: the batch and the gathered axis are laid out as one axis.
  const [batch, outer] = [sizeOf(x.shape.slice(0, batchDims)), sizeOf(x.shape.slice(batchDims, axis))];
  const [length, inner] = [x.shape[axis] as number, sizeOf(x.shape.slice(axis + 1))];
  const count = sizeOf(indices.shape) / batch;
  const offsets = b.constant(
    Int32Array.from({ length: batch }, (_, i) => i * length),
    [batch, 1],
    'int32',
  );
  const rows = b.reshape(b.add(b.reshape(b.cast(indices, 'int32'), [batch, count]), offsets), [batch * count]);
  const table = b.reshape(b.transpose(b.reshape(x, [batch, outer, length, inner]), [0, 2, 1, 3]), [batch * length, outer, inner]);
  const taken = b.apply('Gather', [table, rows], [batch * count, outer, inner], x.type, { axis: 0 });
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
  return b.reshape(b.transpose(b.reshape(taken, [batch, count, outer, inner]), [0, 2, 1, 3]), shape);
}

/** Adds `updates` into zeros at `indices` `[…, k]`, which name the first k axes of the result. */
function scatterAdd(b: GraphBuilder, indices: Value, updates: Value, shape: readonly number[]): Value {
  const zeros = b.splat(0, shape, updates.type);
  return b.apply('ScatterND', [zeros, b.cast(indices, 'int64'), updates], shape, updates.type, { reduction: 'add' });
}

/** Sums rows of one segment. Rows of a negative segment count nowhere; ONNX would count it from the end. */
function unsortedSegmentSum(call: KernelCall): Value {
  const b = call.builder;
  const x = call.inputs.x as Value;
  const ids = call.inputs.segmentIds as Value;
  const shape = [attribute<number>(call, 'numSegments'), ...x.shape.slice(ids.shape.length)];
  const counted = b.reshape(b.binary('GreaterOrEqual', ids, b.scalar(0, 'int32')), [
    ...ids.shape,
    ...x.shape.slice(ids.shape.length).map(() => 1),
  ]);
  return scatterAdd(b, b.reshape(ids, [...ids.shape, 1]), b.where(counted, x, b.scalar(0, x.type)), shape);
}

function gatherNd(call: KernelCall): Value {
  const b = call.builder;
  const [params, indices] = [call.inputs.params as Value, call.inputs.indices as Value];
  const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(indices.shape.at(-1))];
  return b.apply('GatherND', [params, b.cast(indices, 'int64')], shape, params.type);
}

function topK(call: KernelCall): Value[] {
  const b = call.builder;
  const x = call.inputs.x as Value;
  const k = attribute<number>(call, 'k');
  const axis = x.shape.length - 1;
  // The values are read back by index, so that every operation has one result.
  const shape = [...x.shape.slice(0, -1), k];
  const indices = b.apply('TopK', [x, b.integers([k])], shape, 'int64', { axis, output: 1 });
  return [b.apply('GatherElements', [x, indices], shape, x.type, { axis }), b.cast(indices, 'int32')];
}

export const indexing: KernelTable = {
  GatherNd: gatherNd,
  GatherV2: gather,
  OneHot: oneHot,
  ScatterNd: call =>
    scatterAdd(call.builder, call.inputs.indices as Value, call.inputs.updates as Value, attribute<number[]>(call, 'shape')),
  TopK: topK,
  UnsortedSegmentSum: unsortedSegmentSum,
};
