import {
  type Attribute,
  broadcastShape,
  type ElementArray,
  type ElementType,
  Graph,
  operation,
  sameShape,
  sizeOf,
  type Value,
} from './graph.ts';

/** Makes inputs, constants and what only moves numbers: steps without effect vanish, layout changes cancel. */
export class ShapeBuilder {
  readonly graph = new Graph();

  input(name: string, shape: readonly number[], type: ElementType): Value {
    return this.graph.input(name, shape, type);
  }

  scalar(value: number, type: ElementType = 'float32'): Value {
    return this.graph.splat(value, [], type);
  }

  splat(value: number, shape: readonly number[], type: ElementType): Value {
    return this.graph.splat(value, shape, type);
  }

  constant(data: ElementArray, shape: readonly number[], type: ElementType): Value {
    return this.graph.constant(data, shape, type);
  }

  /** Integers that steer an operator (axes, shapes, paddings). */
  integers(values: readonly number[]): Value {
    return this.graph.constant(
      BigInt64Array.from(values, value => BigInt(value)),
      [values.length],
      'int64',
    );
  }

  apply(
    operator: string,
    inputs: readonly Value[],
    shape: readonly number[],
    type: ElementType,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    return this.graph.apply(operator, inputs, attributes, shape, type);
  }

  reshape(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    if (x.source.kind === 'splat') return this.splat(x.source.value, shape, x.type);
    if (x.source.kind === 'constant') return this.constant(x.source.data, shape, x.type);
    const inner = operation(x, 'Reshape');
    if (inner) return this.reshape(inner.inputs[0] as Value, shape);
    return this.apply('Reshape', [x, this.integers(shape)], shape, x.type);
  }

  expand(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    if (x.source.kind === 'splat') return this.splat(x.source.value, shape, x.type);
    const inner = operation(x, 'Expand');
    if (inner && sameShape(broadcastShape((inner.inputs[0] as Value).shape, shape), shape))
      return this.expand(inner.inputs[0] as Value, shape);
    return this.apply('Expand', [x, this.integers(shape)], shape, x.type);
  }

  transpose(x: Value, perm: readonly number[]): Value {
    if (perm.every((axis, i) => axis === i)) return x;
    const shape = perm.map(axis => x.shape[axis] as number);
    if (x.source.kind === 'splat') return this.splat(x.source.value, shape, x.type);
    const inner = operation(x, 'Transpose');
    if (inner)
      return this.transpose(
        inner.inputs[0] as Value,
        perm.map(axis => (inner.attributes.perm as number[])[axis] as number),
      );
    // Moving axes of length 1 does not move numbers.
    const moved = perm.filter(axis => x.shape[axis] !== 1);
    if (moved.every((axis, i) => i === 0 || (moved[i - 1] as number) < axis)) return this.reshape(x, shape);
    return this.apply('Transpose', [x], shape, x.type, { perm: [...perm] });
  }

  slice(x: Value, begin: readonly number[], end: readonly number[], steps?: readonly number[]): Value {
    const step = steps ?? begin.map(() => 1);
    const shape = begin.map((b, axis) => Math.max(0, Math.ceil(((end[axis] as number) - b) / (step[axis] as number))));
    if (sameShape(shape, x.shape) && step.every(s => s === 1)) return x;
    if (x.source.kind === 'splat') return this.splat(x.source.value, shape, x.type);
    const inner = operation(x, 'Slice');
    // A fifth input holds steps.
    if (inner?.inputs.length === 4 && shape.length === 1 && step[0] === 1) {
      const [first] = integersOf(inner.inputs[1] as Value) as [number];
      return this.slice(inner.inputs[0] as Value, [first + (begin[0] as number)], [first + (end[0] as number)]);
    }
    const axes = begin.map((_, axis) => axis).filter(axis => shape[axis] !== x.shape[axis] || step[axis] !== 1);
    // ONNX counts a negative end from the back, so "to before the first element" needs a number below every index.
    const stop = (axis: number) => ((end[axis] as number) < 0 ? -(x.shape[axis] as number) - 1 : (end[axis] as number));
    const pick = (values: readonly number[]) => this.integers(axes.map(axis => values[axis] as number));
    const inputs = [x, pick(begin), this.integers(axes.map(stop)), this.integers(axes)];
    if (step.some(s => s !== 1)) inputs.push(pick(step));
    return this.apply('Slice', inputs, shape, x.type);
  }

  concat(values: readonly Value[], axis: number): Value {
    const parts = values.filter(value => value.shape[axis] !== 0);
    if (parts.length === 1) return parts[0] as Value;
    const first = parts[0] ?? (values[0] as Value);
    const shape = [...first.shape];
    shape[axis] = values.reduce((sum, value) => sum + (value.shape[axis] as number), 0);
    return this.apply('Concat', parts.length === 0 ? values : parts, shape, first.type, { axis });
  }

  pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
    if ([...before, ...after].every(amount => amount === 0)) return x;
    const shape = x.shape.map((dimension, axis) => dimension + (before[axis] as number) + (after[axis] as number));
    if (x.source.kind === 'splat' && x.source.value === value) return this.splat(value, shape, x.type);
    return this.apply('Pad', [x, this.integers([...before, ...after]), this.scalar(value, x.type)], shape, x.type, {
      mode: 'constant',
    });
  }
}

/** The integers of a constant that steers an operator. */
export function integersOf({ source, shape }: Value): number[] {
  if (source.kind === 'constant') return Array.from(source.data as ArrayLike<number | bigint>, Number);
  if (source.kind === 'splat') return new Array<number>(sizeOf(shape)).fill(source.value);
  throw new Error('what steers an operator must be a constant');
}
