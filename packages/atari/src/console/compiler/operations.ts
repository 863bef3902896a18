import { type Code, get, i32, i32Add, set } from '@zpin/contracts/webassembly';
import {
  A,
  ADDRESS,
  and,
  byte,
  CARRY,
  DECIMAL,
  INTERRUPT,
  isNegative,
  isZero,
  left,
  OVERFLOW,
  or,
  plus,
  result,
  right,
  SIGN,
  STACK,
  subtract,
  tee,
  VALUE,
  X,
  xor,
  Y,
  ZERO,
} from './code.ts';

/** What instructions without an operand do, but for those that shift the accumulator or use the stack. */
export const IMPLIED: Readonly<Record<string, Code>> = {
  inx: result(X, byte(plus(X, 1))),
  iny: result(Y, byte(plus(Y, 1))),
  dex: result(X, byte(plus(X, -1))),
  dey: result(Y, byte(plus(Y, -1))),
  txa: result(A, get(X)),
  tya: result(A, get(Y)),
  tax: result(X, get(A)),
  tay: result(Y, get(A)),
  tsx: result(X, get(STACK)),
  txs: set(STACK, get(X)),
  clc: set(CARRY, i32(0)),
  sec: set(CARRY, i32(1)),
  cld: set(DECIMAL, i32(0)),
  sed: set(DECIMAL, i32(1)),
  cli: set(INTERRUPT, i32(0)),
  sei: set(INTERRUPT, i32(1)),
  clv: set(OVERFLOW, i32(0)),
  nop: [],
};

/** When a branch is taken. */
export const CONDITIONS: Readonly<Record<string, Code>> = {
  bpl: isZero(and(get(SIGN), i32(0x80))),
  bmi: and(get(SIGN), i32(0x80)),
  bvc: isZero(get(OVERFLOW)),
  bvs: get(OVERFLOW),
  bcc: isZero(get(CARRY)),
  bcs: get(CARRY),
  bne: get(ZERO),
  beq: isZero(get(ZERO)),
};

/** What an instruction that reads an operand does with it. Sums are binary. */
export function operate(name: string, operand: Code): Code {
  switch (name) {
    case 'lda':
      return result(A, operand);
    case 'ldx':
      return result(X, operand);
    case 'ldy':
      return result(Y, operand);
    case 'and':
      return result(A, and(get(A), operand));
    case 'ora':
      return result(A, or(get(A), operand));
    case 'eor':
      return result(A, xor(get(A), operand));
    case 'cmp':
      return compare(A, operand);
    case 'cpx':
      return compare(X, operand);
    case 'cpy':
      return compare(Y, operand);
    case 'bit':
      return [set(SIGN, operand), set(OVERFLOW, and(right(get(SIGN), 6), i32(1))), set(ZERO, and(get(A), get(SIGN)))];
    default:
      return name === 'adc' ? addToA(operand) : subtractFromA(operand);
  }
}

function compare(register: number, operand: Code): Code {
  return [
    set(VALUE, subtract(get(register), operand)),
    set(CARRY, isZero(isNegative(get(VALUE)))),
    set(ZERO, tee(SIGN, byte(get(VALUE)))),
  ];
}

/** The sum is kept in ADDRESS, which the operand has been read by. */
function addToA(operand: Code): Code {
  const signsDiffer = and(xor(get(A), get(ADDRESS)), xor(get(VALUE), get(ADDRESS)));
  return [
    set(VALUE, operand),
    set(ADDRESS, i32Add(i32Add(get(A), get(VALUE)), get(CARRY))),
    set(OVERFLOW, right(and(signsDiffer, i32(0x80)), 7)),
    set(CARRY, right(get(ADDRESS), 8)),
    result(A, byte(get(ADDRESS))),
  ];
}

function subtractFromA(operand: Code): Code {
  const signsDiffer = and(xor(get(A), get(VALUE)), xor(get(A), get(ADDRESS)));
  return [
    set(VALUE, operand),
    set(ADDRESS, subtract(subtract(get(A), get(VALUE)), subtract(i32(1), get(CARRY)))),
    set(OVERFLOW, right(and(signsDiffer, i32(0x80)), 7)),
    set(CARRY, isZero(isNegative(get(ADDRESS)))),
    result(A, byte(get(ADDRESS))),
  ];
}

/** What shifts and counts make of a byte: leaves it in VALUE, and what falls out of it in the carry. */
export function modify(name: string, operand: Code): Code {
  switch (name) {
    case 'asl':
      return [set(VALUE, operand), set(CARRY, right(get(VALUE), 7)), set(VALUE, byte(left(get(VALUE), 1)))];
    case 'lsr':
      return [set(VALUE, operand), set(CARRY, and(get(VALUE), i32(1))), set(VALUE, right(get(VALUE), 1))];
    case 'rol':
      return [set(VALUE, or(left(operand, 1), get(CARRY))), set(CARRY, right(get(VALUE), 8)), set(VALUE, byte(get(VALUE)))];
    case 'ror':
      return [
        set(VALUE, or(operand, left(get(CARRY), 8))),
        set(CARRY, and(get(VALUE), i32(1))),
        set(VALUE, right(get(VALUE), 1)),
      ];
    case 'inc':
      return set(VALUE, byte(i32Add(operand, i32(1))));
    default:
      return set(VALUE, byte(subtract(operand, i32(1))));
  }
}

/** The status register. */
export function status(): Code {
  const upper = or(or(and(get(SIGN), i32(0x80)), left(get(OVERFLOW), 6)), or(i32(0x30), left(get(DECIMAL), 3)));
  return or(upper, or(or(left(get(INTERRUPT), 2), left(isZero(get(ZERO)), 1)), get(CARRY)));
}

/** Sets the flags by VALUE. */
export function setStatus(): Code {
  const bit = (place: number): Code => and(right(get(VALUE), place), i32(1));
  return [
    set(SIGN, and(get(VALUE), i32(0x80))),
    set(OVERFLOW, bit(6)),
    set(DECIMAL, bit(3)),
    set(INTERRUPT, bit(2)),
    set(ZERO, xor(and(get(VALUE), i32(2)), i32(2))),
    set(CARRY, bit(0)),
  ];
}
