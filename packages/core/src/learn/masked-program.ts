import { type InputShape, uint8 } from '../program/program.ts';

/** A program with and without a mask of legal actions; which one is used depends on the environment. */
export interface MaskedProgram<P> {
  /** The program that takes `mask`, if there is one. */
  for(mask: Uint8Array | undefined): P;
  dispose(): void;
}

/**
 * Both forms of a program. A program that is never called is never compiled.
 * @param maskSize actions that can be masked (A); 0 where masks have no meaning
 * @param make makes the program with the given additional inputs: none, or `mask` `[B, A]`
 */
export function maskedProgram<P extends { dispose(): void }>(
  maskSize: number,
  make: (mask: { mask?: InputShape }) => P,
): MaskedProgram<P> {
  const plain = make({});
  const masked = make({ mask: uint8(['batch', Math.max(1, maskSize)]) });
  return {
    for: mask => (mask ? masked : plain),
    dispose() {
      plain.dispose();
      masked.dispose();
    },
  };
}
