import { expect, test } from 'vitest';
import { darkSvg } from './dark-svg.ts';

test('a picture on white becomes one on a dark page', () => {
  expect(darkSvg('x', '<rect fill="#FFFFFF"/><text fill="#24292f">#1 of 2</text>')).toBe(
    '<rect fill="#1b1b1f"/><text fill="#dfdfd6">#1 of 2</text>',
  );
  expect(() => darkSvg('x.svg', '<rect fill="#123456"/>')).toThrow('x.svg must have known colours, got #123456');
});
