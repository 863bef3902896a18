import { type AgentState, message, type Rng, SpaceError } from '@zpin/core/spec';

/** Noise for exploration with a scale of 1; the algorithm multiplies it by its σ. */
export interface ActionNoise {
  /** Writes the noise of the next step into `out` `[N, K]`, row by row the copies of the environment, and returns it. */
  next(out: Float32Array): Float32Array;
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
  /** Numbers of all copies together (N · K). */
  readonly size: number;
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
 * It starts at 0, goes on over ends of episodes, and its variance tends to 1 / (2 θ − θ² Δt).
 */
export function ornsteinUhlenbeckNoise({ rng, size, theta, timeStep }: OrnsteinUhlenbeckOptions): ActionNoise {
  const x = new Float64Array(size);
  const [keep, kick] = [1 - theta * timeStep, Math.sqrt(timeStep)];
  return {
    next(out) {
      if (out.length !== size) {
        throw new SpaceError(
          message('ornsteinUhlenbeckNoise', `a step has ${size} numbers`, out.length, 'Explore with numEnvs observations'),
        );
      }
      for (let i = 0; i < size; i++) {
        x[i] = keep * x[i] + kick * rng.standardNormal();
        out[i] = x[i];
      }
      return out;
    },
    state: () => ({ x: x.slice() }),
    restore: state => x.set(state.x as Float64Array),
  };
}

export interface CorrelatedNoiseOptions {
  readonly rng: Rng;
  /** Correlation of a number with that of the step before (ρ), in [0, 1). */
  readonly correlation: number;
}

/**
 * Standard normal numbers that are like those of the step before: x ← ρ x + √(1 − ρ²) ε. Each by itself is distributed as without
 * correlation, so a policy that draws its actions with them keeps its distribution, and keeps to a direction for about 1 / (1 − ρ) steps
 * (Eberhard et al. 2023, "Pink Noise Is All You Need", on what that does for exploration). Goes on over ends of episodes.
 */
export function correlatedNoise({ rng, correlation }: CorrelatedNoiseOptions): ActionNoise {
  if (correlation === 0) return gaussianNoise(rng);
  const kick = Math.sqrt(1 - correlation ** 2);
  let x = new Float64Array(0);
  return {
    next(out) {
      const starts = x.length !== out.length;
      if (starts) x = new Float64Array(out.length);
      for (let i = 0; i < out.length; i++) {
        const fresh = rng.standardNormal();
        x[i] = starts ? fresh : correlation * x[i] + kick * fresh;
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
