import {
  type Code,
  type FunctionBuilder,
  get,
  I32,
  i32,
  i32Add,
  lane,
  laneMemory,
  memory,
  set,
  simd,
  V128,
  vectorMemory,
} from '@zpin/contracts/webassembly';
import type { ElementType } from '../recording/graph.ts';
import { i32s } from './vector-operations.ts';
import { mergeAxes } from './view.ts';

/** Numbers that a nest of loops reads or writes, an element at each of its places. */
export interface Stream {
  /** Byte of the element at the first place. */
  readonly address: number;
  /** In elements, for each axis of the nest. */
  readonly strides: readonly number[];
  readonly bytes: 1 | 4;
  readonly type: ElementType;
  /** Whether the body moves it on its own, with `shift`. */
  readonly moving?: boolean;
}

/** Four neighbouring places of the innermost axis, or what is left of them at its end. */
export interface Cursor {
  readonly lanes: number;
  load(stream: number): Code;
  store(stream: number, value: Code): void;
  /** Moves a stream by so many elements, until it is moved back. */
  shift(stream: number, count: number): void;
}

/** Loops over all places of a shape, four along the innermost axis at a time. */
export function emitNest(
  f: FunctionBuilder,
  shape: readonly number[],
  given: readonly Stream[],
  body: (cursor: Cursor) => void,
): void {
  if (shape.includes(0)) return;
  const merged = mergeAxes(
    shape,
    given.map(({ strides }) => strides),
  );
  const sizes = merged.shape.length === 0 ? [1] : merged.shape;
  const streams = given.map((stream, k) => {
    const own = merged.strides[k] as number[];
    return { ...stream, strides: own.length === 0 ? [0] : own };
  });
  const pointers = new Pointers(f, streams);
  const last = sizes.length - 1;

  const inner = () => {
    const n = sizes[last] as number;
    const [vectors, rest] = [Math.floor(n / 4), n % 4];
    const fixed = streams.map((stream, k) =>
      stream.strides[last] === 0 && !stream.moving ? f.keep(V128, pointers.splat(k)) : null,
    );
    const at = (lanes: number): Cursor => ({
      lanes,
      load: k => fixed[k] ?? pointers.load(k, streams[k]?.strides[last] as number, lanes),
      store: (k, value) => pointers.store(k, value, lanes),
      shift: (k, count) => pointers.shift(k, count),
    });
    f.repeat(vectors, () => {
      body(at(4));
      if (n > 4) pointers.move(last, 4);
    });
    if (rest > 0) body(at(rest));
    if (last > 0 && n > 4) pointers.move(last, -4 * vectors);
  };
  const level = (axis: number) => {
    if (axis === last) {
      inner();
      return;
    }
    f.repeat(sizes[axis] as number, () => {
      level(axis + 1);
      pointers.move(axis, 1);
    });
    if (axis > 0) pointers.move(axis, -(sizes[axis] as number));
  };
  level(0);
}

interface Place {
  readonly local: number;
  readonly offset: number;
  /** Whether the local holds the address itself. */
  readonly absolute: boolean;
}

/** Places in memory that the loops have reached. Streams that run alike share one local. */
class Pointers {
  readonly #f: FunctionBuilder;
  readonly #streams: readonly Stream[];
  readonly #shared = new Map<string, { local: number; steps: number[] }>();
  readonly #places: Place[] = [];

  constructor(f: FunctionBuilder, streams: readonly Stream[]) {
    this.#f = f;
    this.#streams = streams;
    for (const { strides, bytes, address, moving } of streams) {
      const steps = strides.map(stride => stride * bytes);
      // A pointer that runs backwards would be negative, which memory addresses are not.
      const absolute = moving === true || steps.some(step => step < 0);
      const key = absolute ? `${steps} from ${address} ${moving === true}` : `${steps}`;
      let pointer = this.#shared.get(key);
      if (!pointer) {
        pointer = { local: f.local(I32), steps };
        this.#shared.set(key, pointer);
        f.emit(set(pointer.local, i32(absolute ? address : 0)));
      }
      this.#places.push({ local: pointer.local, offset: absolute ? 0 : address, absolute });
    }
  }

  move(axis: number, count: number): void {
    for (const { local, steps } of this.#shared.values()) this.#f.add(local, count * (steps[axis] as number));
  }

  shift(k: number, count: number): void {
    this.#f.add(this.#place(k).local, count * (this.#streams[k] as Stream).bytes);
  }

  splat(k: number): Code {
    const { local, offset } = this.#place(k);
    const { bytes, type } = this.#streams[k] as Stream;
    if (bytes === 4) return vectorMemory(0x09, offset, get(local));
    return truth(type, simd(0x11, memory(0x2d, offset, get(local))));
  }

  load(k: number, stride: number, lanes: number): Code {
    const { local, offset } = this.#place(k);
    const { bytes, type } = this.#streams[k] as Stream;
    if (stride === 1 && bytes === 4)
      return lanes === 1 ? vectorMemory(0x5c, offset, get(local)) : vectorMemory(0x00, offset, get(local));
    // Four bytes, widened twice.
    if (stride === 1) return truth(type, simd(0xa9, simd(0x89, vectorMemory(0x5c, offset, get(local)))));
    let value: Code = bytes === 4 ? vectorMemory(0x5c, offset, get(local)) : simd(0x11, memory(0x2d, offset, get(local)));
    for (let i = 1; i < lanes; i++) {
      const [address, far] = this.#beside(k, i * stride * bytes);
      value = bytes === 4 ? laneMemory(0x56, far, i, address, value) : lane(0x1c, i, value, memory(0x2d, far, address));
    }
    return bytes === 4 ? value : truth(type, value);
  }

  store(k: number, value: Code, lanes: number): void {
    const { local, offset } = this.#place(k);
    const stride = this.#streams[k]?.strides.at(-1) as number;
    if (lanes === 4 && stride === 1) {
      this.#f.emit(vectorMemory(0x0b, offset, get(local), value));
      return;
    }
    const kept = this.#f.keep(V128, value);
    if (stride !== 1) {
      for (let i = 0; i < lanes; i++) {
        const [address, far] = this.#beside(k, i * stride * 4);
        this.#f.emit(laneMemory(0x5a, far, i, address, kept));
      }
      return;
    }
    if (lanes >= 2) this.#f.emit(laneMemory(0x5b, offset, 0, get(local), kept));
    if (lanes !== 2) this.#f.emit(laneMemory(0x5a, offset + 4 * (lanes - 1), lanes - 1, get(local), kept));
  }

  /** An element some bytes away from that of the pointer. */
  #beside(k: number, bytes: number): [address: Code, offset: number] {
    const { local, offset, absolute } = this.#place(k);
    return absolute ? [i32Add(get(local), i32(bytes)), 0] : [get(local), offset + bytes];
  }

  #place(k: number): Place {
    return this.#places[k] as Place;
  }
}

/** Truth values come from the caller as bytes of 0 and 1. */
function truth(type: ElementType, value: Code): Code {
  return type === 'bool' ? i32s.neg(value) : value;
}
