import * as tf from '@tensorflow/tfjs-core';

/** One tensor's share of a chain rule: receives dL/dy and the saved inputs, returns dL/dx for each input by name. */
export interface Gradient {
  readonly kernelName: string;
  readonly inputsToSave?: string[];
  /** For kernels that take a list of tensors. */
  readonly saveAllInputs?: boolean;
  readonly gradFunc: tf.GradFunc;
}

/** Gradient of y = f(x): `slope` returns dL/dx from x and dL/dy. */
export function unary(kernelName: string, slope: (x: tf.Tensor, dy: tf.Tensor, attrs: tf.NamedAttrMap) => tf.Tensor): Gradient {
  const gradFunc: tf.GradFunc = (dy, [x], attrs) => ({ x: () => slope(x, dy as tf.Tensor, attrs) });
  return { kernelName, inputsToSave: ['x'], gradFunc };
}

/** Gradient of y = f(x) where f is linear, so that nothing of x need be kept: `slope` returns dL/dx from dL/dy. */
export function linear(kernelName: string, slope: (dy: tf.Tensor, attrs: tf.NamedAttrMap) => tf.Tensor): Gradient {
  return { kernelName, gradFunc: (dy, _saved, attrs) => ({ x: () => slope(dy as tf.Tensor, attrs) }) };
}

/** Gradient of z = f(a, b) with broadcasting: each slope has the shape of dy and is summed to its operand's. */
export function binary(
  kernelName: string,
  slopeA: (a: tf.Tensor, b: tf.Tensor, dy: tf.Tensor) => tf.Tensor,
  slopeB: (a: tf.Tensor, b: tf.Tensor, dy: tf.Tensor) => tf.Tensor,
): Gradient {
  const gradFunc: tf.GradFunc = (dy, [a, b]) => ({
    a: () => sumToShape(slopeA(a, b, dy as tf.Tensor), a.shape),
    b: () => sumToShape(slopeB(a, b, dy as tf.Tensor), b.shape),
  });
  return { kernelName, inputsToSave: ['a', 'b'], gradFunc };
}

/** Gradient of y = f(x), elementwise, whose value is constant almost everywhere. */
export function flat(kernelName: string): Gradient {
  return linear(kernelName, dy => tf.zerosLike(dy));
}

/** Gradient of an operation on several tensors, or of one that changes the shape, whose value is constant almost everywhere. */
export function zero(kernelName: string, ...inputsToSave: string[]): Gradient {
  const gradFunc: tf.GradFunc = (_dy, saved) =>
    Object.fromEntries(inputsToSave.map((name, i) => [name, () => tf.zeros(saved[i].shape)]));
  return { kernelName, inputsToSave, gradFunc };
}

/** Undoes broadcasting: sums over the axes along which a tensor of `shape` was repeated. */
export function sumToShape(x: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, x.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(x, axes) : x, shape);
}

/** Axes that an attribute names, counted from the front. */
export function reducedAxes(axis: unknown, x: tf.Tensor): number[] {
  return tf.util.parseAxisParam(axis as number | number[], x.shape);
}
