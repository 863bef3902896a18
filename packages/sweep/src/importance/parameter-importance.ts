/**
 * Which parameters matter: PED-ANOVA (Watanabe, Bansal & Hutter 2023, "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in
 * Arbitrary Subspaces", arXiv:2304.10255). A parameter matters as much as its values among the best trials differ from those among all
 * trials: by the Pearson divergence of the two one-dimensional densities, ∫ (p′(x) / p(x) − 1)² p(x) dx. γ′ of the paper is a quarter,
 * γ is 1; both densities are the Parzen estimators of the sampler.
 */
import { ParzenEstimator } from '../samplers/parzen-estimator.ts';
import { holds } from '../space/check-space.ts';
import { countOfValues, numericScale, valueAt } from '../space/numeric-scale.ts';
import type { Parameter, ParameterValue, SearchSpace } from '../space/parameter.ts';
import { type Direction, rankTrials, type Trial } from '../trial.ts';

/** Share of the trials that count as the best. */
const BEST = 0.25;
/** Finished trials before anything can be said. */
const FEWEST_TRIALS = 8;
/** Places on the line of a continuous parameter at which densities are compared. */
const PLACES = 100;
/** Standard deviation of a kernel alone, as a share of the range. */
const WIDTH = 0.15;

/**
 * Shares of the parameters of a space in what made trials good; they sum to 1. Empty for fewer than eight finished trials, or when all
 * parameters have one value only. A parameter that hangs on another one is judged by the trials that have it.
 */
export function parameterImportance(
  space: SearchSpace,
  trials: readonly Trial[],
  direction: Direction,
): Readonly<Record<string, number>> {
  const ranked = rankTrials(trials, direction);
  if (ranked.length < FEWEST_TRIALS) return {};
  const best = ranked.slice(0, Math.ceil(BEST * ranked.length));
  const divergences = Object.entries(space).map(([name, parameter]) => {
    const among = (some: readonly Trial[]) => some.filter(({ params }) => holds(parameter, params[name]));
    return [name, divergence(name, parameter, among(best), among(ranked))] as const;
  });
  const total = divergences.reduce((sum, [, each]) => sum + each, 0);
  return total > 0 ? Object.fromEntries(divergences.map(([name, each]) => [name, each / total])) : {};
}

function divergence(name: string, parameter: Parameter, best: readonly Trial[], all: readonly Trial[]): number {
  const density = (trials: readonly Trial[]) => {
    const width = WIDTH * Math.max(1, trials.length) ** -0.2;
    const estimator = new ParzenEstimator(
      [[name, parameter]],
      trials.map(({ params }) => params),
      width,
    );
    return (value: ParameterValue) => estimator.logDensity({ [name]: value });
  };
  const [bestDensity, allDensity] = [density(best), density(all)];
  let sum = 0;
  for (const { value, weight } of places(parameter)) {
    const ofAll = allDensity(value);
    sum += weight * Math.exp(ofAll) * (Math.exp(bestDensity(value) - ofAll) - 1) ** 2;
  }
  return sum;
}

/** Values at which densities are compared, each with the length of line that it stands for; 1 where it has a probability. */
function places(parameter: Parameter): { readonly value: ParameterValue; readonly weight: number }[] {
  if (parameter.type === 'categorical') return parameter.choices.map(value => ({ value, weight: 1 }));
  const count = countOfValues(parameter);
  if (count <= PLACES) return Array.from({ length: count }, (_, index) => ({ value: valueAt(parameter, index), weight: 1 }));
  const { low, high, value, cell } = numericScale(parameter);
  const length = (high - low) / PLACES;
  return Array.from({ length: PLACES }, (_, i) => {
    const there = value(low + (i + 0.5) * length);
    // Of many separate values, one stands for its neighbours.
    const [from, to] = cell?.(there) ?? [0, 1];
    return { value: there, weight: length / (to - from) };
  });
}
