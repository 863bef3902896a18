import type { AgentState, Rng, RngState } from '@zpin/contracts';
import type { Stateful } from '@zpin/core';

/** Noise for exploration with a scale of 1; the algorithm multiplies it by its σ. */
export interface ActionNoise {
  /**
   * Writes the noise of the next step into `out` `[N, K]`, row by row the copies of the environment, and returns it.
   * @param start `[N]`: 1 where an episode begins with this step; omitted: nowhere
   */
  next(out: Float32Array, start?: Uint8Array): Float32Array;
  /** What the noise remembers from step to step. */
  state(): AgentState;
  restore(state: AgentState): void;
}

/** Independent standard normal numbers. */
export function gaussianNoise(rng: Rng): ActionNoise {
  return { next: out => rng.standardNormalInto(out), state: () => ({}), restore: () => {} };
}

export interface OrnsteinUhlenbeckOptions {
  readonly rng: Rng;
  /** How fast noise falls back to 0, per unit of time (θ), in (0, 1 / `timeStep`]. */
  readonly theta: number;
  /** Time between two steps (Δt): the smaller, the longer noise keeps its sign. */
  readonly timeStep: number;
}

/**
 * Noise that is like that of the step before (Uhlenbeck & Ornstein 1930; in DDPG: Lillicrap et al. 2016, §3):
 *
 *     x ← x − θ x Δt + √Δt ε,  ε ~ N(0, 1)
 *
 * Each episode begins a process of its own (algorithm 1 there), in its stationary distribution N(0, 1 / (2 θ − θ² Δt)). The paper
 * leaves the beginning open, and implementations begin at 0. With a small Δt that would take hundreds of steps to leave 0: an
 * episode would be over before it explored.
 */
export function ornsteinUhlenbeckNoise({ rng, theta, timeStep }: OrnsteinUhlenbeckOptions): ActionNoise {
  const keep = 1 - theta * timeStep;
  return autoregressiveNoise({ rng, keep, kick: Math.sqrt(timeStep), deviation: 1 / Math.sqrt(theta * (1 + keep)) });
}

export interface CorrelatedNoiseOptions {
  readonly rng: Rng;
  /** Correlation of a number with that of the step before (ρ), in [0, 1). */
  readonly correlation: number;
}

/**
 * Standard normal numbers that are like those of the step before: x ← ρ x + √(1 − ρ²) ε. Each by itself is distributed as without
 * correlation, so a policy that draws its actions with them keeps its distribution, and keeps to a direction for about 1 / (1 −
 * ρ) steps (Eberhard et al. 2023, "Pink Noise Is All You Need", on what that does for exploration). Goes on over ends of
 * episodes.
 */
export function correlatedNoise({ rng, correlation }: CorrelatedNoiseOptions): ActionNoise {
  if (correlation === 0) return gaussianNoise(rng);
  const kick = Math.sqrt(1 - correlation ** 2);
  const noise = autoregressiveNoise({ rng, keep: correlation, kick, deviation: 1 });
  return { ...noise, next: out => noise.next(out) };
}

interface AutoregressiveOptions {
  readonly rng: Rng;
  readonly keep: number;
  readonly kick: number;
  /** Standard deviation of first numbers. */
  readonly deviation: number;
}

/**
 * x ← keep · x + kick · ε, each number by itself; first, where an episode starts, and for another number of them: deviation · ε.
 */
function autoregressiveNoise({ rng, keep, kick, deviation }: AutoregressiveOptions): ActionNoise {
  let x = new Float64Array(0);
  return {
    next(out, start) {
      const isFirst = x.length !== out.length;
      if (isFirst) x = new Float64Array(out.length);
      const width = start ? out.length / start.length : 1;
      for (let i = 0; i < out.length; i++) {
        const fresh = rng.standardNormal();
        const starts = isFirst || start?.[Math.floor(i / width)] === 1;
        x[i] = starts ? deviation * fresh : keep * x[i] + kick * fresh;
        out[i] = x[i];
      }
      return out;
    },
    state: () => ({ x: x.slice() }),
    restore(state) {
      x = (state.x as Float64Array).slice();
    },
  };
}

/** What acting by noise remembers: the generator, and the noise itself. */
export function actingMemory(rng: Rng, noise: ActionNoise): Stateful {
  return {
    state: () => ({ rng: rng.state(), noise: noise.state() }),
    restore(state: AgentState) {
      rng.restore(state.rng as RngState);
      noise.restore(state.noise as AgentState);
    },
  };
}
