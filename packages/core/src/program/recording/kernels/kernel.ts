import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';

/** One call of a TensorFlow.js kernel, as it is recorded. */
export interface KernelCall {
  readonly inputs: Readonly<Record<string, Value>>;
  /** The kernel's own attributes; TensorFlow.js does not type them. */
  readonly attributes: Readonly<Record<string, never>>;
  readonly builder: GraphBuilder;
}

/** Writes a kernel call as operations of the graph. */
export type Kernel = (call: KernelCall) => Value | Value[];

export type KernelTable = Readonly<Record<string, Kernel>>;

/** An attribute with its type. */
export function attribute<T>(call: KernelCall, name: string): T {
  return call.attributes[name] as T;
}

/** Axes counted from the front, in order; every axis when none is given. */
export function normalizeAxes(axes: number | readonly number[] | null | undefined, rank: number): number[] {
  const list = axes == null ? Array.from({ length: rank }, (_, axis) => axis) : typeof axes === 'number' ? [axes] : [...axes];
  return list.map(axis => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
}
