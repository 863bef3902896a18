import type { GraphBuilder } from '../recording/builder.ts';
import type { Value } from '../recording/graph.ts';
import { integersOf } from '../recording/shape-builder.ts';
import type { GraphOutput } from './graph-output.ts';
import { rewrite } from './rewrite.ts';

/** Largest number of singles. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** From here on all singles are whole. */
const WHOLE = 2 ** 23;

/** `null`: the operator stays. */
type Replacement = (builder: GraphBuilder, inputs: readonly Value[], value: Value) => Value | null;

/**
 * Operators for which ONNX Runtime has no program on WebGPU, by others: it would fetch what they read from the device, compute it on the
 * processor and send it back; and slices that go backwards, which come out wrong there. Shaders may take it that no number is infinite or none at all, so whether one is is asked of its size only.
 */
const REPLACEMENTS: Readonly<Record<string, Replacement>> = {
  IsNaN: (b, [x]) => b.unary('Not', b.binary('LessOrEqual', b.unary('Abs', x as Value), b.scalar(Infinity)), 'bool'),
  IsInf: (b, [x]) => b.binary('Greater', b.unary('Abs', x as Value), b.scalar(LARGEST)),
  Or: (b, [p, q]) => b.unary('Not', b.binary('And', not(b, p as Value), not(b, q as Value), 'bool'), 'bool'),
  Sign: (b, [x]) => sign(b, x as Value),
  Round: (b, [x]) => round(b, x as Value),
  Mod: (b, [x, y], value) => remainder(b, x as Value, y as Value, value),
  Slice: (b, inputs, value) => reversed(b, inputs, value),
};

/** Puts those operators in place that the device has. */
export function deviceOperators(builder: GraphBuilder, outputs: readonly GraphOutput[]): readonly GraphOutput[] {
  const now = rewrite(
    builder,
    outputs.map(({ value }) => value),
    (value, inputNow) => {
      if (value.source.kind !== 'operation') return null;
      const replacement = REPLACEMENTS[value.source.operator];
      return replacement ? replacement(builder, value.source.inputs.map(inputNow), value) : null;
    },
  );
  return outputs.map(({ port, value }) => ({ port, value: now(value) }));
}

const not = (b: GraphBuilder, value: Value): Value => b.unary('Not', value, 'bool');

/** (x > 0) − (x < 0). */
function sign(b: GraphBuilder, x: Value): Value {
  const zero = b.scalar(0, x.type);
  return b.sub(b.cast(b.binary('Greater', x, zero), x.type), b.cast(b.binary('Less', x, zero), x.type));
}

/** To the nearest whole number, a half to the even one; from 2²³ on there is nothing behind the point. */
function round(b: GraphBuilder, x: Value): Value {
  const size = b.unary('Abs', x);
  const down = b.unary('Floor', size);
  const rest = b.sub(size, down);
  const half = b.mul(down, b.scalar(0.5));
  const isOdd = b.binary('Greater', half, b.unary('Floor', half));
  // Of an odd number a half goes up as well: what is more than the largest single below it.
  const bound = b.where(isOdd, b.scalar(0.5 - 2 ** -25), b.scalar(0.5));
  const isUp = b.binary('Greater', rest, bound);
  const whole = b.where(isUp, b.add(down, b.scalar(1)), down);
  const near = b.where(b.binary('Less', x, b.scalar(0)), b.unary('Neg', whole), whole);
  return b.where(b.binary('Less', size, b.scalar(WHOLE)), near, x);
}

/** x − y trunc(x / y): C's `fmod`, with the sign of x. */
function remainder(b: GraphBuilder, x: Value, y: Value, value: Value): Value {
  if (x.type === 'int32') return b.expand(b.sub(x, b.mul(b.div(x, y), y)), value.shape);
  const quotient = b.div(x, y);
  const size = b.unary('Floor', b.unary('Abs', quotient));
  const whole = b.where(b.binary('Less', quotient, b.scalar(0)), b.unary('Neg', size), size);
  return b.expand(b.sub(x, b.mul(whole, y)), value.shape);
}

/** A slice that goes backwards along some axis, as picks along each axis that is cut. */
function reversed(b: GraphBuilder, [x, begins, , axes, steps]: readonly Value[], value: Value): Value | null {
  if (!x || !begins || !axes || !steps || integersOf(steps).every(step => step > 0)) return null;
  const [first, stride] = [integersOf(begins), integersOf(steps)];
  let picked = x;
  for (const [k, axis] of integersOf(axes).entries()) {
    const length = value.shape[axis] as number;
    const places = Int32Array.from({ length }, (_, i) => (first[k] as number) + i * (stride[k] as number));
    const shape = picked.shape.map((size, at) => (at === axis ? length : size));
    picked = b.apply('Gather', [picked, b.constant(places, [length], 'int32')], shape, x.type, { axis });
  }
  return picked;
}
