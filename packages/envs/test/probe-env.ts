import { box, type EnvSpec, type SpaceValue } from '@zpin/contracts';
import type { AnyEnv } from '../src/env-entry.ts';

/** Shows what it was given: `obs` of the time step, and the last action in `info`. */
export function probe(obs: (t: number) => SpaceValue, changes: Partial<EnvSpec> = {}): AnyEnv {
  let t = 0;
  const spec: EnvSpec = {
    id: 'Probe-v0',
    observationSpace: box({ low: 0, high: 99 }),
    actionSpace: box({ low: [-2, 0], high: [2, 10] }),
    maxEpisodeSteps: 4,
    rewardThreshold: null,
  };
  return {
    spec: { ...spec, ...changes },
    reset: () => {
      t = 0;
      return { obs: obs(0), info: {} };
    },
    step: action => {
      t++;
      return { obs: obs(t), reward: t, terminated: false, truncated: t === 4, info: { action: structuredClone(action) } };
    },
  };
}

/** An observation of one number, the time step. */
export const scalar = (t: number) => Float32Array.of(t);
