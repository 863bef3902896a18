import * as tf from '@tensorflow/tfjs-core';
import type { Gradient } from './gradient.ts';
import { withoutGradient } from './stop-gradient.ts';

function poolInfo(shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: tf.NamedAttrMap) {
  return tf.backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize as [number, number],
    strides as [number, number],
    1,
    pad as 'valid' | 'same' | number,
    dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined,
  );
}

/**
 * Of each pooling window of `x` the elements at one place of the window, `[B, outHeight, outWidth, C]`; one tensor for each
 * place, row by row. Places beyond the border read `border`.
 */
function windowPlaces(x: tf.Tensor, info: ReturnType<typeof poolInfo>, border: number): tf.Tensor[] {
  const { batchSize, inChannels, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info;
  const height = (outHeight - 1) * strideHeight + info.filterHeight;
  const width = (outWidth - 1) * strideWidth + info.filterWidth;
  const { top, left } = padInfo;
  const bottom = Math.max(height - top - info.inHeight, 0);
  const right = Math.max(width - left - info.inWidth, 0);
  const padded = tf.pad(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    border,
  );
  const places: tf.Tensor[] = [];
  for (let row = 0; row < info.filterHeight; row++) {
    for (let column = 0; column < info.filterWidth; column++) {
      const end = [batchSize, row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1, inChannels];
      places.push(tf.stridedSlice(padded, [0, row, column, 0], end, [1, strideHeight, strideWidth, 1]));
    }
  }
  return places;
}

/** Picks from `ddx` what the maxima of `x` pick from `x`; as in the forward pass the first of equal maxima counts. */
function gatherMaxima(ddx: tf.Tensor, x: tf.Tensor, y: tf.Tensor, info: ReturnType<typeof poolInfo>): tf.Tensor {
  const picked = withoutGradient(() => {
    let free = tf.onesLike(y);
    const masks = windowPlaces(x, info, Number.NEGATIVE_INFINITY).map(place => {
      const mask = tf.mul(free, tf.cast(tf.equal(place, y), 'float32'));
      free = tf.sub(free, mask);
      return mask;
    });
    return tf.stack(masks);
  });
  return tf.sum(tf.mul(tf.stack(windowPlaces(ddx, info, 0)), picked), 0);
}

const maxPool: Gradient = {
  kernelName: 'MaxPool',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => ({
    x: () => {
      const output = withoutGradient(() => tf.engine().runKernel<tf.Tensor>('MaxPool', { x }, attrs));
      return tf.engine().runKernel('MaxPoolGrad', { dy: dy as tf.Tensor, input: x, output }, attrs);
    },
  }),
};

const maxPoolBackprop: Gradient = {
  kernelName: 'MaxPoolGrad',
  inputsToSave: ['input', 'output'],
  gradFunc: (ddx, [input, output], attrs) => ({
    dy: () => gatherMaxima(ddx as tf.Tensor, input, output, poolInfo(input.shape, attrs)),
    input: () => tf.zeros(input.shape),
    output: () => tf.zeros(output.shape),
  }),
};

/**
 * Window size over the number of elements of the window that lie inside, `[1, outHeight, outWidth, 1]`: the mean of a window at
 * the border is over fewer elements, which the backward kernel of TensorFlow.js forgets. `null` where all windows are whole.
 */
function borderCorrection(info: ReturnType<typeof poolInfo>): tf.Tensor | null {
  const inside = (out: number, stride: number, window: number, before: number, size: number) =>
    Array.from({ length: out }, (_, i) => Math.min(i * stride - before + window, size) - Math.max(i * stride - before, 0));
  const rows = inside(info.outHeight, info.strideHeight, info.filterHeight, info.padInfo.top, info.inHeight);
  const columns = inside(info.outWidth, info.strideWidth, info.filterWidth, info.padInfo.left, info.inWidth);
  const ratios = rows.flatMap(r => columns.map(c => (info.filterHeight * info.filterWidth) / (r * c)));
  return ratios.every(ratio => ratio === 1) ? null : tf.tensor4d(ratios, [1, info.outHeight, info.outWidth, 1]);
}

const avgPool: Gradient = {
  kernelName: 'AvgPool',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => ({
    x: () => {
      const correction = borderCorrection(poolInfo(x.shape, attrs));
      const d = correction ? tf.mul(dy as tf.Tensor, correction) : (dy as tf.Tensor);
      return tf.engine().runKernel('AvgPoolGrad', { dy: d, input: x }, attrs);
    },
  }),
};

const avgPoolBackprop: Gradient = {
  kernelName: 'AvgPoolGrad',
  inputsToSave: ['input'],
  gradFunc: (ddx, [input], attrs) => ({
    dy: () => {
      const correction = borderCorrection(poolInfo(input.shape, attrs));
      const mean = tf.engine().runKernel<tf.Tensor>('AvgPool', { x: ddx as tf.Tensor }, attrs);
      return correction ? tf.div(mean, correction) : mean;
    },
    input: () => tf.zeros(input.shape),
  }),
};

export const poolingGradients: readonly Gradient[] = [maxPool, maxPoolBackprop, avgPool, avgPoolBackprop];
