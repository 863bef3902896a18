import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createEngine } from '../create-engine.ts';
import { program } from '../program.ts';
import { record } from '../recording/recorder.ts';
import { Store } from '../store.ts';
import { gatherPatches } from './gather-patches.ts';
import { lowerToOnnx } from './onnx-lowering.ts';

type Run = (x: tf.Tensor4D) => tf.Tensor;

/** Operators of the model of a function of an image `[2, 6, 6, 4]`. */
function operators(run: Run): string[] {
  const specs = { x: { shape: [2, 6, 6, 4], type: 'float32' } } as const;
  const { inputs, outputs, builder } = record('test', specs, ({ x }) => ({ y: run(x as tf.Tensor4D) }));
  return lowerToOnnx('test', inputs, gatherPatches(builder, outputs)).nodes.map(({ operator }) => operator);
}

const part = (x: tf.Tensor4D, row: number, column: number, channels: readonly [number, number] = [0, 4]) =>
  tf.slice(x, [0, row, column, channels[0]], [2, 3, 3, channels[1]]);

it('lays out the window of a convolution by one operator, for its filter and its gradient', () => {
  const filter = (x: tf.Tensor4D) => tf.reshape(tf.slice(x, [0, 0, 0, 0], [1, 3, 3, 4]), [3, 3, 4, 1]) as tf.Tensor4D;
  const convolve = (image: tf.Tensor, f: tf.Tensor) => tf.conv2d(image as tf.Tensor4D, f as tf.Tensor4D, 1, 'valid');
  const both: Run = x => tf.grad(f => tf.sum(convolve(x, f)))(filter(x));
  expect(operators(x => convolve(x, filter(x)))).not.toContain('Concat');
  expect(operators(both).filter(operator => operator === 'Gather')).toHaveLength(1);
});

it('leaves alone what is no window over one image', () => {
  expect(operators(x => tf.concat([part(x, 0, 0), part(tf.exp(x), 1, 1)], 3))).toContain('Concat');
  expect(operators(x => tf.concat([part(x, 0, 0, [0, 2]), part(x, 1, 1, [2, 2])], 3))).toContain('Concat');
  expect(operators(x => tf.concat([part(x, 0, 0), part(x, 1, 1)], 2))).toContain('Concat');
  expect(operators(x => tf.concat([tf.slice(x, 0, 1), tf.slice(x, 1, 1)], 3))).toContain('Concat');
  expect(operators(x => tf.concat([part(x, 0, 0), part(x, 1, 1)], 3))).toEqual(['Reshape', 'Gather', 'Reshape']);
});

it('gathers rows and columns from where they begin, with the steps between them', async () => {
  const call = program(new Store(await createEngine('onnx'), {}), {
    name: 'window',
    inputs: { x: [1, 4, 5, 2] },
    run: (_, { x }) => {
      const places = [
        tf.stridedSlice(x, [0, 0, 0, 0], [1, 4, 5, 2], [1, 2, 3, 1]),
        tf.stridedSlice(x, [0, 1, 1, 0], [1, 4, 5, 2], [1, 2, 3, 1]),
      ];
      return { outputs: { window: tf.concat(places, 3) } };
    },
  });
  // Channels of the pixel in row r and column c are 100 + 10 r + c and its negative.
  const x = Float32Array.from(
    { length: 40 },
    (_, i) => (100 + 10 * Math.floor(i / 10) + (Math.floor(i / 2) % 5)) * (i % 2 ? -1 : 1),
  );
  const window = (await call({ x })).outputs.window;
  expect(Array.from(window)).toEqual(
    [
      [100, -100, 111, -111],
      [103, -103, 114, -114],
      [120, -120, 131, -131],
      [123, -123, 134, -134],
    ].flat(),
  );
});
