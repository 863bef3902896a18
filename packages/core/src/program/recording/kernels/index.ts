import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { indexing } from './indexing.ts';
import type { KernelTable } from './kernel.ts';
import { linear } from './linear.ts';
import { pooling } from './pooling.ts';
import { reduction } from './reduction.ts';
import { shape } from './shape.ts';

export type { Kernel } from './kernel.ts';

/** Every TensorFlow.js kernel that has a compiled form. */
export const kernels: KernelTable = {
  ...elementwise,
  ...reduction,
  ...shape,
  ...indexing,
  ...linear,
  ...convolution,
  ...pooling,
};
