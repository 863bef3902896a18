import { sizeOf } from '../recording/graph.ts';

/**
 * Handing one tensor to ONNX Runtime costs about a microsecond, a slice inside the graph a tenth of that. Float inputs,
 * outputs and state vectors of up to this many numbers therefore travel together in one tensor.
 */
const PACKED_SIZE = 2048;

export function isPacked(type: string, shape: readonly number[]): boolean {
  return type === 'float32' && sizeOf(shape) <= PACKED_SIZE;
}

/** Place of a port in the packed tensor. */
export interface Part<Port> {
  readonly port: Port;
  readonly offset: number;
  readonly size: number;
  readonly shape: readonly number[];
}

/** Places one behind the other. */
export function layOut<Port>(parts: readonly { readonly port: Port; readonly shape: readonly number[] }[]): Part<Port>[] {
  let offset = 0;
  return parts.map(({ port, shape }) => {
    const part = { port, shape, size: sizeOf(shape), offset };
    offset += part.size;
    return part;
  });
}

export function totalSize(parts: readonly Part<unknown>[]): number {
  return parts.reduce((sum, part) => sum + part.size, 0);
}
