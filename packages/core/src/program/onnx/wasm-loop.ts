import {
  type Code,
  FunctionBuilder,
  get,
  I32,
  i32,
  i32Add,
  ModuleBuilder,
  plain,
  set,
  simd,
  V128,
  vectorMemory,
} from '@zpin/contracts/webassembly';

/**
 * Compiles elementwise work on arrays of floats into one WebAssembly loop over vectors of four. All operations round as IEEE 754
 * says, so the numbers are those that any other engine gets.
 */

/** Operators that a loop can carry out, by their ONNX names, with the opcodes of `f32x4` instructions. */
const OPCODES: Readonly<Record<string, number>> = {
  Abs: 0xe0,
  Neg: 0xe1,
  Sqrt: 0xe3,
  Add: 0xe4,
  Sub: 0xe5,
  Mul: 0xe6,
  Div: 0xe7,
  Min: 0xe8,
  Max: 0xe9,
};

export function isLoopOperator(operator: string): boolean {
  return Object.hasOwn(OPCODES, operator);
}

/** One step of the loop's body: `operator` on earlier results. Results are numbered: arrays, then scalars, then steps. */
export interface LoopStep {
  readonly operator: string;
  readonly operands: readonly number[];
}

export interface LoopDescription {
  /** Arrays that are read. */
  readonly arrays: number;
  /** Numbers that are the same at every element. */
  readonly scalars: number;
  readonly steps: readonly LoopStep[];
  /** Results that are written, in order. */
  readonly results: readonly number[];
}

/**
 * A compiled loop. All arguments are byte offsets into the memory, except `bytes`, four times the number of elements, rounded
 * up to a multiple of 16. Every element is read before it is written, so a result may be written over an array.
 */
export type Loop = (bytes: number, scalars: number, arrays: readonly number[], results: readonly number[]) => void;

/** @param memory that the arrays and scalars live in */
export function compileLoop(memory: WebAssembly.Memory, description: LoopDescription): Loop {
  const module = new WebAssembly.Module(encodeModule(description));
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const run = instance.exports.run as (...args: number[]) => void;
  return (bytes, scalars, arrays, results) => run(bytes, scalars, ...arrays, ...results);
}

function encodeModule({ arrays, scalars, steps, results }: LoopDescription): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const f = new FunctionBuilder(new Array(2 + arrays + results.length).fill(I32));
  const offset = f.local(I32);
  const address = (base: number) => i32Add(get(base), get(offset));
  // One vector for each array, scalar and step.
  const values = Array.from({ length: arrays + scalars + steps.length }, () => f.local(V128));
  const value = (index: number) => get(values[index] as number);
  const assign = (index: number, code: Code) => f.emit(set(values[index] as number, code));

  for (let k = 0; k < scalars; k++) assign(arrays + k, vectorMemory(0x09, 4 * k, get(1)));
  f.repeat(plain(0x6e, get(0), i32(16)), () => {
    for (let k = 0; k < arrays; k++) assign(k, vectorMemory(0x00, 0, address(2 + k)));
    for (const [k, { operator, operands }] of steps.entries())
      assign(arrays + scalars + k, simd(OPCODES[operator] as number, ...operands.map(value)));
    for (const [k, result] of results.entries()) f.emit(vectorMemory(0x0b, 0, address(2 + arrays + k), value(result)));
    f.add(offset, 16);
  });
  module.export('run', module.add(f));
  return module.encode();
}
