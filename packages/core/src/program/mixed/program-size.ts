import type { ProgramSource } from '../engine.ts';
import { operation, reachable, sizeOf, type Value } from '../recording/graph.ts';
import { lowerProgram } from '../wasm/build-program.ts';

/** What a program asks of an engine. */
export interface ProgramSize {
  /** Floating-point operations of its matrix products, those of convolutions among them. */
  readonly productOperations: number;
  /** Operations of its graph that compute something. */
  readonly nodes: number;
}

/** What only names the same numbers otherwise. */
const VIEWS = new Set(['Reshape', 'Transpose', 'Expand', 'Slice']);

/** Counts the work behind the values. */
export function sizeOfGraph(values: readonly Value[]): ProgramSize {
  let [productOperations, nodes] = [0, 0];
  for (const value of reachable(values)) {
    if (value.source.kind !== 'operation' || VIEWS.has(value.source.operator)) continue;
    nodes++;
    const product = operation(value, 'MatMul') ?? operation(value, 'Gemm');
    if (!product) continue;
    const inner = product.inputs[0]?.shape.at(product.attributes.transA ? -2 : -1) as number;
    productOperations += 2 * inner * sizeOf(value.shape);
  }
  return { productOperations, nodes };
}

/** Records a program, and counts its work as `createEngine('auto')` weighs it. */
export function programSize(source: ProgramSource): ProgramSize {
  return sizeOfGraph(lowerProgram(source).values);
}
