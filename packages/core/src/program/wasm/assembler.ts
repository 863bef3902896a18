/** Instructions of WebAssembly as nested lists of bytes, which are flattened once, when the module is written. */
export type Code = readonly (number | Code)[];

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;

/** Type of a local, parameter or result. */
export type ValueType = typeof I32 | typeof I64 | typeof F32 | typeof F64 | typeof V128;

const SIMD = 0xfd;

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)];
export const call = (index: number, ...operands: Code[]): Code => [operands, 0x10, unsigned(index)];
/** An instruction of one byte. */
export const plain = (opcode: number, ...operands: Code[]): Code => [operands, opcode];
/** A vector instruction. */
export const simd = (opcode: number, ...operands: Code[]): Code => [operands, SIMD, unsigned(opcode)];

export const i32 = (value: number): Code => [0x41, signed(value | 0)];
export const i32Add = (a: Code, b: Code): Code => plain(0x6a, a, b);
export const i32Mul = (a: Code, b: Code): Code => plain(0x6c, a, b);

export function f64(value: number): Code {
  return [0x44, [...new Uint8Array(Float64Array.of(value).buffer)]];
}

/** A float in all four lanes. */
export function f32x4(value: number): Code {
  return vectorConstant(new Uint8Array(Float32Array.of(value, value, value, value).buffer));
}

/** An integer in all four lanes. */
export function i32x4(value: number): Code {
  return vectorConstant(new Uint8Array(Int32Array.of(value, value, value, value).buffer));
}

/** Sixteen bytes as a vector. */
export function vectorConstant(bytes: Uint8Array): Code {
  return [SIMD, 0x0c, [...bytes]];
}

/** `offset` is added to the address; the alignment is only a hint. */
export const memory = (opcode: number, offset: number, ...operands: Code[]): Code => [operands, opcode, 0, unsigned(offset)];
export const vectorMemory = (opcode: number, offset: number, ...operands: Code[]): Code => [
  operands,
  SIMD,
  unsigned(opcode),
  0,
  unsigned(offset),
];
/** Loads or stores one lane. */
export const laneMemory = (opcode: number, offset: number, lane: number, ...operands: Code[]): Code => [
  operands,
  SIMD,
  unsigned(opcode),
  0,
  unsigned(offset),
  lane,
];
/** Reads or replaces one lane. */
export const lane = (opcode: number, index: number, ...operands: Code[]): Code => [operands, SIMD, unsigned(opcode), index];
/** Bytes of two vectors by their numbers. */
export const shuffle = (a: Code, b: Code, lanes: readonly number[]): Code => [
  a,
  b,
  SIMD,
  0x0d,
  lanes.flatMap(index => [0, 1, 2, 3].map(byte => 4 * index + byte)),
];

/** One function: its locals, and its instructions in order. */
export class FunctionBuilder {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  readonly #body: Code[] = [];

  constructor(parameters: readonly ValueType[] = [], results: readonly ValueType[] = []) {
    this.parameters = parameters;
    this.results = results;
  }

  local(type: ValueType): number {
    this.#locals.push(type);
    return this.parameters.length + this.#locals.length - 1;
  }

  emit(...code: Code[]): void {
    this.#body.push(...code);
  }

  /** Computes a value once and returns how to read it. */
  keep(type: ValueType, value: Code): Code {
    const local = this.local(type);
    this.emit(set(local, value));
    return get(local);
  }

  add(local: number, amount: number): void {
    if (amount !== 0) this.emit(set(local, i32Add(get(local), i32(amount))));
  }

  /** `body` so many times; the count may be known only when the module runs. */
  repeat(count: number | Code, body: () => void): void {
    if (count === 0) return;
    if (count === 1) {
      body();
      return;
    }
    const left = this.local(I32);
    this.emit(set(left, typeof count === 'number' ? i32(count) : count), [0x03, 0x40]);
    body();
    this.emit([plain(0x6b, get(left), i32(1)), 0x22, unsigned(left), 0x0d, 0x00, 0x0b]);
  }

  /** `body` for each index from 0 to `count` − 1. */
  each(count: number, body: (index: Code) => void): void {
    if (count === 0) return;
    const index = this.local(I32);
    this.emit(set(index, i32(0)), [0x03, 0x40]);
    body(get(index));
    this.emit(set(index, i32Add(get(index), i32(1))), [plain(0x48, get(index), i32(count)), 0x0d, 0x00, 0x0b]);
  }

  when(condition: Code, body: () => void): void {
    this.emit([condition, 0x04, 0x40]);
    body();
    this.emit([0x0b]);
  }

  /** The function as an entry of the code section. */
  encode(): number[] {
    const groups: [number, ValueType][] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last && last[1] === type) last[0]++;
      else groups.push([1, type]);
    }
    const code = flatten([unsigned(groups.length), groups.map(([count, type]) => [unsigned(count), type]), this.#body, 0x0b]);
    return unsigned(code.length).concat(code);
  }
}

/** A module that works on one imported memory. */
export class ModuleBuilder {
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports: { readonly name: string; readonly index: number }[] = [];
  readonly #named = new Map<string, number>();

  /** Number of the function, for `call`. */
  add(code: FunctionBuilder): number {
    this.#functions.push(code);
    return this.#functions.length - 1;
  }

  /** A function that several others call: it is made at the first request. */
  shared(name: string, make: () => FunctionBuilder): number {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const index = this.add(make());
    this.#named.set(name, index);
    return index;
  }

  export(name: string, index: number): void {
    this.#exports.push({ name, index });
  }

  encode(): Uint8Array<ArrayBuffer> {
    const signatures = new Map<string, { index: number; code: Code }>();
    const types = this.#functions.map(({ parameters, results }) => {
      const key = `${parameters}>${results}`;
      const known = signatures.get(key);
      if (known) return known.index;
      const code: Code = [0x60, unsigned(parameters.length), parameters, unsigned(results.length), results];
      signatures.set(key, { index: signatures.size, code });
      return signatures.size - 1;
    });
    const text = (name: string): Code => [unsigned(name.length), [...new TextEncoder().encode(name)]];
    return Uint8Array.from(
      flatten([
        [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
        section(
          1,
          signatures.size,
          [...signatures.values()].map(({ code }) => code),
        ),
        section(2, 1, [text('env'), text('memory'), 0x02, 0x00, 0x01]),
        section(3, types.length, types.map(unsigned)),
        section(
          7,
          this.#exports.length,
          this.#exports.map(({ name, index }) => [text(name), 0x00, unsigned(index)]),
        ),
        section(
          10,
          this.#functions.length,
          this.#functions.map(code => code.encode()),
        ),
      ]),
    );
  }
}

function section(id: number, count: number, content: Code): Code {
  const bytes = flatten([unsigned(count), content]);
  return [id, unsigned(bytes.length), bytes];
}

function flatten(code: Code): number[] {
  const bytes: number[] = [];
  const walk = (part: Code): void => {
    for (const item of part) {
      if (typeof item === 'number') bytes.push(item);
      else walk(item);
    }
  };
  walk(code);
  return bytes;
}

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}
