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

const I32 = 0x7f;
const V128 = 0x7b;
const SIMD = 0xfd;

function encodeModule({ arrays, scalars, steps, results }: LoopDescription): Uint8Array<ArrayBuffer> {
  const parameters = 2 + arrays + results.length;
  // Locals behind the parameters: the byte offset of the element, then one vector for each array, scalar and step.
  const offset = parameters;
  const value = (index: number) => parameters + 1 + index;
  const get = (local: number) => [0x20, ...unsigned(local)];
  const set = (local: number) => [0x21, ...unsigned(local)];
  const simd = (opcode: number) => [SIMD, ...unsigned(opcode)];
  const address = (base: number) => [...get(base), ...get(offset), 0x6a];

  const body: number[] = [];
  for (let k = 0; k < scalars; k++) {
    // f32.load of scalar k, f32x4.splat
    body.push(...get(1), 0x2a, 0x02, ...unsigned(4 * k), ...simd(0x13), ...set(value(arrays + k)));
  }
  body.push(0x03, 0x40);
  for (let k = 0; k < arrays; k++) body.push(...address(2 + k), ...simd(0x00), 0x02, 0x00, ...set(value(k)));
  for (const [k, { operator, operands }] of steps.entries()) {
    body.push(
      ...operands.flatMap(operand => get(value(operand))),
      ...simd(OPCODES[operator] as number),
      ...set(value(arrays + scalars + k)),
    );
  }
  for (const [k, result] of results.entries())
    body.push(...address(2 + arrays + k), ...get(value(result)), ...simd(0x0b), 0x02, 0x00);
  // offset += 16; repeat while offset < bytes
  body.push(...get(offset), 0x41, 0x10, 0x6a, 0x22, ...unsigned(offset), ...get(0), 0x49, 0x0d, 0x00, 0x0b, 0x0b);

  const locals = [0x02, 0x01, I32, ...unsigned(arrays + scalars + steps.length), V128];
  const code = [...locals, ...body];
  const text = (name: string) => [...unsigned(name.length), ...new TextEncoder().encode(name)];
  const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [0x01, 0x60, ...unsigned(parameters), ...new Array<number>(parameters).fill(I32), 0x00]),
    ...section(2, [0x01, ...text('env'), ...text('memory'), 0x02, 0x00, 0x01]),
    ...section(3, [0x01, 0x00]),
    ...section(7, [0x01, ...text('run'), 0x00, 0x00]),
    ...section(10, [0x01, ...unsigned(code.length), ...code]),
  ]);
}

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}
