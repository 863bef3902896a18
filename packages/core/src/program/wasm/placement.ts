import type { Code, FunctionBuilder } from '@zpin/contracts/webassembly';
import { splatCode } from './elementwise.ts';
import { emitNest, type Stream } from './nest.ts';
import type { Node, Operand } from './node.ts';
import { contiguous, sliced, type View } from './view.ts';

/** How an operand is read in a nest. */
export type StreamOf = (operand: Operand, view: View) => Stream;

/** Operators that lay arrays into a larger one: `Concat`, `Pad`, `Tile`. */
export function emitPlacement(f: FunctionBuilder, node: Node, streamOf: StreamOf, result: number): void {
  const whole = contiguous(node.shape);
  const target = (view: View): Stream => ({
    address: result + 4 * view.offset,
    strides: view.strides,
    bytes: 4,
    type: node.type,
  });
  const copy = (operand: Operand, view: View, to: View) => {
    const { leaf } = operand.node;
    if (leaf?.kind === 'splat') fill(splatCode(leaf.value, node.type), to);
    else emitNest(f, to.shape, [streamOf(operand, view), target(to)], cursor => cursor.store(1, cursor.load(0)));
  };
  const fill = (value: Code, to: View) => emitNest(f, to.shape, [target(to)], cursor => cursor.store(0, value));
  const steps = node.shape.map(() => 1);

  if (node.operator === 'Concat') {
    const axis = node.attributes.axis as number;
    let start = 0;
    for (const operand of node.operands) {
      const begin = node.shape.map((_, k) => (k === axis ? start : 0));
      copy(operand, operand.view, sliced(whole, begin, steps, operand.view.shape));
      start += operand.view.shape[axis] as number;
    }
  } else if (node.operator === 'Pad') {
    const [inner, border] = node.operands as [Operand, Operand];
    const amounts = node.attributes.amounts as readonly number[];
    copy(border, { ...border.view, shape: node.shape, strides: steps.map(() => 0) }, whole);
    copy(inner, inner.view, sliced(whole, amounts.slice(0, node.shape.length), steps, inner.view.shape));
  } else {
    // Tile: each axis as repetitions of itself.
    const [operand] = node.operands as [Operand];
    const { shape, strides, offset } = operand.view;
    const split = shape.flatMap((size, axis) => [(node.shape[axis] as number) / size, size]);
    const view = { shape: split, offset, strides: strides.flatMap(stride => [0, stride]) };
    copy(operand, view, contiguous(split));
  }
}
