import { type Code, type FunctionBuilder, get, I32, i32, i32Add, i32Mul, memory, plain, set } from '@zpin/contracts/webassembly';
import { sizeOf } from '../recording/graph.ts';
import type { Node, Operand } from './node.ts';
import { contiguous } from './view.ts';

const load = (address: Code): Code => memory(0x28, 0, address);
const store = (address: Code, value: Code): Code => memory(0x36, 0, address, value);
const loadFloat = (address: Code): Code => memory(0x2a, 0, address);
const storeFloat = (address: Code, value: Code): Code => memory(0x38, 0, address, value);
/** Address of number `index` of an array. */
const at = (base: number, index: Code): Code => i32Add(i32(base), i32Mul(index, i32(4)));

type Emit = (f: FunctionBuilder, node: Node, addresses: readonly number[], result: number) => void;

/** Operators that choose places by numbers, one element at a time. @param addressOf of the operands, which lie row by row */
export function emitIndexing(f: FunctionBuilder, node: Node, addressOf: (operand: Operand) => number, result: number): void {
  (operators[node.operator] as Emit)(f, node, node.operands.map(addressOf), result);
}

const shapeOf = (node: Node, k: number): readonly number[] => (node.operands[k] as Operand).view.shape;

/** An index from 0 to size − 1, counted from the end when it is negative; others trap before anything is read with them. */
function checked(f: FunctionBuilder, index: Code, size: number): Code {
  const given = f.keep(I32, index);
  const negative = plain(0x48, given, i32(0));
  const place = f.keep(I32, i32Add(given, i32Mul(negative, i32(size))));
  f.when(plain(0x4f, place, i32(size)), () => f.emit([0x00]));
  return place;
}

/** Loops over the places outside of an axis, with the number of the first element of each line along it. */
function eachLine(f: FunctionBuilder, node: Node, axis: number, body: (start: Code, line: Code, step: number) => void): void {
  const { shape, strides } = (node.operands[0] as Operand).view;
  const [outer, inner] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const sizes = [...outer, ...inner];
  const steps = [...strides.slice(0, axis), ...strides.slice(axis + 1)];
  const lineSteps = contiguous(sizes).strides;
  const level = (k: number, start: Code, line: Code): void => {
    if (k === sizes.length) {
      body(f.keep(I32, start), f.keep(I32, line), strides[axis] as number);
      return;
    }
    f.each(sizes[k] as number, index =>
      level(
        k + 1,
        i32Add(start, i32Mul(index, i32(steps[k] as number))),
        i32Add(line, i32Mul(index, i32(lineSteps[k] as number))),
      ),
    );
  };
  level(0, i32(0), i32(0));
}

/** Of equal numbers the first counts. */
function argument(f: FunctionBuilder, node: Node, [address]: readonly number[], result: number): void {
  const axis = node.attributes.axis as number;
  const isFloat = (node.operands[0] as Operand).node.type === 'float32';
  const read = isFloat ? loadFloat : load;
  const better = node.operator === 'ArgMax' ? (isFloat ? 0x5e : 0x4a) : isFloat ? 0x5d : 0x48;
  const best = f.local(I32);
  eachLine(f, node, axis, (start, line, step) => {
    const place = (index: Code) => at(address as number, i32Add(start, i32Mul(index, i32(step))));
    f.emit(set(best, i32(0)));
    f.each(shapeOf(node, 0)[axis] as number, index => {
      f.when(plain(better, read(place(index)), read(place(get(best)))), () => f.emit(set(best, index)));
    });
    f.emit(store(at(result, line), get(best)));
  });
}

function runningSum(f: FunctionBuilder, node: Node, [address]: readonly number[], result: number): void {
  const { axis, exclusive, reverse } = node.attributes as Record<string, number>;
  const size = node.shape[axis as number] as number;
  const isFloat = node.type === 'float32';
  const outer = contiguous(node.shape).strides;
  const sum = isFloat ? f.local(0x7d) : f.local(I32);
  const outerStep = outer[axis as number] as number;
  eachLine(f, node, axis as number, (start, line, step) => {
    // Line number l of the result starts at (l div inner) · size · inner + l mod inner.
    const first = f.keep(
      I32,
      i32Add(i32Mul(plain(0x6d, line, i32(outerStep)), i32(size * outerStep)), plain(0x6f, line, i32(outerStep))),
    );
    f.emit(set(sum, isFloat ? [0x43, 0, 0, 0, 0] : i32(0)));
    f.each(size, index => {
      const k = f.keep(I32, reverse ? plain(0x6b, i32(size - 1), index) : index);
      const source = at(address as number, i32Add(start, i32Mul(k, i32(step))));
      const target = at(result, i32Add(first, i32Mul(k, i32(outerStep))));
      const write = () => f.emit(isFloat ? storeFloat(target, get(sum)) : store(target, get(sum)));
      const add = () =>
        f.emit(set(sum, isFloat ? plain(0x92, get(sum), loadFloat(source)) : plain(0x6a, get(sum), load(source))));
      if (exclusive) write();
      add();
      if (!exclusive) write();
    });
  });
}

function copyRun(f: FunctionBuilder, to: Code, from: Code, count: number): void {
  const [target, source] = [f.keep(I32, to), f.keep(I32, from)];
  f.each(count, index => {
    const bytes = i32Mul(index, i32(4));
    f.emit(store(i32Add(target, bytes), load(i32Add(source, bytes))));
  });
}

function gather(f: FunctionBuilder, node: Node, [table, indices]: readonly number[], result: number): void {
  const axis = node.attributes.axis as number;
  const shape = shapeOf(node, 0);
  const [size, inner] = [shape[axis] as number, sizeOf(shape.slice(axis + 1))];
  const count = sizeOf(shapeOf(node, 1));
  f.each(sizeOf(shape.slice(0, axis)), outer => {
    f.each(count, k => {
      const place = checked(f, load(at(indices as number, k)), size);
      const row = (of: number, index: Code) => i32Mul(i32Add(i32Mul(outer, i32(of)), index), i32(inner));
      copyRun(f, at(result, row(count, k)), at(table as number, row(size, place)), inner);
    });
  });
}

function gatherElements(f: FunctionBuilder, node: Node, [table, indices]: readonly number[], result: number): void {
  const axis = node.attributes.axis as number;
  const size = shapeOf(node, 0)[axis] as number;
  const picks = node.shape[axis] as number;
  const inner = sizeOf(node.shape.slice(axis + 1));
  f.each(sizeOf(node.shape.slice(0, axis)), outer => {
    f.each(picks, k => {
      f.each(inner, i => {
        const row = (of: number, index: Code) => i32Add(i32Mul(i32Add(i32Mul(outer, i32(of)), index), i32(inner)), i);
        const place = checked(f, load(at(indices as number, row(picks, k))), size);
        f.emit(store(at(result, row(picks, k)), load(at(table as number, row(size, place)))));
      });
    });
  });
}

/** Number of the first element that a row of `depth` indices names. */
function placeOf(f: FunctionBuilder, row: Code, shape: readonly number[], depth: number): Code {
  const { strides } = contiguous(shape);
  let place: Code = i32(0);
  for (let k = 0; k < depth; k++) {
    const index = checked(f, memory(0x28, 4 * k, row), shape[k] as number);
    place = i32Add(place, i32Mul(index, i32(strides[k] as number)));
  }
  return f.keep(I32, place);
}

function gatherPlaces(f: FunctionBuilder, node: Node, [table, indices]: readonly number[], result: number): void {
  const depth = shapeOf(node, 1).at(-1) as number;
  const run = sizeOf(shapeOf(node, 0).slice(depth));
  f.each(sizeOf(shapeOf(node, 1)) / depth, k => {
    const row = f.keep(I32, at(indices as number, i32Mul(k, i32(depth))));
    const place = placeOf(f, row, shapeOf(node, 0), depth);
    copyRun(f, at(result, i32Mul(k, i32(run))), at(table as number, place), run);
  });
}

function scatterAdd(f: FunctionBuilder, node: Node, [start, indices, updates]: readonly number[], result: number): void {
  const depth = shapeOf(node, 1).at(-1) as number;
  const run = sizeOf(node.shape.slice(depth));
  const isFloat = node.type === 'float32';
  copyRun(f, i32(result), i32(start as number), sizeOf(node.shape));
  f.each(sizeOf(shapeOf(node, 1)) / depth, k => {
    const row = f.keep(I32, at(indices as number, i32Mul(k, i32(depth))));
    const place = placeOf(f, row, node.shape, depth);
    f.each(run, i => {
      const target = f.keep(I32, at(result, i32Add(place, i)));
      const update = at(updates as number, i32Add(i32Mul(k, i32(run)), i));
      f.emit(
        isFloat
          ? storeFloat(target, plain(0x92, loadFloat(target), loadFloat(update)))
          : store(target, i32Add(load(target), load(update))),
      );
    });
  });
}

/** Indices of the largest numbers of each row, in order. One that is taken is not asked again: it comes before the last one taken. */
function largest(f: FunctionBuilder, node: Node, [address]: readonly number[], result: number): void {
  const size = shapeOf(node, 0).at(-1) as number;
  const picks = node.shape.at(-1) as number;
  const isFloat = (node.operands[0] as Operand).node.type === 'float32';
  const read = isFloat ? loadFloat : load;
  const [greater, equal] = isFloat ? [0x5e, 0x5b] : [0x4a, 0x46];
  const best = f.local(I32);
  f.each(sizeOf(node.shape) / picks, row => {
    const number = (index: Code) => read(at(address as number, i32Add(i32Mul(row, i32(size)), index)));
    const taken = (k: Code) => load(at(result, i32Add(i32Mul(row, i32(picks)), k)));
    f.each(picks, k => {
      f.emit(set(best, i32(-1)));
      f.each(size, index => {
        const last = f.keep(I32, taken(plain(0x6b, k, plain(0x4a, k, i32(0)))));
        // Behind the last one: smaller, or equal and further back.
        const behind = plain(
          0x72,
          plain(greater, number(last), number(index)),
          plain(0x71, plain(equal, number(last), number(index)), plain(0x4a, index, last)),
        );
        f.when(plain(0x72, plain(0x45, k), behind), () => {
          const first = plain(0x48, get(best), i32(0));
          const position = i32Mul(get(best), plain(0x4e, get(best), i32(0)));
          f.when(plain(0x72, first, plain(greater, number(index), number(position))), () => f.emit(set(best, index)));
        });
      });
      f.emit(store(at(result, i32Add(i32Mul(row, i32(picks)), k)), get(best)));
    });
  });
}

const operators: Readonly<Record<string, Emit>> = {
  ArgMax: argument,
  ArgMin: argument,
  CumSum: runningSum,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherPlaces,
  ScatterND: scatterAdd,
  TopK: largest,
};
