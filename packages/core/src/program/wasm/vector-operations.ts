import { type Code, f32x4, i32x4, simd } from '@zpin/contracts/webassembly';

type Binary = (a: Code, b: Code) => Code;
const binary =
  (opcode: number): Binary =>
  (a, b) =>
    simd(opcode, a, b);
const unary = (opcode: number) => (a: Code) => simd(opcode, a);

/** Instructions on four floats. */
export const f32 = {
  nearest: unary(0x6a),
  floor: unary(0x68),
  ceil: unary(0x67),
  abs: unary(0xe0),
  neg: unary(0xe1),
  sqrt: unary(0xe3),
  add: binary(0xe4),
  sub: binary(0xe5),
  mul: binary(0xe6),
  div: binary(0xe7),
  min: binary(0xe8),
  max: binary(0xe9),
  /** `b` where it is the smaller one, else `a`, not a number included: one instruction of a processor where `min` takes seven. */
  smaller: binary(0xea),
  /** `b` where it is the larger one, else `a`. */
  larger: binary(0xeb),
  eq: binary(0x41),
  ne: binary(0x42),
  lt: binary(0x43),
  gt: binary(0x44),
  le: binary(0x45),
  ge: binary(0x46),
  fromInt: unary(0xfa),
} as const;

/** Instructions on four integers. */
export const i32s = {
  eq: binary(0x37),
  ne: binary(0x38),
  lt: binary(0x39),
  gt: binary(0x3b),
  le: binary(0x3d),
  ge: binary(0x3f),
  abs: unary(0xa0),
  neg: unary(0xa1),
  shiftLeft: binary(0xab),
  shiftRight: binary(0xac),
  add: binary(0xae),
  sub: binary(0xb1),
  mul: binary(0xb5),
  min: binary(0xb6),
  max: binary(0xb8),
  fromFloat: unary(0xf8),
} as const;

/** Instructions on bits. */
export const bits = {
  not: unary(0x4d),
  and: binary(0x4e),
  or: binary(0x50),
  xor: binary(0x51),
  /** Bits of `then` where the condition's are set. */
  select: (condition: Code, then: Code, otherwise: Code): Code => simd(0x52, then, otherwise, condition),
} as const;

/** Horner's rule; coefficients of the highest power first. */
export function polynomial(x: Code, coefficients: readonly number[]): Code {
  return coefficients.slice(1).reduce<Code>((sum, c) => f32.add(f32.mul(sum, x), f32x4(c)), f32x4(coefficients[0] as number));
}

/** The sign bit of each lane. */
export const signBit = (x: Code): Code => bits.and(x, i32x4(0x80000000));
