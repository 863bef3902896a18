import { expect, it, vi } from 'vitest';

/** Packages that were loaded, in their order. */
const { loaded, noting } = vi.hoisted(() => {
  const loaded: string[] = [];
  const noting = (name: string) => async (original: () => Promise<object>) => {
    loaded.push(name);
    return original();
  };
  return { loaded, noting };
});
vi.mock('@zpin/core', noting('core'));
vi.mock('@zpin/her', noting('her'));
vi.mock('@zpin/hrl', noting('hrl'));
vi.mock('@zpin/offline', noting('offline'));
vi.mock('@zpin/offpolicy', noting('offpolicy'));
vi.mock('@zpin/onpolicy', noting('onpolicy'));
vi.mock('@zpin/value-based', noting('value-based'));

it('a family is loaded when one of its algorithms is asked for, and not before', async () => {
  const { algorithmIds, loadAlgorithm } = await import('../src/catalog.ts');
  expect(algorithmIds.length).toBeGreaterThan(35);
  expect(loaded).toEqual([]);
  await loadAlgorithm('q-learning');
  expect(loaded).toEqual(['value-based', 'core']);
  await loadAlgorithm('rainbow');
  expect(loaded).toEqual(['value-based', 'core']);

  await import('../src/index.ts');
  expect(loaded).toEqual(['value-based', 'core', 'her']);
  const { train } = await import('../src/index.ts');
  (await train('q-learning', 'FrozenLake-v1', { steps: 20 })).dispose();
  expect(loaded).toEqual(['value-based', 'core', 'her']);
  await loadAlgorithm('ppo');
  expect(loaded).toEqual(['value-based', 'core', 'her', 'onpolicy']);
  await loadAlgorithm('bc');
  // Offline actor-critics are built on those that play.
  expect(loaded.slice(4).sort()).toEqual(['offline', 'offpolicy']);
});
