import * as tf from '@tensorflow/tfjs';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { attribute, type KernelCall, type KernelTable } from './kernel.ts';
import { activate } from './linear.ts';

/**
 * Convolutions as matrix products of patches ("im2col"), in TensorFlow.js' own layout [B, H, W, C].
 *
 * ONNX Runtime's `Conv` has no gradient and is slow when weights change at each call. Here the forward pass, the gradient of
 * the filter and that of the image are one product each, and forward and filter gradient share the patches.
 */

type Padding = 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];

/** Where a window lies over an image `[B, H, W, C]`. */
interface Window {
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number };
}

function convWindow(call: KernelCall, image: readonly number[], filter: readonly number[]): Window {
  return tf.backend_util.computeConv2DInfo(
    [...image] as [number, number, number, number],
    [...filter] as [number, number, number, number],
    attribute<number | [number, number]>(call, 'strides'),
    attribute<number | [number, number] | undefined>(call, 'dilations') ?? 1,
    attribute<Padding>(call, 'pad'),
    attribute<'floor' | undefined>(call, 'dimRoundingMode'),
  );
}

function poolWindow(call: KernelCall, image: readonly number[]): Window {
  return tf.backend_util.computePool2DInfo(
    [...image] as [number, number, number, number],
    attribute<number | [number, number]>(call, 'filterSize'),
    attribute<number | [number, number]>(call, 'strides'),
    1,
    attribute<Padding>(call, 'pad'),
    attribute<'floor' | undefined>(call, 'dimRoundingMode'),
  );
}

/** Height and width of what the window touches, padding included. */
function extent(w: Window): [number, number] {
  return [
    (w.outHeight - 1) * w.strideHeight + (w.filterHeight - 1) * w.dilationHeight + 1,
    (w.outWidth - 1) * w.strideWidth + (w.filterWidth - 1) * w.dilationWidth + 1,
  ];
}

/** Pads or crops rows and columns of an image at its far edges, after padding the near ones. */
function fit(b: GraphBuilder, x: Value, top: number, left: number, height: number, width: number, value = 0): Value {
  const [batch, h, w, channels] = x.shape as [number, number, number, number];
  const cropped = b.slice(x, [0, 0, 0, 0], [batch, Math.min(h, height - top), Math.min(w, width - left), channels]);
  const [ch, cw] = [cropped.shape[1] as number, cropped.shape[2] as number];
  return b.pad(cropped, [0, top, left, 0], [0, height - top - ch, width - left - cw, 0], value);
}

/** For each place (i, j) of the window, the part of the image that it sees: filterHeight·filterWidth images `[B, outHeight, outWidth, C]`. */
function shifts(b: GraphBuilder, x: Value, w: Window, padding = 0): Value[] {
  const [height, width] = extent(w);
  const image = fit(b, x, w.padInfo.top, w.padInfo.left, height, width, padding);
  const [batch, , , channels] = image.shape as [number, number, number, number];
  const parts: Value[] = [];
  for (let i = 0; i < w.filterHeight; i++) {
    for (let j = 0; j < w.filterWidth; j++) {
      const [row, column] = [i * w.dilationHeight, j * w.dilationWidth];
      const end = [batch, row + (w.outHeight - 1) * w.strideHeight + 1, column + (w.outWidth - 1) * w.strideWidth + 1, channels];
      parts.push(b.slice(image, [0, row, column, 0], end, [1, w.strideHeight, w.strideWidth, 1]));
    }
  }
  return parts;
}

/** Adjoint of `shifts`: adds each part back where the window saw it. */
function unshift(b: GraphBuilder, parts: readonly Value[], w: Window): Value {
  const [height, width] = extent(w);
  let image: Value | undefined;
  for (const [k, part] of parts.entries()) {
    const [row, column] = [Math.floor(k / w.filterWidth) * w.dilationHeight, (k % w.filterWidth) * w.dilationWidth];
    const spread = fit(b, dilate(b, part, w.strideHeight, w.strideWidth), row, column, height, width);
    image = image ? b.add(image, spread) : spread;
  }
  return crop(b, image as Value, w);
}

/** Puts stride − 1 zeros after each row and column. */
function dilate(b: GraphBuilder, x: Value, strideHeight: number, strideWidth: number): Value {
  if (strideHeight === 1 && strideWidth === 1) return x;
  const [batch, h, w, channels] = x.shape as [number, number, number, number];
  const spaced = b.pad(
    b.reshape(x, [batch, h, 1, w, 1, channels]),
    [0, 0, 0, 0, 0, 0],
    [0, 0, strideHeight - 1, 0, strideWidth - 1, 0],
  );
  return b.reshape(spaced, [batch, h * strideHeight, w * strideWidth, channels]);
}

/** Takes the padding off an image in the window's frame and restores what lies beyond its reach as zeros. */
function crop(b: GraphBuilder, image: Value, w: Window): Value {
  const [batch, h, width, channels] = image.shape as [number, number, number, number];
  const { top, left } = w.padInfo;
  const inner = b.slice(
    image,
    [0, top, left, 0],
    [batch, Math.min(h, top + w.inHeight), Math.min(width, left + w.inWidth), channels],
  );
  return fit(b, inner, 0, 0, w.inHeight, w.inWidth);
}

/**
 * How a convolution is laid out as a product. When the stride divides the filter, blocks of stride × stride pixels are first
 * moved into the channels: the window then has stride 1 and far fewer, longer places to copy from (4 instead of 64 for 8×8/4).
 */
interface Layout {
  readonly window: Window;
  /** Block of pixels that became channels. */
  readonly block: readonly [number, number];
}

function layoutOf(w: Window): Layout {
  const [sh, sw] = [w.strideHeight, w.strideWidth];
  const divides = w.filterHeight % sh === 0 && w.filterWidth % sw === 0 && w.dilationHeight === 1 && w.dilationWidth === 1;
  if (!divides || (sh === 1 && sw === 1)) return { window: w, block: [1, 1] };
  const [height, width] = extent(w);
  return {
    block: [sh, sw],
    window: {
      ...w,
      inHeight: height / sh,
      inWidth: width / sw,
      strideHeight: 1,
      strideWidth: 1,
      filterHeight: w.filterHeight / sh,
      filterWidth: w.filterWidth / sw,
      padInfo: { top: 0, left: 0, bottom: 0, right: 0 },
    },
  };
}

function spaceToDepth(b: GraphBuilder, x: Value, w: Window, block: readonly [number, number]): Value {
  if (block[0] === 1 && block[1] === 1) return x;
  const [height, width] = extent(w);
  const image = fit(b, x, w.padInfo.top, w.padInfo.left, height, width);
  const [batch, , , channels] = image.shape as [number, number, number, number];
  const [rows, columns] = [height / block[0], width / block[1]];
  const blocks = b.transpose(b.reshape(image, [batch, rows, block[0], columns, block[1], channels]), [0, 1, 3, 2, 4, 5]);
  return b.reshape(blocks, [batch, rows, columns, block[0] * block[1] * channels]);
}

function depthToSpace(b: GraphBuilder, x: Value, w: Window, block: readonly [number, number], channels: number): Value {
  if (block[0] === 1 && block[1] === 1) return x;
  const [batch, rows, columns] = x.shape as [number, number, number];
  const pixels = b.transpose(b.reshape(x, [batch, rows, columns, block[0], block[1], channels]), [0, 1, 3, 2, 4, 5]);
  return crop(b, b.reshape(pixels, [batch, rows * block[0], columns * block[1], channels]), w);
}

/** `[B·outHeight·outWidth, filterHeight·filterWidth·C]`: what the filter sees, a row per place. */
function patches(b: GraphBuilder, x: Value, w: Window, layout: Layout): Value {
  const parts = shifts(b, spaceToDepth(b, x, w, layout.block), layout.window);
  const joined = b.concat(parts, 3);
  return b.reshape(joined, [(joined.shape[0] as number) * w.outHeight * w.outWidth, joined.shape[3] as number]);
}

/** Filter `[h, w, C, O]` as the matrix that patches are multiplied with. */
function filterMatrix(b: GraphBuilder, filter: Value, { window, block }: Layout): Value {
  const [h, w, channels, out] = filter.shape as [number, number, number, number];
  const split = b.reshape(filter, [window.filterHeight, block[0], window.filterWidth, block[1], channels, out]);
  return b.reshape(b.transpose(split, [0, 2, 1, 3, 4, 5]), [h * w * channels, out]);
}

function filterFromMatrix(b: GraphBuilder, matrix: Value, { window, block }: Layout, shape: readonly number[]): Value {
  const [, , channels, out] = shape as [number, number, number, number];
  const split = b.reshape(matrix, [window.filterHeight, window.filterWidth, block[0], block[1], channels, out]);
  return b.reshape(b.transpose(split, [0, 2, 1, 3, 4, 5]), shape);
}

function conv2d(call: KernelCall): Value {
  const b = call.builder;
  const [x, filter] = [call.inputs.x as Value, call.inputs.filter as Value];
  const w = convWindow(call, x.shape, filter.shape);
  const layout = layoutOf(w);
  const product = b.gemm(patches(b, x, w, layout), filterMatrix(b, filter, layout));
  return b.reshape(product, [x.shape[0] as number, w.outHeight, w.outWidth, filter.shape[3] as number]);
}

function conv2dBackpropFilter(call: KernelCall): Value {
  const b = call.builder;
  const [x, dy] = [call.inputs.x as Value, call.inputs.dy as Value];
  const shape = attribute<number[]>(call, 'filterShape');
  const w = convWindow(call, x.shape, shape);
  const layout = layoutOf(w);
  const places = b.reshape(dy, [(x.shape[0] as number) * w.outHeight * w.outWidth, shape[3] as number]);
  return filterFromMatrix(b, b.gemm(patches(b, x, w, layout), places, true, false), layout, shape);
}

function conv2dBackpropInput(call: KernelCall): Value {
  const b = call.builder;
  const [dy, filter] = [call.inputs.dy as Value, call.inputs.filter as Value];
  const imageShape = attribute<number[]>(call, 'inputShape');
  const w = convWindow(call, imageShape, filter.shape);
  const layout = layoutOf(w);
  const batch = imageShape[0] as number;
  const places = b.reshape(dy, [batch * w.outHeight * w.outWidth, filter.shape[3] as number]);
  const columns = b.gemm(places, filterMatrix(b, filter, layout), false, true);
  const count = layout.window.filterHeight * layout.window.filterWidth;
  const depth = (columns.shape[1] as number) / count;
  const joined = b.reshape(columns, [batch, w.outHeight, w.outWidth, count * depth]);
  const parts = Array.from({ length: count }, (_, k) =>
    b.slice(joined, [0, 0, 0, k * depth], [batch, w.outHeight, w.outWidth, (k + 1) * depth]),
  );
  return depthToSpace(b, unshift(b, parts, layout.window), w, layout.block, imageShape[3] as number);
}

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

export const convolution: KernelTable = {
  AvgPool: avgPool,
  AvgPoolGrad: avgPoolGrad,
  Conv2D: conv2d,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  Conv2DBackpropInput: conv2dBackpropInput,
  FusedConv2D: call => {
    const y = conv2d(call);
    const biased = call.inputs.bias ? call.builder.add(y, call.inputs.bias) : y;
    return activate(call.builder, biased, attribute<string | undefined>(call, 'activation'), call);
  },
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
};
