import type { Value } from '../graph.ts';
import type { KernelCall, KernelTable } from './kernel.ts';
import { poolWindow, shifts, unshift, type Window } from './window.ts';

function maxPool(call: KernelCall): Value {
  const b = call.builder;
  const x = call.inputs.x as Value;
  return shifts(b, x, poolWindow(call, x.shape), Number.NEGATIVE_INFINITY).reduce((best, part) => b.binary('Max', best, part));
}

/** The gradient goes to the first place of the window that holds the maximum. */
function maxPoolGrad(call: KernelCall): Value {
  const b = call.builder;
  const [dy, x] = [call.inputs.dy as Value, call.inputs.input as Value];
  const w = poolWindow(call, x.shape);
  const parts = shifts(b, x, w, Number.NEGATIVE_INFINITY);
  const best = parts.reduce((most, part) => b.binary('Max', most, part));
  let free: Value | undefined;
  const gradients = parts.map(part => {
    const equal = b.binary('Equal', part, best);
    const hit = free ? b.binary('And', equal, free, 'bool') : equal;
    const miss = b.unary('Not', equal, 'bool');
    free = free ? b.binary('And', free, miss, 'bool') : miss;
    return b.mul(dy, b.cast(hit, 'float32'));
  });
  return unshift(b, gradients, w);
}

/** How many pixels of the image, padding left out, each window covers: `[1, outHeight, outWidth, 1]`. */
function coverage(w: Window): { data: Float32Array; shape: number[] } {
  const data = new Float32Array(w.outHeight * w.outWidth);
  for (let r = 0; r < w.outHeight; r++) {
    for (let c = 0; c < w.outWidth; c++) {
      const top = r * w.strideHeight - w.padInfo.top;
      const left = c * w.strideWidth - w.padInfo.left;
      const rows = Math.min(w.inHeight, top + w.filterHeight) - Math.max(0, top);
      const columns = Math.min(w.inWidth, left + w.filterWidth) - Math.max(0, left);
      data[r * w.outWidth + c] = rows * columns;
    }
  }
  return { data, shape: [1, w.outHeight, w.outWidth, 1] };
}

function avgPool(call: KernelCall): Value {
  const b = call.builder;
  const x = call.inputs.x as Value;
  const w = poolWindow(call, x.shape);
  const { data, shape } = coverage(w);
  return b.div(
    shifts(b, x, w).reduce((sum, part) => b.add(sum, part)),
    b.constant(data, shape, 'float32'),
  );
}

/** As TensorFlow.js' kernel: every place of the window gets an equal share. */
function avgPoolGrad(call: KernelCall): Value {
  const b = call.builder;
  const [dy, x] = [call.inputs.dy as Value, call.inputs.input as Value];
  const w = poolWindow(call, x.shape);
  const share = b.div(dy, b.scalar(w.filterHeight * w.filterWidth));
  return unshift(
    b,
    Array.from({ length: w.filterHeight * w.filterWidth }, () => share),
    w,
  );
}

export const pooling: KernelTable = {
  AvgPool: avgPool,
  AvgPoolGrad: avgPoolGrad,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
};
