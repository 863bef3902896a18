import { box, dict, discrete, type EnvSpec, type Space } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { flattenedPictures } from './flattened-pictures.ts';

const warningsOf = (observationSpace: Space, hiddenSizes = [64, 32]) => {
  const spec: EnvSpec = {
    id: 'Eye-v0',
    observationSpace,
    actionSpace: discrete(2),
    maxEpisodeSteps: null,
    rewardThreshold: null,
  };
  return flattenedPictures(spec, hiddenSizes);
};
const bytes = (shape: number[]) => box({ low: 0, high: 255, shape, dtype: 'uint8' });

it('names pictures that a perceptron reads, with the weights of its first layer', () => {
  expect(warningsOf(dict({ eye: bytes([4, 30, 30, 3]), x: discrete(9) }))).toEqual([
    'Eye-v0: the part "eye" of the observation, Box([4, 30, 30, 3], uint8), looks like a picture but is read by a multi-layer ' +
      'perceptron, with 691,200 weights in its first layer. Show it as [height, width, channels], so that convolutions read it.',
  ]);
  expect(warningsOf(bytes([84 * 84]))).toHaveLength(1);
  expect(warningsOf(box({ low: 0, high: 1, shape: [2, 500] }))).toHaveLength(1);
  expect(warningsOf(box({ low: 0, high: 1, shape: [7056] }), [])).toEqual([]);
});

it('says nothing of pictures that convolutions read, nor of vectors', () => {
  for (const space of [
    bytes([84, 84, 4]),
    bytes([84, 84]),
    bytes([128]),
    box({ low: -9, high: 9, shape: [376] }),
    discrete(5000),
  ]) {
    expect(warningsOf(space)).toEqual([]);
  }
});
