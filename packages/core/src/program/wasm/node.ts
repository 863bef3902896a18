import type { Attribute, ElementArray, ElementType } from '../recording/graph.ts';
import type { View } from './view.ts';

/** Where numbers of a leaf lie: at a place that is known when a program is compiled. */
export type Leaf =
  | { readonly kind: 'state'; readonly vector: string }
  | { readonly kind: 'given'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: ElementArray }
  | { readonly kind: 'splat'; readonly value: number };

/** How an operator is carried out. */
export type Kind = 'elementwise' | 'product' | 'reduction' | 'placement' | 'indexing';

/**
 * Something that lies in memory, or in the registers of one loop: a leaf, or what an operation makes. Inside a module all
 * integers have 32 bits, and a truth value is 32 ones or 32 zeros.
 */
export interface Node {
  readonly id: number;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly leaf: Leaf | null;
  readonly kind: Kind | null;
  readonly operator: string;
  readonly operands: readonly Operand[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A node as an operation sees it, through slices, transposes and broadcasts that are never carried out. */
export interface Operand {
  readonly node: Node;
  readonly view: View;
}

/** Bytes of one number in memory: what a caller gives as bytes stays so. */
export function bytesPerNumber({ type, leaf }: Node): 1 | 4 {
  return leaf?.kind === 'given' && (type === 'bool' || type === 'uint8') ? 1 : 4;
}
