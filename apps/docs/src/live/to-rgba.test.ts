import { expect, test } from 'vitest';
import { toRgba } from './to-rgba.ts';

test('pixels get an opaque fourth channel', () => {
  const data = Uint8ClampedArray.of(1, 2, 3, 4, 5, 6);
  const { pixels, width, height } = toRgba({ width: 2, height: 1, data });
  expect([width, height]).toEqual([2, 1]);
  expect([...pixels]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
});
