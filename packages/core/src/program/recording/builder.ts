import { type Attribute, broadcastShape, type ElementType, operation, sameShape, sizeOf, type Value } from './graph.ts';
import { ShapeBuilder } from './shape-builder.ts';

/** Binary operators whose result can be computed here when both operands are splats. */
const BINARY_ON_NUMBERS: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: Math.max,
  Min: Math.min,
};

const UNARY_ON_NUMBERS: Readonly<Record<string, (x: number) => number>> = {
  Neg: x => -x,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Reciprocal: x => 1 / x,
};

/** Of 32-bit floats; what is smaller has lost digits. */
const SMALLEST_NORMAL = 2 ** -126;

/** A sum of so many products is faster as the product of a row and a column (norms of gradients). */
const LONG_SUM = 1024;

const COMPARISONS = new Set(['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual']);

/**
 * Makes values with the meaning of ONNX operators, each in its simplest form: identities vanish, scalars are folded,
 * broadcasts stay implicit, layout changes cancel. TensorFlow.js' gradients are full of such work.
 */
export class GraphBuilder extends ShapeBuilder {
  // ---- elementwise ----

  /** An operator on one value that keeps its shape. */
  unary(operator: string, x: Value, type: ElementType = x.type, attributes: Readonly<Record<string, Attribute>> = {}): Value {
    const fold = UNARY_ON_NUMBERS[operator];
    if (fold && x.source.kind === 'splat' && x.type === 'float32')
      return this.splat(Math.fround(fold(x.source.value)), x.shape, type);
    if (operator === 'Neg') {
      const inner = operation(x, 'Neg');
      if (inner) return inner.inputs[0] as Value;
    }
    const expanded = operation(x, 'Expand');
    if (expanded) return this.expand(this.unary(operator, expanded.inputs[0] as Value, type, attributes), x.shape);
    const transposed = operation(x, 'Transpose');
    if (transposed) {
      // Layout changes sink below elementwise work until they meet their inverse.
      return this.transpose(
        this.unary(operator, transposed.inputs[0] as Value, type, attributes),
        transposed.attributes.perm as number[],
      );
    }
    const reshaped = operation(x, 'Reshape');
    if (reshaped) return this.reshape(this.unary(operator, reshaped.inputs[0] as Value, type, attributes), x.shape);
    return this.apply(operator, [x], x.shape, type, attributes);
  }

  /** An operator on two values that broadcast. */
  binary(operator: string, left: Value, right: Value, type?: ElementType): Value {
    const shape = broadcastShape(left.shape, right.shape);
    const resultType = type ?? (COMPARISONS.has(operator) ? 'bool' : left.type);
    const identity = this.#identity(operator, left, right, shape);
    if (identity) return identity;
    if (left.source.kind === 'splat' && right.source.kind === 'splat' && left.type === 'float32') {
      const fold = BINARY_ON_NUMBERS[operator];
      if (fold) return this.splat(Math.fround(fold(left.source.value, right.source.value)), shape, resultType);
    }
    const a = this.#narrow(left, right.shape, shape);
    const b = this.#narrow(right, a.shape, shape);
    const narrow = broadcastShape(a.shape, b.shape);
    if (!sameShape(narrow, shape)) return this.expand(this.binary(operator, a, b, type), shape);
    const sunk = this.#sinkTranspose(operator, a, b, resultType) ?? this.#sinkReshape(operator, a, b, resultType);
    if (sunk) return sunk;
    return this.apply(operator, [a, b], shape, resultType);
  }

  add = (a: Value, b: Value): Value => this.binary('Add', a, b);
  sub = (a: Value, b: Value): Value => this.binary('Sub', a, b);
  mul = (a: Value, b: Value): Value => this.binary('Mul', a, b);
  div = (a: Value, b: Value): Value => this.binary('Div', a, b);

  where(condition: Value, then: Value, otherwise: Value): Value {
    const shape = broadcastShape(condition.shape, broadcastShape(then.shape, otherwise.shape));
    if (condition.source.kind === 'splat') return this.expand(condition.source.value ? then : otherwise, shape);
    const rest = broadcastShape(condition.shape, otherwise.shape);
    const a = this.#narrow(then, rest, shape);
    const b = this.#narrow(otherwise, broadcastShape(condition.shape, a.shape), shape);
    const full = broadcastShape(condition.shape, broadcastShape(a.shape, b.shape));
    return this.expand(this.apply('Where', [condition, a, b], full, then.type), shape);
  }

  cast(x: Value, type: ElementType): Value {
    if (x.type === type) return x;
    if (x.source.kind === 'splat' && type !== 'int64') return this.splat(castNumber(x.source.value, type), x.shape, type);
    const inner = operation(x, 'Cast');
    // uint8 -> int32 -> float32 and bool -> int32 -> float32 lose nothing on the way.
    if (inner && (inner.inputs[0]?.type === 'uint8' || inner.inputs[0]?.type === 'bool') && x.type !== 'bool') {
      return this.cast(inner.inputs[0], type);
    }
    return this.unary('Cast', x, type, { to: type });
  }

  /** x·1, x+0, x−0, x/1, 0−x and their mirror images, and chains of factors. Not x·0, which is NaN for an infinite x. */
  #identity(operator: string, left: Value, right: Value, shape: readonly number[]): Value | null {
    const a = left.source.kind === 'splat' ? left.source.value : null;
    const b = right.source.kind === 'splat' ? right.source.value : null;
    if ((operator === 'Mul' || operator === 'Div') && b === 1) return this.expand(left, shape);
    if (operator === 'Mul' && a === 1) return this.expand(right, shape);
    if ((operator === 'Add' || operator === 'Sub') && b === 0) return this.expand(left, shape);
    if (operator === 'Add' && a === 0) return this.expand(right, shape);
    if (operator === 'Mul' && left.type === 'float32' && (a !== null || b !== null)) {
      // c·(d·x) = (c·d)·x: chains of scale factors become one.
      const [factor, other] = a !== null ? [a, right] : [b as number, left];
      const inner = operation(other, 'Mul');
      const scaled = inner?.inputs.find(input => input.source.kind !== 'splat');
      const scale = inner?.inputs.find(input => input.source.kind === 'splat');
      if (scaled && scale?.source.kind === 'splat' && sameShape(other.shape, shape)) {
        const product = Math.fround(factor * scale.source.value);
        const isNormal = Math.abs(product) >= SMALLEST_NORMAL && Number.isFinite(product);
        if (isNormal) return this.binary('Mul', this.expand(scaled, shape), this.scalar(product));
      }
    }
    if (operator === 'Sub' && a === 0 && right.type === 'float32') return this.expand(this.unary('Neg', right), shape);
    return null;
  }

  /** Replaces a broadcast copy by what it copies, where the other operand brings back the full shape. */
  #narrow(value: Value, other: readonly number[], shape: readonly number[]): Value {
    const small =
      value.source.kind === 'splat' ? this.splat(value.source.value, [], value.type) : operation(value, 'Expand')?.inputs[0];
    return small && sameShape(broadcastShape(small.shape, other), shape) ? small : value;
  }

  /**
   * f(T(a), T(b)) = T(f(a, b)): a transpose moves below f when the other side is transposed alike or broadcasts along one
   * axis.
   */
  #sinkTranspose(operator: string, a: Value, b: Value, type: ElementType): Value | null {
    const left = operation(a, 'Transpose');
    const right = operation(b, 'Transpose');
    const perm = (left ?? right)?.attributes.perm as number[] | undefined;
    if (!perm) return null;
    const inner = (value: Value, transposed: typeof left): Value | null => {
      if (transposed) return `${transposed.attributes.perm}` === `${perm}` ? (transposed.inputs[0] as Value) : null;
      if (value.shape.length > perm.length) return null;
      const padded = [...Array(perm.length - value.shape.length).fill(1), ...value.shape] as number[];
      const wide = padded.filter(dimension => dimension > 1).length;
      if (wide > 1) return null;
      return this.reshape(
        value,
        invert(perm).map(axis => padded[axis] as number),
      );
    };
    const x = inner(a, left);
    const y = inner(b, right);
    return x && y ? this.transpose(this.binary(operator, x, y, type), perm) : null;
  }

  /**
   * f(R(a), b) = R(f(a, b)): a reshape moves below f when the other side is reshaped alike, or is a row that the reshape
   * keeps.
   */
  #sinkReshape(operator: string, a: Value, b: Value, type: ElementType): Value | null {
    const flat = (operation(a, 'Reshape') ?? operation(b, 'Reshape'))?.inputs[0];
    if (!flat) return null;
    const shape = broadcastShape(a.shape, b.shape);
    if (sizeOf(shape) === 1 || sizeOf(flat.shape) !== sizeOf(shape)) return null;
    const inner = (value: Value): Value | null => {
      const source = operation(value, 'Reshape')?.inputs[0];
      if (source && sameShape(source.shape, flat.shape)) return source;
      if (sizeOf(value.shape) === 1) return this.reshape(value, []);
      const last = value.shape.at(-1) as number;
      // A row beside a single row would be reshaped here and back in the next call, without end.
      const isRow = sizeOf(value.shape) === last && last < sizeOf(shape) && last === shape.at(-1) && last === flat.shape.at(-1);
      return isRow ? this.reshape(value, [last]) : null;
    };
    const x = inner(a);
    const y = inner(b);
    return x && y ? this.reshape(this.binary(operator, x, y, type), shape) : null;
  }

  // ---- reductions ----

  /** `ReduceSum`, `ReduceMean`, `ReduceMax`, `ReduceMin`, `ReduceProd` over some axes. */
  reduce(operator: string, x: Value, axes: readonly number[], keepDims = false): Value {
    const shape = keepDims
      ? x.shape.map((d, axis) => (axes.includes(axis) ? 1 : d))
      : x.shape.filter((_, axis) => !axes.includes(axis));
    const count = axes.reduce((product, axis) => product * (x.shape[axis] as number), 1);
    if (count === 1) return this.reshape(x, shape);
    if (x.source.kind === 'splat' && operator !== 'ReduceProd') {
      const total = operator === 'ReduceSum' ? x.source.value * count : x.source.value;
      return this.splat(x.type === 'float32' ? Math.fround(total) : total, shape, x.type);
    }
    const negated = operation(x, 'Neg')?.inputs[0];
    // Of fewer numbers.
    if (negated && (operator === 'ReduceSum' || operator === 'ReduceMean'))
      return this.unary('Neg', this.reduce(operator, negated, axes, keepDims));
    const transposed = operation(x, 'Transpose');
    if (transposed) {
      const perm = transposed.attributes.perm as number[];
      const inner = axes.map(axis => perm[axis] as number).sort((p, q) => p - q);
      const kept = perm.filter((_, axis) => !axes.includes(axis));
      if (!keepDims && kept.every((axis, i) => i === 0 || (kept[i - 1] as number) < axis)) {
        return this.reduce(operator, transposed.inputs[0] as Value, inner);
      }
    }
    const flat = operation(x, 'Reshape')?.inputs[0];
    if (
      flat &&
      flat.shape.length === 2 &&
      flat.shape[1] === x.shape.at(-1) &&
      axes.length === x.shape.length - 1 &&
      !axes.includes(x.shape.length - 1)
    ) {
      return this.reshape(this.reduce(operator, flat, [0]), shape);
    }
    if (operator === 'ReduceSum' && x.type === 'float32' && x.shape.length === 2 && axes[0] === 0 && axes.length === 1) {
      // Adding up rows (every bias gradient) is ten times faster as a product with a row of ones.
      return this.reshape(this.gemm(this.splat(1, [1, x.shape[0] as number], 'float32'), x), shape);
    }
    const product = operation(x, 'Mul');
    if (operator === 'ReduceSum' && product && x.type === 'float32' && count === sizeOf(x.shape) && count >= LONG_SUM) {
      const [a, b] = product.inputs as [Value, Value];
      if (sameShape(a.shape, b.shape)) {
        return this.reshape(this.gemm(this.reshape(a, [1, count]), this.reshape(b, [1, count]), false, true), shape);
      }
    }
    return this.apply(operator, [x, this.integers(axes)], shape, x.type, { keepdims: keepDims ? 1 : 0 });
  }

  // ---- products ----

  /** Product of two matrices; transposes of operands are read in place, not carried out. */
  gemm(a: Value, b: Value, transposeA = false, transposeB = false): Value {
    const left = operation(a, 'Transpose');
    if (left) return this.gemm(left.inputs[0] as Value, b, !transposeA, transposeB);
    const right = operation(b, 'Transpose');
    if (right) return this.gemm(a, right.inputs[0] as Value, transposeA, !transposeB);
    const rows = a.shape[transposeA ? 1 : 0] as number;
    const columns = b.shape[transposeB ? 0 : 1] as number;
    return this.apply('Gemm', [a, b], [rows, columns], 'float32', { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 });
  }

  /** Product of stacks of matrices, batch dimensions broadcast. */
  matMul(a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
    const swap = (x: Value) => {
      const axes = x.shape.map((_, axis) => axis);
      const last = axes.length - 1;
      [axes[last], axes[last - 1]] = [last - 1, last];
      return this.transpose(x, axes);
    };
    if (sizeOf(a.shape.slice(0, -2)) === 1 && sizeOf(b.shape.slice(0, -2)) === 1) {
      const product = this.gemm(this.reshape(a, a.shape.slice(-2)), this.reshape(b, b.shape.slice(-2)), transposeA, transposeB);
      return this.reshape(product, [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), ...product.shape]);
    }
    if (!transposeA && sizeOf(b.shape.slice(0, -2)) === 1) {
      // One matrix on the right: all rows of the stack in one product.
      const rows = this.reshape(a, [sizeOf(a.shape.slice(0, -1)), a.shape.at(-1) as number]);
      const product = this.gemm(rows, this.reshape(b, b.shape.slice(-2)), false, transposeB);
      return this.reshape(product, [
        ...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)),
        a.shape.at(-2) as number,
        product.shape[1] as number,
      ]);
    }
    const left = transposeA ? swap(a) : a;
    const right = transposeB ? swap(b) : b;
    const batch = broadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2));
    return this.apply('MatMul', [left, right], [...batch, left.shape.at(-2) as number, right.shape.at(-1) as number], 'float32');
  }
}

function invert(perm: readonly number[]): number[] {
  const inverse = new Array<number>(perm.length);
  for (const [i, axis] of perm.entries()) inverse[axis] = i;
  return inverse;
}

function castNumber(value: number, type: ElementType): number {
  if (type === 'bool') return value !== 0 ? 1 : 0;
  if (type === 'float32') return Math.fround(value);
  return Math.trunc(value);
}
