/**
 * Tree-structured Parzen estimators: Bergstra, Bardenet, Bengio & Kégl 2011, "Algorithms for Hyper-Parameter Optimization", §4;
 * several parameters in one density and the choices of its details after Watanabe 2023, "Tree-Structured Parzen Estimator:
 * Understanding Its Algorithm Components and Their Roles for Better Empirical Performance" (arXiv:2304.11127).
 *
 * | paper | here |
 * | --- | --- |
 * | D⁽ˡ⁾, the best γ of the trials | `better` |
 * | D⁽ᵍ⁾, the others | `worse` |
 * | l(x) = p(x given D⁽ˡ⁾), g(x) = p(x given D⁽ᵍ⁾) | two `ParzenEstimator`s |
 *
 * A point of largest l/g has the largest expected improvement (Bergstra et al., eq. 4). Parameters of one condition share a density:
 * a tree of such groups is walked from its root. Trials that still run count as worse ones, so that several processes do not try the
 * same at once (a "constant liar").
 */
import type { Rng } from '@zpin/contracts';
import { holds } from '../space/check-space.ts';
import type { Params, SearchSpace } from '../space/parameter.ts';
import { isActive, type ParameterGroup, parameterGroups } from '../space/parameter-groups.ts';
import { type Direction, rankTrials, type Trial } from '../trial.ts';
import { ParzenEstimator } from './parzen-estimator.ts';
import { sampleRandom } from './random.ts';

export interface TpeOptions {
  /** Trials at random before the first estimate; 10 when omitted. */
  readonly startupTrials?: number;
  /** Points drawn from the density of the better trials, of which the most promising is taken; 24 when omitted. */
  readonly candidates?: number;
}

/**
 * Standard deviation of one kernel alone, as a share of a parameter's range. Wide ones never come close to an optimum, narrow ones
 * stay where they are; those of the worse trials are wider, so that one bad trial does not spoil a single point only. Chosen on
 * seeds that the committed comparison does not use.
 */
const BETTER_WIDTH = 0.1;
const WORSE_WIDTH = 0.15;

/** The point to try next. Finished trials teach it; those that still run are kept away from. */
export function sampleTpe(
  space: SearchSpace,
  trials: readonly Trial[],
  direction: Direction,
  rng: Rng,
  { startupTrials = 10, candidates = 24 }: TpeOptions = {},
): Params {
  const ranked = rankTrials(trials, direction);
  if (ranked.length < startupTrials) return sampleRandom(space, rng);
  const running = trials.filter(({ state }) => state === 'running');
  let params: Params = {};
  for (const group of parameterGroups(space)) {
    if (!isActive(group[0][1], params)) continue;
    const knows = ({ params }: Trial) => group.every(([name, parameter]) => holds(parameter, params[name]));
    params = { ...params, ...mostPromising(group, ranked.filter(knows), running.filter(knows), candidates, rng) };
  }
  return params;
}

function mostPromising(
  group: ParameterGroup,
  ranked: readonly Trial[],
  running: readonly Trial[],
  candidates: number,
  rng: Rng,
): Params {
  const count = Math.min(25, Math.ceil(0.1 * ranked.length));
  const l = estimator(group, ranked.slice(0, count), BETTER_WIDTH);
  const g = estimator(group, [...ranked.slice(count), ...running], WORSE_WIDTH);
  let best: Params = {};
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < candidates; i++) {
    const point = l.sample(rng);
    const promise = l.logDensity(point) - g.logDensity(point);
    // The first one in any case: a density may round to 0.
    if (i > 0 && !(promise > largest)) continue;
    best = point;
    largest = promise;
  }
  return best;
}

function estimator(group: ParameterGroup, trials: readonly Trial[], width: number): ParzenEstimator {
  const observations = trials.map(({ params }) => params);
  // Scott's rule: more kernels are narrower, and in more dimensions wider.
  return new ParzenEstimator(group, observations, width * Math.max(1, trials.length) ** (-1 / (group.length + 4)));
}
