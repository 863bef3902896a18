import type { ProgramSize } from './program-size.ts';

/**
 * Operations in matrix products per node of the graph up to which WebAssembly is faster: ONNX Runtime multiplies two to four times
 * as fast, but takes half a microsecond or more for each node. `benchmarks/results/engine-choice.md` has the measurements.
 */
const LARGEST = 70_000;

/** The rule in words. */
export const RULE = `WebAssembly up to ${LARGEST.toLocaleString('en')} operations per node`;

export function chooseEngine({ productOperations, nodes }: ProgramSize): 'onnx' | 'wasm' {
  return productOperations <= LARGEST * nodes ? 'wasm' : 'onnx';
}
