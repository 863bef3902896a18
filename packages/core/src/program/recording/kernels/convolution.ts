import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { attribute, type KernelCall, type KernelTable } from './kernel.ts';
import { activate } from './linear.ts';
import { convWindow, crop, extent, fit, shifts, unshift, type Window } from './window.ts';

/**
 * Convolutions as matrix products of patches ("im2col"), in TensorFlow.js' own layout [B, H, W, C].
 *
 * ONNX Runtime's `Conv` has no gradient and is slow when weights change at each call. Here the forward pass, the gradient of
 * the filter and that of the image are one product each, and forward and filter gradient share the patches.
 */

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

export const convolution: KernelTable = {
  Conv2D: conv2d,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  Conv2DBackpropInput: conv2dBackpropInput,
  FusedConv2D: call => {
    const y = conv2d(call);
    const biased = call.inputs.bias ? call.builder.add(y, call.inputs.bias) : y;
    return activate(call.builder, biased, attribute<string | undefined>(call, 'activation'), call);
  },
};
