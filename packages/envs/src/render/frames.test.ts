import type { BoxSpace, Space, SpaceValue } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { listEnvs, loadEnv, makeEnv } from '../registry.ts';
import { FrozenLake } from '../tabular/frozen-lake.ts';

describe('render', () => {
  it.each(listEnvs().map(({ spec, requires }): [string, number] => [spec.id, requires ? 6 : 30]))(
    '%s shows a picture that changes within %i steps',
    async (id, steps) => {
      await loadEnv(id);
      const env = makeEnv(id);
      const pictures = new Set<string>();
      env.reset({ seed: 1 });
      for (let t = 0; t < steps; t++) {
        const frame = env.render?.();
        if (!frame) break;
        expect(frame.data).toHaveLength(frame.width * frame.height * 3);
        pictures.add(String.fromCharCode(...frame.data.filter((_, i) => i % 97 === 0)));
        const { terminated, truncated } = env.step(strong(env.spec.actionSpace, t));
        if (terminated || truncated) env.reset();
      }
      expect(pictures.size).toBeGreaterThan(1);
    },
  );

  it('draws grids as text', () => {
    const env = new FrozenLake(undefined, { isSlippery: false });
    env.reset({ seed: 0 });
    env.step(2);
    expect(env.renderText()).toBe('S@FF\nFHFH\nFFFH\nHFFG');
  });
});

/** The choice whose turn it is, or as much of a number as there can be. */
function strong(space: Space, t: number): SpaceValue {
  if (space.type === 'discrete') return t % space.n;
  if (space.type === 'dict') return Object.fromEntries(Object.entries(space.spaces).map(([key, part]) => [key, strong(part, t)]));
  return Float32Array.from((space as BoxSpace).high);
}
