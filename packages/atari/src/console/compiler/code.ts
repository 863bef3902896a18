import { type Code, get, i32, i32Add, memory, plain, set } from '@zpin/contracts/webassembly';

/**
 * Locals of a compiled program. The first is its parameter, the block to run; those from `A` to `INTERRUPT` are what the processor has
 * between two runs, in the order in which they lie in memory.
 */
export const BLOCK = 0;
export const A = 1;
export const X = 2;
export const Y = 3;
export const STACK = 4;
export const CARRY = 5;
/** Bit 7 is the negative flag. */
export const SIGN = 6;
/** The zero flag is set while this is 0. */
export const ZERO = 7;
export const OVERFLOW = 8;
export const DECIMAL = 9;
export const INTERRUPT = 10;
export const CYCLES = 11;
/** Instructions that may still run. */
export const LEFT = 12;
/** Where the interpreter goes on. */
export const PC = 13;
/** Of the instruction at hand. */
export const ADDRESS = 14;
export const VALUE = 15;

export const and = (a: Code, b: Code): Code => plain(0x71, a, b);
export const or = (a: Code, b: Code): Code => plain(0x72, a, b);
export const xor = (a: Code, b: Code): Code => plain(0x73, a, b);
export const subtract = (a: Code, b: Code): Code => plain(0x6b, a, b);
export const times = (a: Code, b: Code): Code => plain(0x6c, a, b);
export const left = (a: Code, bits: number): Code => plain(0x74, a, i32(bits));
export const right = (a: Code, bits: number): Code => plain(0x76, a, i32(bits));
export const isZero = (a: Code): Code => plain(0x45, a);
export const equals = (a: Code, b: Code): Code => plain(0x46, a, b);
export const differs = (a: Code, b: Code): Code => plain(0x47, a, b);
export const isNegative = (a: Code): Code => plain(0x48, a, i32(0));
export const atMost = (a: Code, b: Code): Code => plain(0x4c, a, b);
/** Whether a, without a sign, is below b. */
export const isBelow = (a: Code, b: Code): Code => plain(0x49, a, b);
export const isAbove = (a: Code, b: Code): Code => plain(0x4b, a, b);
export const isAtLeast = (a: Code, b: Code): Code => plain(0x4f, a, b);
/** Whether first ≤ a ≤ last. */
export const isOutside = (a: Code, first: number, last: number): Code => isAbove(subtract(a, i32(first)), i32(last - first));

/** Sets a local and leaves its value. */
export const tee = (local: number, value: Code): Code => [value, 0x22, local];
export const byte = (a: Code): Code => and(a, i32(0xff));
export const plus = (local: number, amount: number): Code => i32Add(get(local), i32(amount));

export const when = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];
export const either = (condition: Code, then: Code, otherwise: Code): Code => [
  condition,
  0x04,
  0x40,
  then,
  0x05,
  otherwise,
  0x0b,
];
/** One of two values, of which only that one is computed. */
export const choose = (condition: Code, then: Code, otherwise: Code): Code => [
  condition,
  0x04,
  0x7f,
  then,
  0x05,
  otherwise,
  0x0b,
];

export const loadByte = (at: Code, offset = 0): Code => memory(0x2d, offset, at);
export const storeByte = (at: Code, value: Code, offset = 0): Code => memory(0x3a, offset, at, value);
/** Of two bytes at an even address. */
export const loadPair = (at: Code, offset: number): Code => memory(0x2f, offset, at);
export const loadWord = (offset: number): Code => memory(0x28, offset, i32(0));
export const storeWord = (offset: number, value: Code): Code => memory(0x36, offset, i32(0), value);

/** The place in the console's memory, which lies at 0, of an address that means it. */
export const ramPlace = (address: Code): Code => and(address, i32(0x7f));

/** Sets a register, and the flags by it. */
export const result = (register: number, value: Code): Code => set(ZERO, tee(SIGN, tee(register, value)));
