import { type BoxSpace, box, describeSpace, dict, discrete, flatLayout, tuple } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { probe } from '../../test/probe-env.ts';
import { ChannelsLast } from './channels-last.ts';
import { FrameStack } from './frame-stack.ts';
import { GrayscaleObservation } from './grayscale-observation.ts';
import { ResizeObservation } from './resize-observation.ts';

describe('wrappers of pictures', () => {
  it('ChannelsLast turns pictures at any depth, and nothing else', () => {
    const first = [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16];
    const last = [1, 11, 2, 12, 3, 13, 4, 14, 5, 15, 6, 16];
    const picture = { low: 0, dtype: 'uint8' } as const;
    const eye = box({ ...picture, high: first, shape: [2, 3, 2] });
    const wide = box({ ...picture, high: first, shape: [1, 3, 4] });
    const tall = box({ ...picture, high: first, shape: [2, 2, 3] });
    for (const space of [discrete(2), eye, tall, box({ low: 0, high: 1, shape: [12] })]) {
      expect(() => new ChannelsLast(probe(() => 0, { observationSpace: space }))).toThrow(/\[channels, height, width\]/);
    }
    const observationSpace = dict({ a: discrete(3), b: tuple([wide, box({ ...picture, high: first, shape: [2, 3, 2] })]) });
    const env = new ChannelsLast(
      probe(t => ({ a: t, b: [Uint8Array.from(first), Uint8Array.from(first)] }), { observationSpace }),
    );
    expect(env.reset().obs).toEqual({ a: 0, b: [Uint8Array.from(first), Uint8Array.from(first)] });
    expect(flatLayout(env.spec.observationSpace).map(({ space }) => describeSpace(space))).toEqual([
      'Discrete(3)',
      'Box([3, 4, 1], uint8)',
      'Box([2, 3, 2], uint8)',
    ]);
    const two = box({ ...picture, high: [...first, ...first], shape: [2, 3, 4] });
    const turned = new ChannelsLast(probe(() => Uint8Array.from([...first, ...last]), { observationSpace: two }));
    expect(turned.spec.observationSpace).toMatchObject({ shape: [3, 4, 2] });
    expect([...(turned.step(0).obs as Uint8Array)]).toEqual(first.flatMap((x, i) => [x, last[i]]));
    expect([...(turned.spec.observationSpace as BoxSpace).high]).toEqual(first.flatMap(x => [x, x]));
  });

  it('GrayscaleObservation weighs colours as the eye does, at any depth', () => {
    const observationSpace = tuple([discrete(9), box({ low: 0, high: 255, shape: [2, 2, 3], dtype: 'uint8' })]);
    // Red, green, blue, white.
    const colours = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
    const env = new GrayscaleObservation(probe(t => [t, colours], { observationSpace }));
    expect(env.spec.observationSpace).toEqual(tuple([discrete(9), box({ low: 0, high: 255, shape: [2, 2, 1], dtype: 'uint8' })]));
    expect(env.spec.wrappers).toEqual(['grayscale']);
    env.reset();
    expect(env.step(0).obs).toEqual([1, Uint8Array.of(76, 150, 29, 255)]);
  });

  it('ResizeObservation averages the area that each pixel covers, channel by channel', () => {
    const picture = (shape: number[], pixels: number[]) =>
      probe(() => Uint8Array.from(pixels), { observationSpace: box({ low: 0, high: 255, shape, dtype: 'uint8' }) });
    const env = new ResizeObservation(picture([2, 4, 2], [0, 9, 2, 9, 8, 7, 8, 5, 4, 9, 6, 9, 8, 3, 8, 1]), 1, 2);
    expect(env.spec.observationSpace).toEqual(box({ low: 0, high: 255, shape: [1, 2, 2], dtype: 'uint8' }));
    expect(env.reset().obs).toEqual(Uint8Array.of(3, 9, 8, 4));
    // Each of 2 x 2 covers one whole pixel of 3 x 3, halves of two, and a quarter of the middle: (4 a + 2 b + 2 c + d) / 9.
    const thirds = new ResizeObservation(picture([3, 3], [9, 0, 18, 0, 90, 0, 27, 0, 36]), 2);
    expect(thirds.reset().obs).toEqual(Uint8Array.of(14, 18, 22, 26));
    expect(thirds.spec).toMatchObject({ observationSpace: { shape: [2, 2] }, wrappers: ['resize:2:2'] });
    expect(() => new ResizeObservation(picture([3, 64, 64], []), 32)).toThrow(/by the wrapper channels-last/);
  });

  it('FrameStack puts the oldest first: vectors one after the other, pictures by channel', () => {
    const env = new FrameStack(
      probe(t => Float32Array.of(t, 10 * t), { observationSpace: box({ low: 0, high: [1, 10] }) }),
      3,
    );
    expect(env.spec.observationSpace).toEqual(box({ low: 0, high: [1, 10, 1, 10, 1, 10] }));
    expect([...env.reset().obs]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...env.step(0).obs]).toEqual([0, 0, 0, 0, 1, 10]);
    expect([...env.step(0).obs]).toEqual([0, 0, 1, 10, 2, 20]);
    const space = box({ low: 0, high: 255, shape: [2, 1, 2], dtype: 'uint8' });
    const pictures = new FrameStack(
      probe(t => Uint8Array.of(t, t + 10, t + 20, t + 30), { observationSpace: space }),
      2,
    );
    expect(pictures.spec.observationSpace).toMatchObject({ shape: [2, 1, 4], dtype: 'uint8' });
    pictures.reset();
    expect([...pictures.step(0).obs]).toEqual([0, 10, 1, 11, 20, 30, 21, 31]);
    const grey = new FrameStack(
      probe(t => Uint8Array.of(t, t + 10), { observationSpace: box({ low: 0, high: 255, shape: [1, 2], dtype: 'uint8' }) }),
      2,
    );
    grey.reset();
    expect([...grey.step(0).obs]).toEqual([0, 1, 10, 11]);
    expect(grey.spec.observationSpace).toMatchObject({ shape: [1, 2, 2] });
    // Four bytes are moved as one number.
    const four = new FrameStack(
      probe(t => Uint8Array.of(t + 250, t), { observationSpace: box({ low: 0, high: 255, shape: [1, 2], dtype: 'uint8' }) }),
      4,
    );
    expect([...four.reset().obs]).toEqual([250, 250, 250, 250, 0, 0, 0, 0]);
    for (let t = 1; t < 4; t++) four.step(0);
    expect([...four.step(0).obs]).toEqual([251, 252, 253, 254, 1, 2, 3, 4]);
  });

  it('FrameStack refuses pictures whose channels come first', () => {
    const observationSpace = box({ low: 0, high: 255, shape: [1, 84, 84], dtype: 'uint8' });
    expect(
      () =>
        new FrameStack(
          probe(() => 0, { observationSpace }),
          2,
        ),
    ).toThrow(/must have the axes \[height, width, channels\]/);
  });
});
