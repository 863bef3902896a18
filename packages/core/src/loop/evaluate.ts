import {
  type Actor,
  ConfigError,
  checkSameSpaces,
  copySeeds,
  followStatistics,
  message,
  seedStream,
  type VectorEnv,
} from '@zpin/contracts';
import { breathe } from './breathe.ts';
import { Collector, type EpisodeEnd } from './collector.ts';

/**
 * Returns and lengths of the evaluated episodes, in order of environment copy. Returns are of the rewards that the environment
 * itself paid, whatever wrappers make of them.
 */
export interface Evaluation {
  readonly returns: readonly number[];
  /** Environment steps. */
  readonly lengths: readonly number[];
  readonly meanReturn: number;
  /** Standard deviation over the episodes. */
  readonly stdReturn: number;
  /** Share of the episodes that reached their goal; present when the environment has goals. */
  readonly successRate?: number;
  /** How many of the episodes were cut off by the limit of evaluation, not by the environment; present when some were. */
  readonly cutOff?: number;
}

/** How far an evaluation is. */
export interface EvaluationProgress {
  /** Episodes that are over. */
  readonly episodes: number;
  /** Environment steps over all copies. */
  readonly steps: number;
}

/** How episodes are played that nobody asked to be of a certain length. */
export interface PlayOptions {
  /**
   * Steps after which an episode counts as over, with the return it has then. Omitted: the limit of the environment, or 10,000
   * where it has none: a greedy policy can walk into a wall for ever.
   */
  readonly maxEpisodeSteps?: number;
  /** Gives up: the evaluation throws its reason. */
  readonly signal?: AbortSignal;
}

/** Steps of an episode of evaluation where neither the environment nor the caller sets a limit. */
export const EVALUATION_STEP_LIMIT = 10_000;

/**
 * Plays whole episodes with the greedy policy.
 *
 * Each copy plays its share of the episodes to their ends. Taking whichever end first instead would favour short episodes.
 * Timers, signals and messages are let in on the way. An environment behind `NormalizeObservation` shows its observations by the
 * statistics that the agent was trained with, unless its own are frozen.
 * @param env not the training environment, whose episodes would be cut off
 * @param seed the same seed gives the same episodes for the same policy; no run, whatever its seed, trains in them
 * @throws SpaceError when the agent was made for other spaces; ConfigError unless `episodes` and `maxEpisodeSteps` are whole
 * numbers > 0; the reason of the signal where that was given
 */
export async function evaluate(
  agent: Actor,
  env: VectorEnv,
  episodes: number,
  seed: number,
  options: PlayOptions & { readonly onProgress?: (progress: EvaluationProgress) => void } = {},
): Promise<Evaluation> {
  const progress = evaluating(agent, env, episodes, seed, options);
  for (;;) {
    const { done, value } = await progress.next();
    if (done) return value;
    options.onProgress?.(value);
  }
}

/** `evaluate`, telling now and then how far it is. */
export async function* evaluating(
  agent: Actor,
  env: VectorEnv,
  episodes: number,
  seed: number,
  { maxEpisodeSteps = env.spec.maxEpisodeSteps ?? EVALUATION_STEP_LIMIT, signal }: PlayOptions = {},
): AsyncGenerator<EvaluationProgress, Evaluation> {
  checkCount('episodes', episodes, 100);
  checkCount('maxEpisodeSteps', maxEpisodeSteps, EVALUATION_STEP_LIMIT);
  if (agent.spec) checkSameSpaces('evaluate', agent.spec, env.spec);
  const unfollow = followStatistics(agent.spec, env.spec);
  try {
    return yield* playing(agent, env, episodes, seed, { maxEpisodeSteps, ...(signal && { signal }) });
  } finally {
    unfollow();
  }
}

async function* playing(
  agent: Actor,
  env: VectorEnv,
  episodes: number,
  seed: number,
  { maxEpisodeSteps, signal }: PlayOptions & { readonly maxEpisodeSteps: number },
): AsyncGenerator<EvaluationProgress, Evaluation> {
  const copies = env.numEnvs;
  const quota = Array.from({ length: copies }, (_, i) => Math.floor(episodes / copies) + (i < episodes % copies ? 1 : 0));
  const played = quota.map((): EpisodeEnd[] => []);
  let cutOff = 0;
  let steps = 0;
  let open = episodes;
  const collector = new Collector(env);
  // One copy cannot be reset alone: one whose episode is cut off waits until all have to, and then new episodes begin.
  for (let round = 0; open > 0; round++) {
    collector.reset(copySeeds(seedStream(seed, 'evaluation', round), copies));
    const isWaiting = played.map((mine, i) => mine.length >= quota[i]);
    while (isWaiting.includes(false)) {
      const actions = await agent.act(collector.obs, 'exploit', collector.actionMask, collector.start);
      const ends = collector.step(actions).episodes;
      steps += copies;
      for (const end of ends) {
        const i = end.envIndex;
        if (isWaiting[i]) continue;
        played[i].push(end);
        open--;
        isWaiting[i] = played[i].length >= quota[i];
      }
      for (let i = 0; i < copies; i++) {
        if (isWaiting[i] || collector.lengthOf(i) < maxEpisodeSteps) continue;
        played[i].push(collector.unfinished(i));
        cutOff++;
        open--;
        isWaiting[i] = true;
      }
      const pause = breathe(signal);
      if (!pause) continue;
      await pause;
      yield { episodes: episodes - open, steps };
    }
  }
  return { ...summarized(played.flat()), ...(cutOff > 0 && { cutOff }) };
}

function summarized(ends: readonly EpisodeEnd[]): Evaluation {
  const returns = ends.map(end => end.episodeReturn);
  const meanReturn = returns.reduce((sum, value) => sum + value, 0) / ends.length;
  const variance = returns.reduce((sum, value) => sum + (value - meanReturn) ** 2, 0) / ends.length;
  const hasGoals = ends.every(end => end.success !== undefined);
  return {
    returns,
    lengths: ends.map(end => end.episodeLength),
    meanReturn,
    stdReturn: Math.sqrt(variance),
    ...(hasGoals && { successRate: ends.filter(end => end.success).length / ends.length }),
  };
}

function checkCount(name: string, value: number, example: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new ConfigError(message('evaluate', `${name} must be a whole number > 0`, value, `Give ${example}, for example`));
}
