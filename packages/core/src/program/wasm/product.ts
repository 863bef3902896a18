import {
  type Code,
  call,
  FunctionBuilder,
  f32x4,
  get,
  I32,
  i32,
  laneMemory,
  type ModuleBuilder,
  set,
  shuffle,
  V128,
  vectorMemory,
} from '@zpin/contracts/webassembly';
import { sizeOf } from '../recording/graph.ts';
import { emitNest } from './nest.ts';
import type { Node, Operand } from './node.ts';
import { f32 } from './vector-operations.ts';
import { broadcast } from './view.ts';

/**
 * Rows of a tile by the vectors of four columns that it has. Its sums, one step's numbers of both factors and a product must fit into the
 * fifteen vector registers that V8 gives out: of what it spills each step stores and loads again. Steps are not unrolled either, since V8 puts
 * all loads of a straight piece of code before its arithmetic.
 */
const TILE_ROWS = [0, 6, 4] as const;
const TILE_VECTORS = 2;
/** With one or two rows there is room for more columns, which hide the latency of additions. */
const FEW_ROWS_VECTORS = [0, 6, 4] as const;
/** Matrices with longer rows are laid out anew: their columns would lie in the same few lines of the cache. */
const LONGEST_ROW = 128;
/** Packing costs a pass over the right matrix, which few rows on the left do not win back. */
const PACKED_FROM = 8;

/** One matrix of a stack as a product reads it; strides in numbers. */
interface Factor {
  readonly address: number;
  readonly down: number;
  readonly along: number;
  /** A matrix of ones is not read. */
  readonly ones: boolean;
}

interface Sizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Numbers of extra memory that a product needs. */
export function productWorkspace(node: Node): number {
  const { inner, columns, rows } = sizesOf(node);
  const b = factorOf(node, 1, 0, 0);
  return isPacked(b, rows, inner, columns) ? inner * (columns + 4) : 0;
}

export function emitProduct(
  module: ModuleBuilder,
  f: FunctionBuilder,
  node: Node,
  addressOf: (operand: Operand) => number,
  result: number,
  workspace: number,
): void {
  const sizes = sizesOf(node);
  const [left, right] = node.operands as [Operand, Operand];
  const stack = sizeOf(node.shape.slice(0, -2));
  for (let k = 0; k < stack; k++) {
    const a = factorOf(node, 0, k, left.node.leaf?.kind === 'splat' ? 0 : addressOf(left));
    const b = factorOf(node, 1, k, addressOf(right));
    emitMatrix(module, f, sizes, a, b, result + 4 * k * sizes.rows * sizes.columns, workspace);
  }
}

function sizesOf({ shape, operands, attributes }: Node): Sizes {
  const view = (operands[0] as Operand).view;
  const inner = view.shape.at(attributes.transA ? -2 : -1) as number;
  return { rows: shape.at(-2) as number, columns: shape.at(-1) as number, inner };
}

/** The `k`-th matrix of an operand, transposed where the product says so. */
function factorOf(node: Node, which: 0 | 1, k: number, address: number): Factor {
  const { node: source, view } = node.operands[which] as Operand;
  const swapped = !!node.attributes[which === 0 ? 'transA' : 'transB'];
  const [down, along] = view.strides.slice(-2) as [number, number];
  const batch = node.shape.slice(0, -2);
  const stacked = broadcast({ ...view, shape: view.shape.slice(0, -2), strides: view.strides.slice(0, -2) }, batch);
  let [rest, offset] = [k, 0];
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    offset += (rest % (batch[axis] as number)) * (stacked.strides[axis] as number);
    rest = Math.floor(rest / (batch[axis] as number));
  }
  const ones = source.leaf?.kind === 'splat';
  return { address: address + 4 * offset, down: swapped ? along : down, along: swapped ? down : along, ones };
}

function isPacked({ along }: Factor, rows: number, inner: number, columns: number): boolean {
  if (columns > 1 && along !== 1) return true;
  return columns >= LONGEST_ROW && inner >= 32 && rows >= PACKED_FROM;
}

function emitMatrix(
  module: ModuleBuilder,
  f: FunctionBuilder,
  { rows, inner, columns }: Sizes,
  a: Factor,
  b: Factor,
  result: number,
  workspace: number,
): void {
  if (columns === 1 && inner >= 16 && a.along === 1 && !a.ones && b.down === 1) {
    f.emit(call(dotRows(module, rows, inner, a.down), i32(a.address), i32(b.address), i32(result)));
    return;
  }
  const width = 4 * (FEW_ROWS_VECTORS[rows] ?? TILE_VECTORS);
  const packed = isPacked(b, rows, inner, columns);
  if (packed) pack(f, b, inner, columns, width, workspace);
  for (let first = 0; first < columns; first += width) {
    const wide = Math.min(width, columns - first);
    const start = packed ? workspace + 4 * first * inner : b.address + 4 * first;
    const stride = packed ? (wide === width ? width : Math.ceil(wide / 4) * 4) : b.down;
    const panel = (height: number, from: number, tiles: number) => {
      if (tiles === 0 || height === 0) return;
      const kernel = panelKernel(module, { height, wide, inner, tiles, a, stride, columns });
      f.emit(call(kernel, i32(a.address + 4 * from * a.down), i32(start), i32(result + 4 * (from * columns + first))));
    };
    const tall = Math.min(rows, TILE_ROWS[Math.ceil(wide / 4)] ?? rows);
    const whole = Math.floor(rows / tall);
    panel(tall, 0, whole);
    panel(rows % tall, whole * tall, 1);
  }
}

/** Copies the right matrix so that the columns of each panel lie row by row. */
function pack(f: FunctionBuilder, b: Factor, inner: number, columns: number, width: number, workspace: number): void {
  const panels = Math.floor(columns / width);
  const copy = (first: number, shape: number[], strides: number[], to: number[]) => {
    const source = { address: b.address + 4 * first * b.along, strides, bytes: 4, type: 'float32' } as const;
    const target = { address: workspace + 4 * first * inner, strides: to, bytes: 4, type: 'float32' } as const;
    emitNest(f, shape, [source, target], cursor => cursor.store(1, cursor.load(0)));
  };
  if (panels > 0) copy(0, [panels, inner, width], [width * b.along, b.down, b.along], [inner * width, width, 1]);
  const rest = columns - panels * width;
  if (rest > 0) copy(panels * width, [inner, rest], [b.down, b.along], [Math.ceil(rest / 4) * 4, 1]);
}

interface Panel {
  readonly height: number;
  readonly wide: number;
  readonly inner: number;
  readonly tiles: number;
  readonly a: Factor;
  /** Of the right matrix, from row to row. */
  readonly stride: number;
  /** Of the result. */
  readonly columns: number;
}

/** A function of three addresses that makes some columns of the result, from a panel of the right matrix. */
function panelKernel(module: ModuleBuilder, { height, wide, inner, tiles, a, stride, columns }: Panel): number {
  const name = `panel ${[height, wide, inner, tiles, a.ones ? 'ones' : [a.down, a.along], stride, columns]}`;
  return module.shared(name, () => {
    const f = new FunctionBuilder([I32, I32, I32]);
    const vectors = Math.ceil(wide / 4);
    const sums = Array.from({ length: height * vectors }, () => f.local(V128));
    const right = Array.from({ length: vectors }, () => f.local(V128));
    const [left, pa, pb] = [f.local(V128), f.local(I32), f.local(I32)];
    const step = () => {
      for (const [j, local] of right.entries()) f.emit(set(local, vectorMemory(0x00, 16 * j, get(pb))));
      for (let i = 0; i < height; i++) {
        if (!a.ones) f.emit(set(left, vectorMemory(0x09, 4 * i * a.down, get(pa))));
        for (const [j, local] of right.entries()) {
          const sum = sums[i * vectors + j] as number;
          f.emit(set(sum, f32.add(get(sum), a.ones ? get(local) : f32.mul(get(left), get(local)))));
        }
      }
    };
    f.repeat(tiles, () => {
      for (const sum of sums) f.emit(set(sum, f32x4(0)));
      f.emit(set(pa, get(0)), set(pb, get(1)));
      f.repeat(inner, () => {
        step();
        f.add(pa, 4 * a.along);
        f.add(pb, 4 * stride);
      });
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < vectors; j++)
          storeLanes(f, 4 * (i * columns + 4 * j), get(2), get(sums[i * vectors + j] as number), Math.min(4, wide - 4 * j));
      }
      f.add(0, 4 * height * a.down);
      f.add(2, 4 * height * columns);
    });
    return f;
  });
}

function storeLanes(f: FunctionBuilder, offset: number, address: Code, value: Code, lanes: number): void {
  if (lanes === 4) {
    f.emit(vectorMemory(0x0b, offset, address, value));
    return;
  }
  if (lanes >= 2) f.emit(laneMemory(0x5b, offset, 0, address, value));
  if (lanes !== 2) f.emit(laneMemory(0x5a, offset + 4 * (lanes - 1), lanes - 1, address, value));
}

/** A function of three addresses: the product of each row with one column, four sums of four lanes side by side. */
function dotRows(module: ModuleBuilder, rows: number, inner: number, down: number): number {
  return module.shared(`dot ${[rows, inner, down]}`, () => {
    const f = new FunctionBuilder([I32, I32, I32]);
    const sums = Array.from({ length: 4 }, () => f.local(V128));
    const [pa, pb] = [f.local(I32), f.local(I32)];
    const step = (k: number, local: number) =>
      f.emit(set(local, f32.add(get(local), f32.mul(vectorMemory(0x00, 16 * k, get(pa)), vectorMemory(0x00, 16 * k, get(pb))))));
    f.repeat(rows, () => {
      for (const sum of sums) f.emit(set(sum, f32x4(0)));
      f.emit(set(pa, get(0)), set(pb, get(1)));
      f.repeat(Math.floor(inner / 16), () => {
        for (const [k, sum] of sums.entries()) step(k, sum);
        f.add(pa, 64);
        f.add(pb, 64);
      });
      const vectors = Math.floor((inner % 16) / 4);
      for (let k = 0; k < vectors; k++) step(k, sums[k] as number);
      for (let k = 0; k < inner % 4; k++) {
        const at = 16 * vectors + 4 * k;
        // The other lanes are 0.
        const product = f32.mul(vectorMemory(0x5c, at, get(pa)), vectorMemory(0x5c, at, get(pb)));
        f.emit(set(sums[3] as number, f32.add(get(sums[3] as number), product)));
      }
      const [s0, s1, s2, s3] = sums.map(get) as [Code, Code, Code, Code];
      const total = f.keep(V128, f32.add(f32.add(s0, s1), f32.add(s2, s3)));
      f.emit(laneMemory(0x5a, 0, 0, get(2), horizontal(f, total, f32.add)));
      f.add(0, 4 * down);
      f.add(2, 4);
    });
    return f;
  });
}

/** Lane 0 of the result holds all four lanes, joined two by two. */
export function horizontal(f: FunctionBuilder, value: Code, join: (a: Code, b: Code) => Code): Code {
  const pairs = f.keep(V128, join(value, shuffle(value, value, [2, 3, 0, 1])));
  return join(pairs, shuffle(pairs, pairs, [1, 0, 3, 2]));
}
