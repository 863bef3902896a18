/** Instructions of WebAssembly as nested lists of bytes, which are written one behind the other when the module is. */
export type Code = readonly (number | Code)[] | Uint8Array;

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
  encode(): Code {
    const groups: [number, ValueType][] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last && last[1] === type) last[0]++;
      else groups.push([1, type]);
    }
    const code = written([unsigned(groups.length), groups.map(([count, type]) => [unsigned(count), type]), this.#body, 0x0b]);
    return [unsigned(code.length), code];
  }
}

/** A function that the module is given. */
interface ImportedFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A module that works on one imported memory, `env.memory`. */
export class ModuleBuilder {
  readonly #imports: ImportedFunction[] = [];
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports: { readonly name: string; readonly index: number }[] = [];
  readonly #named = new Map<string, number>();

  /** Number of a function that comes as `env.name`, for `call`. All of these are asked for before the first function is added. */
  import(name: string, parameters: readonly ValueType[] = [], results: readonly ValueType[] = []): number {
    if (this.#functions.length > 0)
      throw new Error('ModuleBuilder.import: imports must come before functions, got one behind them. Import it first.');
    this.#imports.push({ name, parameters, results });
    return this.#imports.length - 1;
  }

  /** Number of the function, for `call`. */
  add(code: FunctionBuilder): number {
    this.#functions.push(code);
    return this.#imports.length + this.#functions.length - 1;
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
    const typeOf = ({ parameters, results }: Pick<FunctionBuilder, 'parameters' | 'results'>) => {
      const key = `${parameters}>${results}`;
      const known = signatures.get(key);
      if (known) return known.index;
      const code: Code = [0x60, unsigned(parameters.length), parameters, unsigned(results.length), results];
      signatures.set(key, { index: signatures.size, code });
      return signatures.size - 1;
    };
    const imported = this.#imports.map(typeOf);
    const types = this.#functions.map(typeOf);
    const text = (name: string): Code => [unsigned(name.length), [...new TextEncoder().encode(name)]];
    return written([
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(
        1,
        signatures.size,
        [...signatures.values()].map(({ code }) => code),
      ),
      section(2, 1 + imported.length, [
        [text('env'), text('memory'), 0x02, 0x00, 0x01],
        imported.map((type, i) => [text('env'), text(this.#imports[i].name), 0x00, unsigned(type)]),
      ]),
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
    ]);
  }
}

function section(id: number, count: number, content: Code): Code {
  const bytes = written([unsigned(count), content]);
  return [id, unsigned(bytes.length), bytes];
}

/** All bytes of `code`, in order. */
function written(code: Code): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(1024);
  let length = 0;
  const reserve = (count: number): void => {
    if (length + count <= bytes.length) return;
    const larger = new Uint8Array(2 * (length + count));
    larger.set(bytes);
    bytes = larger;
  };
  const write = (part: Code): void => {
    reserve(part.length);
    if (part instanceof Uint8Array) {
      bytes.set(part, length);
      length += part.length;
      return;
    }
    for (let i = 0; i < part.length; i++) {
      const item = part[i];
      if (typeof item === 'number') {
        reserve(1);
        bytes[length++] = item;
      } else write(item);
    }
  };
  write(code);
  return bytes.slice(0, length);
}

/** LEB128 of the numbers that occur most, so that these are no lists of their own each time. */
const SMALL: readonly (readonly number[])[] = Array.from({ length: 128 }, (_, value) => [value]);

/** Unsigned LEB128. */
export function unsigned(value: number): readonly number[] {
  if (value >= 0 && value < 128) return SMALL[value];
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
function signed(value: number): readonly number[] {
  if (value >= 0 && value < 64) return SMALL[value];
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
