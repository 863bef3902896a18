/**
 * Functions between the layers of a network, on four floats at a time: polynomials fitted to the least largest error (Chebyshev)
 * behind an exact reduction of the argument. No step is fused, so every machine gets the same bits. All are within 3 units in the
 * last place of the true value (tested), subnormal results of exp within one such number.
 */
import { type Code, type FunctionBuilder, f32x4, i32, i32x4, V128 } from '@zpin/contracts/webassembly';
import { bits, f32, i32s, polynomial, signBit } from './vector-operations.ts';

/** ln 2 in two parts, of which the first has 9 bits: its product with an exponent is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444005469057e-4;

/** 3 · 2²²: a small number added to it is rounded to a whole one, which lies in the last bits of the sum. */
const ROUNDING = 12_582_912;
const ROUNDING_BITS = 0x4b400000;

/** x = n · ln 2 + r with |r| ≤ ½ ln 2: n behind the bits of `ROUNDING`, and e^r − 1. */
function reduced(f: FunctionBuilder, x: Code): { shifted: Code; rest: Code } {
  const keep = (code: Code) => f.keep(V128, code);
  const shifted = keep(f32.add(f32.mul(x, f32x4(Math.LOG2E)), f32x4(ROUNDING)));
  const n = keep(f32.sub(shifted, f32x4(ROUNDING)));
  const r = keep(f32.sub(f32.sub(x, f32.mul(n, f32x4(LN2_HIGH))), f32.mul(n, f32x4(LN2_LOW))));
  const tail = polynomial(r, [0.00139262033616, 0.00836319488242, 0.0416665544984, 0.166665768946, 0.5]);
  return { shifted, rest: f32.add(f32.mul(f32.mul(r, r), tail), r) };
}

/** 2^k for the integers k of normal numbers, of which the last nine bits are read. */
const powerOfTwo = (k: Code): Code => i32s.shiftLeft(i32s.add(k, i32x4(127)), i32(23));

function exponential(x: Code, f: FunctionBuilder): Code {
  const keep = (code: Code) => f.keep(V128, code);
  // Beyond these the result is infinite or 0. What is not a number stays so.
  const { shifted, rest } = reduced(f, keep(f32.larger(f32.smaller(x, f32x4(89)), f32x4(-105))));
  const e = keep(f32.add(rest, f32x4(1)));
  // 2^n in two factors, each of which is a normal number.
  const exponent = keep(i32s.sub(shifted, i32x4(ROUNDING_BITS)));
  const half = keep(i32s.shiftRight(exponent, i32(1)));
  return f32.mul(f32.mul(e, powerOfTwo(half)), powerOfTwo(i32s.sub(exponent, half)));
}

function logarithm(x: Code, f: FunctionBuilder): Code {
  const keep = (code: Code) => f.keep(V128, code);
  const small = keep(f32.lt(x, f32x4(2 ** -126)));
  const normal = keep(bits.select(small, f32.mul(x, f32x4(2 ** 23)), x));
  // x = 2^e · m with m from √½ to √2.
  const shifted = keep(i32s.sub(normal, i32x4(0x3f3504f3)));
  const exponent = i32s.sub(i32s.shiftRight(shifted, i32(23)), bits.and(small, i32x4(23)));
  const e = keep(f32.fromInt(exponent));
  const m = i32s.add(bits.and(shifted, i32x4(0x7fffff)), i32x4(0x3f3504f3));
  // log m = f − f²/2 + s·(f²/2 + R), with f = m − 1, s = f / (2 + f) and R from the series of 2·artanh(s).
  const rest = keep(f32.sub(m, f32x4(1)));
  const s = keep(f32.div(rest, f32.add(rest, f32x4(2))));
  const z = keep(f32.mul(s, s));
  const series = f32.mul(z, polynomial(z, [0.233407101337, 0.285504427101, 0.400001251875, 0.666666665504]));
  const half = keep(f32.mul(f32x4(0.5), f32.mul(rest, rest)));
  const correction = f32.add(f32.mul(s, f32.add(half, series)), f32.mul(e, f32x4(LN2_LOW)));
  const value = keep(f32.add(f32.sub(rest, f32.sub(half, correction)), f32.mul(e, f32x4(LN2_HIGH))));
  // Infinity and what is not a number stay what they are; 0 gives −∞, less than 0 nothing.
  const usual = bits.select(f32.lt(x, f32x4(Number.POSITIVE_INFINITY)), value, f32.add(x, x));
  const positive = bits.select(f32.eq(x, f32x4(0)), f32x4(Number.NEGATIVE_INFINITY), usual);
  return bits.select(f32.lt(x, f32x4(0)), f32x4(Number.NaN), positive);
}

/** tanh |x| = (e^2|x| − 1) / (e^2|x| + 1), where the difference is put together without cancellation: 2^n · (e^r − 1) + (2^n − 1). */
function hyperbolicTangent(x: Code, f: FunctionBuilder): Code {
  const keep = (code: Code) => f.keep(V128, code);
  const a = keep(f32.abs(x));
  // From 10 on it is 1 in 32 bits.
  const { shifted, rest } = reduced(f, keep(f32.smaller(f32.add(a, a), f32x4(20))));
  const power = keep(powerOfTwo(shifted));
  const grown = keep(f32.add(f32.mul(power, rest), f32.sub(power, f32x4(1))));
  return bits.or(f32.div(grown, f32.add(grown, f32x4(2))), signBit(x));
}

function logistic(x: Code, f: FunctionBuilder): Code {
  return f32.div(f32x4(1), f32.add(exponential(f32.neg(x), f), f32x4(1)));
}

/** max(x, 0) + log(1 + e^−|x|); what rounding took from the sum is given back to its logarithm. */
function softplus(x: Code, f: FunctionBuilder): Code {
  const u = f.keep(V128, exponential(f32.neg(f32.abs(x)), f));
  const sum = f.keep(V128, f32.add(u, f32x4(1)));
  const lost = f32.div(f32.sub(u, f32.sub(sum, f32x4(1))), sum);
  return f32.add(f32.max(x, f32x4(0)), f32.add(logarithm(sum, f), lost));
}

function exponentialLinear(x: Code, f: FunctionBuilder): Code {
  const below = f32.sub(exponential(f32.min(x, f32x4(0)), f), f32x4(1));
  return bits.select(f32.ge(x, f32x4(0)), x, below);
}

/** The instructions of each function in the body of a loop, by ONNX operator; `x` is read more than once. */
export const vectorFunctions: Readonly<Record<string, (x: Code, f: FunctionBuilder) => Code>> = {
  Exp: exponential,
  Log: logarithm,
  Tanh: hyperbolicTangent,
  Sigmoid: logistic,
  Softplus: softplus,
  Elu: exponentialLinear,
};
