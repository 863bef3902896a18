import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { attribute, type KernelCall } from './kernel.ts';

type Padding = 'valid' | 'same' | number | [[number, number], [number, number], [number, number], [number, number]];

/** Where a window lies over an image `[B, H, W, C]`. */
export interface Window {
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

export function convWindow(call: KernelCall, image: readonly number[], filter: readonly number[]): Window {
  return tf.backend_util.computeConv2DInfo(
    [...image] as [number, number, number, number],
    [...filter] as [number, number, number, number],
    attribute<number | [number, number]>(call, 'strides'),
    attribute<number | [number, number] | undefined>(call, 'dilations') ?? 1,
    attribute<Padding>(call, 'pad'),
    attribute<'floor' | undefined>(call, 'dimRoundingMode'),
  );
}

export function poolWindow(call: KernelCall, image: readonly number[]): Window {
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
export function extent(w: Window): [number, number] {
  return [
    (w.outHeight - 1) * w.strideHeight + (w.filterHeight - 1) * w.dilationHeight + 1,
    (w.outWidth - 1) * w.strideWidth + (w.filterWidth - 1) * w.dilationWidth + 1,
  ];
}

/** Pads or crops rows and columns of an image at its far edges, after padding the near ones. */
export function fit(b: GraphBuilder, x: Value, top: number, left: number, height: number, width: number, value = 0): Value {
  const [batch, h, w, channels] = x.shape as [number, number, number, number];
  const cropped = b.slice(x, [0, 0, 0, 0], [batch, Math.min(h, height - top), Math.min(w, width - left), channels]);
  const [ch, cw] = [cropped.shape[1] as number, cropped.shape[2] as number];
  return b.pad(cropped, [0, top, left, 0], [0, height - top - ch, width - left - cw, 0], value);
}

/**
 * For each place (i, j) of the window, the part of the image that it sees: filterHeight·filterWidth images
 * `[B, outHeight, outWidth, C]`.
 */
export function shifts(b: GraphBuilder, x: Value, w: Window, padding = 0): Value[] {
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
export function unshift(b: GraphBuilder, parts: readonly Value[], w: Window): Value {
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
export function crop(b: GraphBuilder, image: Value, w: Window): Value {
  const [batch, h, width, channels] = image.shape as [number, number, number, number];
  const { top, left } = w.padInfo;
  const inner = b.slice(
    image,
    [0, top, left, 0],
    [batch, Math.min(h, top + w.inHeight), Math.min(width, left + w.inWidth), channels],
  );
  return fit(b, inner, 0, 0, w.inHeight, w.inWidth);
}
