import { type Code, call, type FunctionBuilder, f32x4, i32x4, type ModuleBuilder } from '@zpin/contracts/webassembly';
import type { ElementType } from '../recording/graph.ts';
import type { Node } from './node.ts';
import { integerRemainder, powerOnLanes, remainderOnLanes, scalarFunctions } from './scalar-functions.ts';
import { vectorFunctions } from './vector-functions.ts';
import { bits, f32, i32s, signBit } from './vector-operations.ts';

type Step = (operands: readonly Code[]) => Code;

const one =
  (f: (x: Code) => Code): Step =>
  ([x]) =>
    f(x as Code);
const two =
  (f: (a: Code, b: Code) => Code): Step =>
  ([a, b]) =>
    f(a as Code, b as Code);

const onFloats: Readonly<Record<string, Step>> = {
  Abs: one(f32.abs),
  Neg: one(f32.neg),
  Sqrt: one(f32.sqrt),
  Ceil: one(f32.ceil),
  Floor: one(f32.floor),
  Round: one(f32.nearest),
  Reciprocal: one(x => f32.div(f32x4(1), x)),
  Relu: one(x => f32.larger(x, f32x4(0))),
  // ±1 with the sign of x where x is not 0; what is not a number stays so.
  Sign: one(x => {
    const unit = bits.or(signBit(x), f32x4(1));
    return bits.select(f32.eq(x, x), bits.and(f32.ne(x, f32x4(0)), unit), x);
  }),
  IsNaN: one(x => f32.ne(x, x)),
  IsInf: one(x => f32.eq(f32.abs(x), f32x4(Number.POSITIVE_INFINITY))),
  Add: two(f32.add),
  Sub: two(f32.sub),
  Mul: two(f32.mul),
  Div: two(f32.div),
  Max: two(f32.max),
  Min: two(f32.min),
  Equal: two(f32.eq),
  Less: two(f32.lt),
  LessOrEqual: two(f32.le),
  Greater: two(f32.gt),
  GreaterOrEqual: two(f32.ge),
};

const onIntegers: Readonly<Record<string, Step>> = {
  Abs: one(i32s.abs),
  Neg: one(i32s.neg),
  Relu: one(x => i32s.max(x, i32x4(0))),
  Sign: one(x => i32s.sub(i32s.lt(x, i32x4(0)), i32s.gt(x, i32x4(0)))),
  Add: two(i32s.add),
  Sub: two(i32s.sub),
  Mul: two(i32s.mul),
  Max: two(i32s.max),
  Min: two(i32s.min),
  Equal: two(i32s.eq),
  Less: two(i32s.lt),
  LessOrEqual: two(i32s.le),
  Greater: two(i32s.gt),
  GreaterOrEqual: two(i32s.ge),
};

const onAll: Readonly<Record<string, Step>> = {
  Identity: one(x => x),
  Not: one(bits.not),
  And: two(bits.and),
  Or: two(bits.or),
  Where: ([condition, then, otherwise]) => bits.select(condition as Code, then as Code, otherwise as Code),
};

export function isElementwise(operator: string): boolean {
  return (
    operator in onAll ||
    operator in onFloats ||
    operator in vectorFunctions ||
    operator in scalarFunctions ||
    ['Cast', 'Mod', 'Pow'].includes(operator)
  );
}

/** The instructions of one elementwise operation on operands in registers. They are read more than once. */
export function emitOperation(module: ModuleBuilder, f: FunctionBuilder, node: Node, operands: readonly Code[]): Code {
  const { operator } = node;
  const from = node.operands[operator === 'Where' ? 1 : 0]?.node.type as ElementType;
  const always = onAll[operator];
  if (always) return always(operands);
  if (operator === 'Cast') return cast(operands[0] as Code, from, node.type);
  if (operator === 'Pow') return call(powerOnLanes(module), ...operands);
  if (operator === 'Mod') return call((from === 'float32' ? remainderOnLanes : integerRemainder)(module), ...operands);
  const step = (from === 'float32' ? onFloats : onIntegers)[operator];
  if (step) return step(operands);
  const inline = from === 'float32' ? vectorFunctions[operator] : undefined;
  if (inline) return inline(operands[0] as Code, f);
  const shared = from === 'float32' ? scalarFunctions[operator] : undefined;
  if (!shared) throw new Error(`operator ${operator} of ${from} has no WebAssembly form`);
  return call(shared(module), ...operands);
}

function cast(x: Code, from: ElementType, to: ElementType): Code {
  if (from === 'bool') return to === 'float32' ? bits.and(x, f32x4(1)) : to === 'bool' ? x : i32s.neg(x);
  if (to === 'bool') return from === 'float32' ? f32.ne(x, f32x4(0)) : i32s.ne(x, i32x4(0));
  if (from === 'float32') return to === 'float32' ? x : i32s.fromFloat(x);
  return to === 'float32' ? f32.fromInt(x) : x;
}

/** A number as all four lanes of its type hold it. */
export function splatCode(value: number, type: ElementType): Code {
  if (type === 'float32') return f32x4(value);
  if (type === 'bool') return i32x4(value !== 0 ? -1 : 0);
  return i32x4(Math.trunc(value));
}
