import {
  type Code,
  type FunctionBuilder,
  f32x4,
  get,
  I32,
  i32,
  i32x4,
  laneMemory,
  set,
  V128,
  vectorConstant,
  vectorMemory,
} from '@zpin/contracts/webassembly';
import { emitNest } from './nest.ts';
import type { Node, Operand } from './node.ts';
import { horizontal } from './product.ts';
import { bits, f32, i32s } from './vector-operations.ts';
import { contiguous, mergeAxes } from './view.ts';

/** Shorter rows are added up across: four of them side by side. */
const SHORTEST_ROW = 16;

interface Join {
  readonly start: Code;
  readonly join: (a: Code, b: Code) => Code;
}

function joinOf(operator: string, isFloat: boolean): Join {
  switch (operator) {
    case 'ReduceMax':
      return isFloat ? { start: f32x4(Number.NEGATIVE_INFINITY), join: f32.max } : { start: i32x4(-(2 ** 31)), join: i32s.max };
    case 'ReduceMin':
      return isFloat ? { start: f32x4(Number.POSITIVE_INFINITY), join: f32.min } : { start: i32x4(2 ** 31 - 1), join: i32s.min };
    case 'ReduceProd':
      return isFloat ? { start: f32x4(1), join: f32.mul } : { start: i32x4(1), join: i32s.mul };
    default:
      return isFloat ? { start: f32x4(0), join: f32.add } : { start: i32x4(0), join: i32s.add };
  }
}

/** Sum, mean, product, least or greatest over some axes. */
export function emitReduction(f: FunctionBuilder, node: Node, address: number, result: number): void {
  const { view } = node.operands[0] as Operand;
  const axes = node.attributes.axes as readonly number[];
  const pick = (values: readonly number[], reduced: boolean) => values.filter((_, axis) => axes.includes(axis) === reduced);
  const kept = pick(view.shape, false);
  const inner = mergeAxes(pick(view.shape, true), [pick(view.strides, true)]);
  const sizes = inner.shape;
  const strides = inner.strides[0] as number[];
  const count = sizes.reduce((product, size) => product * size, 1);
  const { start, join } = joinOf(node.operator, node.type === 'float32');
  const finish = (total: Code): Code => (node.operator === 'ReduceMean' ? f32.div(total, f32x4(count)) : total);
  const input = { address, strides: pick(view.strides, false), bytes: 4, type: node.type } as const;
  const output = { address: result, strides: contiguous(kept).strides, bytes: 4, type: node.type } as const;

  const isRow = strides.at(-1) === 1 && (sizes.at(-1) as number) >= SHORTEST_ROW;
  // A nest of the places that are kept; within each, loops over what is reduced.
  if (isRow) emitRows(f, kept, { ...input, inner: sizes, innerStrides: strides }, output, { start, join }, finish);
  else {
    const reduced = sizes.length === 0 ? [1] : sizes;
    emitColumns(f, kept, input, output, reduced, strides.length === 0 ? [0] : strides, { start, join }, finish);
  }
}

type Places = { readonly address: number; readonly strides: readonly number[] };

/** Loops over the elements of a shape one by one, with the byte offset of each in two arrays. */
function eachPlace(
  f: FunctionBuilder,
  shape: readonly number[],
  arrays: readonly Places[],
  body: (addresses: readonly Code[]) => void,
): void {
  const merged = mergeAxes(
    shape,
    arrays.map(({ strides }) => strides),
  );
  const locals = arrays.map(({ address }) => {
    const local = f.local(I32);
    f.emit(set(local, i32(address)));
    return local;
  });
  const move = (axis: number, count: number) => {
    for (const [k, local] of locals.entries()) f.add(local, 4 * count * ((merged.strides[k] as number[])[axis] as number));
  };
  const level = (axis: number) => {
    if (axis === merged.shape.length) {
      body(locals.map(get));
      return;
    }
    f.repeat(merged.shape[axis] as number, () => {
      level(axis + 1);
      move(axis, 1);
    });
    if (axis > 0) move(axis, -(merged.shape[axis] as number));
  };
  level(0);
}

function emitRows(
  f: FunctionBuilder,
  kept: readonly number[],
  input: Places & { readonly inner: readonly number[]; readonly innerStrides: readonly number[] },
  output: Places,
  { start, join }: Join,
  finish: (total: Code) => Code,
): void {
  const sums = Array.from({ length: 4 }, () => f.local(V128));
  const length = input.inner.at(-1) as number;
  eachPlace(f, kept, [input, output], ([from, to]) => {
    for (const sum of sums) f.emit(set(sum, start));
    const p = f.local(I32);
    f.emit(set(p, from as Code));
    const add = (sum: number, value: Code) => f.emit(set(sum, join(get(sum), value)));
    const row = () => {
      f.repeat(Math.floor(length / 16), () => {
        for (const [k, sum] of sums.entries()) add(sum, vectorMemory(0x00, 16 * k, get(p)));
        f.add(p, 64);
      });
      const vectors = Math.floor((length % 16) / 4);
      for (let k = 0; k < vectors; k++) add(sums[k] as number, vectorMemory(0x00, 16 * k, get(p)));
      const rest = length % 4;
      if (rest > 0) add(sums[3] as number, bits.select(firstLanes(rest), vectorMemory(0x00, 16 * vectors, get(p)), start));
      f.add(p, -64 * Math.floor(length / 16));
    };
    const level = (axis: number) => {
      if (axis === input.inner.length - 1) {
        row();
        return;
      }
      const [size, stride] = [input.inner[axis] as number, input.innerStrides[axis] as number];
      f.repeat(size, () => {
        level(axis + 1);
        f.add(p, 4 * stride);
      });
      f.add(p, -4 * stride * size);
    };
    level(0);
    const [s0, s1, s2, s3] = sums.map(get) as [Code, Code, Code, Code];
    const total = f.keep(V128, join(join(s0, s1), join(s2, s3)));
    const value = f.keep(V128, finish(horizontal(f, total, join)));
    f.emit(laneMemory(0x5a, 0, 0, to as Code, value));
  });
}

/** Ones in the first lanes, as many as said. */
function firstLanes(count: number): Code {
  const bytes = Array.from({ length: 16 }, (_, byte) => (byte < 4 * count ? 0xff : 0));
  return vectorConstant(Uint8Array.from(bytes));
}

function emitColumns(
  f: FunctionBuilder,
  kept: readonly number[],
  input: Places,
  output: Places,
  sizes: readonly number[],
  strides: readonly number[],
  { start, join }: Join,
  finish: (total: Code) => Code,
): void {
  const sum = f.local(V128);
  const stream = (places: Places) => ({ ...places, bytes: 4, type: 'float32' }) as const;
  // The nest's pointer is moved through what is reduced and brought back.
  emitNest(f, kept, [{ ...stream(input), moving: true }, stream(output)], cursor => {
    f.emit(set(sum, start));
    const level = (axis: number) => {
      if (axis === sizes.length) {
        f.emit(set(sum, join(get(sum), cursor.load(0))));
        return;
      }
      const [size, stride] = [sizes[axis] as number, strides[axis] as number];
      f.repeat(size, () => {
        level(axis + 1);
        cursor.shift(0, stride);
      });
      cursor.shift(0, -stride * size);
    };
    level(0);
    cursor.store(1, finish(get(sum)));
  });
}
