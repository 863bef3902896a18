import { type EnvSpec, flatSize, RunningStatistics } from '@zpin/contracts';
import type { Transitions } from './transitions.ts';

/** What a data set holds, in numbers. */
export interface DatasetStatistics {
  readonly transitions: number;
  /** Episodes; one that the recording cut off counts as it is. */
  readonly episodes: number;
  /** `[E]`: undiscounted return of each episode, of what the environment itself paid. */
  readonly returns: Float64Array;
  readonly meanReturn: number;
  /** Standard deviation over the episodes. */
  readonly stdReturn: number;
  readonly minReturn: number;
  readonly maxReturn: number;
  /** Mean number of steps of an episode. */
  readonly meanLength: number;
  /** `[D]` */
  readonly obsMean: Float64Array;
  /** `[D]`: standard deviations. */
  readonly obsStd: Float64Array;
}

/** Returns of episodes, mean and deviation of observations. */
export function datasetStatistics({ observationSpace }: EnvSpec, transitions: Transitions): DatasetStatistics {
  const { obs, reward, rawReward = reward, terminated, truncated } = transitions;
  const size = reward.length;
  const width = flatSize(observationSpace);
  const seen = new RunningStatistics(width);
  const returns: number[] = [];
  let sum = 0;
  for (let row = 0; row < size; row++) {
    seen.add(obs, row * width);
    sum += rawReward[row];
    if (!terminated[row] && !truncated[row]) continue;
    returns.push(sum);
    sum = 0;
  }
  const episodes = returns.length;
  const meanReturn = returns.reduce((total, value) => total + value, 0) / episodes;
  const variance = returns.reduce((total, value) => total + (value - meanReturn) ** 2, 0) / episodes;
  return {
    transitions: size,
    episodes,
    returns: Float64Array.from(returns),
    meanReturn,
    stdReturn: Math.sqrt(variance),
    minReturn: returns.reduce((least, value) => Math.min(least, value)),
    maxReturn: returns.reduce((most, value) => Math.max(most, value)),
    meanLength: size / episodes,
    obsMean: seen.mean.slice(),
    obsStd: seen.mean.map((_, k) => Math.sqrt(seen.variance(k))),
  };
}
