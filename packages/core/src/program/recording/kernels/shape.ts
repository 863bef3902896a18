import * as tf from '@tensorflow/tfjs-core';
import { sizeOf, type Value } from '../graph.ts';
import { attribute, type KernelCall, type KernelTable, normalizeAxes } from './kernel.ts';

const x = (call: KernelCall): Value => call.inputs.x as Value;

function slice(call: KernelCall): Value {
  const value = x(call);
  const [begin, size] = tf.slice_util.parseSliceParams(
    { shape: [...value.shape], dtype: 'float32', dataId: {} },
    attribute<number[]>(call, 'begin'),
    attribute<number[]>(call, 'size'),
  );
  return call.builder.slice(
    value,
    begin,
    begin.map((b, axis) => b + (size[axis] as number)),
  );
}

function stridedSlice(call: KernelCall): Value {
  const value = x(call);
  const mask = (name: string) => attribute<number>(call, name);
  const info = tf.slice_util.sliceInfo(
    [...value.shape],
    attribute<number[]>(call, 'begin'),
    attribute<number[]>(call, 'end'),
    attribute<number[]>(call, 'strides'),
    mask('beginMask'),
    mask('endMask'),
    mask('ellipsisMask'),
    mask('newAxisMask'),
    mask('shrinkAxisMask'),
  );
  const cut = info.isIdentity ? value : call.builder.slice(value, info.begin, info.end, info.strides);
  return call.builder.reshape(cut, info.finalShape);
}

function split(call: KernelCall): Value[] {
  const value = x(call);
  const [axis] = normalizeAxes(attribute<number>(call, 'axis'), value.shape.length) as [number];
  const sizes = tf.backend_util.prepareSplitSize(
    { shape: [...value.shape] } as unknown as tf.Tensor,
    attribute<number | number[]>(call, 'numOrSizeSplits'),
    axis,
  );
  let offset = 0;
  return sizes.map(size => {
    const begin = value.shape.map((_, k) => (k === axis ? offset : 0));
    offset += size;
    return call.builder.slice(
      value,
      begin,
      value.shape.map((d, k) => (k === axis ? offset : d)),
    );
  });
}

function pack(call: KernelCall): Value {
  const values = Object.values(call.inputs);
  const first = values[0] as Value;
  const [axis] = normalizeAxes(attribute<number>(call, 'axis'), first.shape.length + 1) as [number];
  const shape = [...first.shape.slice(0, axis), 1, ...first.shape.slice(axis)];
  return call.builder.concat(
    values.map(value => call.builder.reshape(value, shape)),
    axis,
  );
}

function unpack(call: KernelCall): Value[] {
  const value = call.inputs.value as Value;
  const [axis] = normalizeAxes(attribute<number>(call, 'axis'), value.shape.length) as [number];
  const shape = value.shape.filter((_, k) => k !== axis);
  return Array.from({ length: value.shape[axis] as number }, (_, i) => {
    const begin = value.shape.map((_, k) => (k === axis ? i : 0));
    const part = call.builder.slice(
      value,
      begin,
      value.shape.map((d, k) => (k === axis ? i + 1 : d)),
    );
    return call.builder.reshape(part, shape);
  });
}

function reverse(call: KernelCall): Value {
  const value = x(call);
  const axes = normalizeAxes(attribute<number[]>(call, 'dims'), value.shape.length);
  const flip = (axis: number) => axes.includes(axis);
  return call.builder.slice(
    value,
    value.shape.map((d, axis) => (flip(axis) ? d - 1 : 0)),
    value.shape.map((d, axis) => (flip(axis) ? -1 : d)),
    value.shape.map((_, axis) => (flip(axis) ? -1 : 1)),
  );
}

function tile(call: KernelCall): Value {
  const value = x(call);
  const reps = attribute<number[]>(call, 'reps');
  const shape = value.shape.map((d, axis) => d * (reps[axis] as number));
  // Repeating along axes of length 1 is a broadcast, which elementwise operators do without a copy.
  if (value.shape.every((d, axis) => d === 1 || reps[axis] === 1)) return call.builder.expand(value, shape);
  if (value.source.kind === 'splat') return call.builder.splat(value.source.value, shape, value.type);
  return call.builder.apply('Tile', [value, call.builder.integers(reps)], shape, value.type);
}

function pad(call: KernelCall): Value {
  const paddings = attribute<[number, number][]>(call, 'paddings');
  const [before, after] = [paddings.map(p => p[0]), paddings.map(p => p[1])];
  return call.builder.pad(x(call), before, after, attribute<number>(call, 'constantValue'));
}

/** Lays slices read backwards at both ends, one axis at a time: of the two modes, ONNX's Pad knows only `reflect`. */
function mirrorPad(call: KernelCall): Value {
  const edge = attribute<string>(call, 'mode') === 'reflect' ? 1 : 0;
  let value = x(call);
  for (const [axis, [before, after]] of attribute<[number, number][]>(call, 'paddings').entries()) {
    const inner = value;
    const backwards = (first: number, length: number): Value => {
      const at = (here: number, elsewhere: (size: number) => number) =>
        inner.shape.map((size, other) => (other === axis ? here : elsewhere(size)));
      return call.builder.slice(
        inner,
        at(first, () => 0),
        at(first - length, size => size),
        at(-1, () => 1),
      );
    };
    const last = (inner.shape[axis] as number) - 1;
    const parts = [backwards(before - 1 + edge, before), inner, backwards(last - edge, after)];
    value = call.builder.concat(parts, axis);
  }
  return value;
}

export const shape: KernelTable = {
  BroadcastTo: call => call.builder.expand(x(call), attribute<number[]>(call, 'shape')),
  Concat: call => {
    const values = Object.values(call.inputs);
    const [axis] = normalizeAxes(attribute<number>(call, 'axis'), (values[0] as Value).shape.length) as [number];
    return call.builder.concat(values, axis);
  },
  ExpandDims: call => {
    const value = call.inputs.input as Value;
    const [axis] = normalizeAxes(attribute<number>(call, 'dim'), value.shape.length + 1) as [number];
    return call.builder.reshape(value, [...value.shape.slice(0, axis), 1, ...value.shape.slice(axis)]);
  },
  Fill: call => {
    const type = attribute<'float32' | 'int32' | 'bool' | undefined>(call, 'dtype') ?? 'float32';
    return call.builder.splat(attribute<number>(call, 'value'), attribute<number[]>(call, 'shape'), type);
  },
  LinSpace: call => {
    const [start, stop, num] = [
      attribute<number>(call, 'start'),
      attribute<number>(call, 'stop'),
      attribute<number>(call, 'num'),
    ];
    const data = Float32Array.from({ length: num }, (_, i) => (num === 1 ? start : start + ((stop - start) * i) / (num - 1)));
    return call.builder.constant(data, [num], 'float32');
  },
  MirrorPad: mirrorPad,
  Pack: pack,
  PadV2: pad,
  Range: call => {
    const [start, stop, step] = [
      attribute<number>(call, 'start'),
      attribute<number>(call, 'stop'),
      attribute<number>(call, 'step'),
    ];
    const type = attribute<'float32' | 'int32'>(call, 'dtype');
    const numbers = Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
    return call.builder.constant(
      type === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers),
      [numbers.length],
      type,
    );
  },
  Reshape: call => {
    const target = attribute<number[]>(call, 'shape');
    return call.builder.reshape(x(call), tf.util.inferFromImplicitShape(target, sizeOf(x(call).shape)));
  },
  Reverse: reverse,
  Slice: slice,
  SplitV: split,
  StridedSlice: stridedSlice,
  Tile: tile,
  Transpose: call => call.builder.transpose(x(call), attribute<number[]>(call, 'perm')),
  Unpack: unpack,
};
