import type { AnyAlgorithm, Preset } from './algorithm.ts';

/**
 * The preset of an algorithm for an environment: the environment's own, else that of its family, which goes by the beginning of the ids
 * and a star, such as `Atari/*`; `undefined` where there is neither.
 */
export function presetOf(algorithm: Pick<AnyAlgorithm, 'presets'>, envId: string): Preset | undefined {
  const { presets } = algorithm;
  if (Object.hasOwn(presets, envId)) return presets[envId];
  const family = Object.keys(presets).find(name => isFamily(name) && envId.startsWith(name.slice(0, -1)));
  return family === undefined ? undefined : presets[family];
}

/** Whether a name of a preset is of a family of environments, and not of one. */
export function isFamily(name: string): boolean {
  return name.endsWith('*');
}
