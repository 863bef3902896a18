import { type Actor, ConfigError, checkSameSpaces, message, type VectorEnv } from '@zpin/contracts';
import { Collector, type EpisodeEnd } from './collector.ts';

/** Returns and lengths of the evaluated episodes, in order of environment copy. */
export interface Evaluation {
  readonly returns: readonly number[];
  /** Environment steps. */
  readonly lengths: readonly number[];
  readonly meanReturn: number;
  /** Standard deviation over the episodes. */
  readonly stdReturn: number;
  /** Share of the episodes that reached their goal; present when the environment has goals. */
  readonly successRate?: number;
}

/**
 * Plays whole episodes with the greedy policy.
 *
 * Each copy plays its share of the episodes to their ends. Taking whichever end first instead would favour short episodes.
 * @param env not the training environment, whose episodes would be cut off
 * @param seed of the environment: the same seed gives the same episodes for the same policy
 * @throws SpaceError when the agent was made for other spaces; ConfigError unless `episodes` is a whole number > 0
 */
export async function evaluate(agent: Actor, env: VectorEnv, episodes: number, seed: number): Promise<Evaluation> {
  if (!(Number.isInteger(episodes) && episodes > 0)) {
    throw new ConfigError(message('evaluate', 'episodes must be a whole number > 0', episodes, 'Give 100, for example'));
  }
  if (agent.spec) checkSameSpaces('evaluate', agent.spec, env.spec);
  const collector = new Collector(env);
  collector.reset(seed);
  const copies = env.numEnvs;
  const quota = Array.from({ length: copies }, (_, i) => Math.floor(episodes / copies) + (i < episodes % copies ? 1 : 0));
  const played = quota.map((): EpisodeEnd[] => []);
  for (let open = episodes; open > 0; ) {
    const actions = await agent.act(collector.obs, 'exploit', collector.actionMask, collector.start);
    for (const end of collector.step(actions).episodes) {
      const mine = played[end.envIndex];
      if (mine.length >= quota[end.envIndex]) continue;
      mine.push(end);
      open--;
    }
  }
  const ends = played.flat();
  const returns = ends.map(end => end.episodeReturn);
  const meanReturn = returns.reduce((sum, value) => sum + value, 0) / episodes;
  const variance = returns.reduce((sum, value) => sum + (value - meanReturn) ** 2, 0) / episodes;
  const hasGoals = ends.every(end => end.success !== undefined);
  return {
    returns,
    lengths: ends.map(end => end.episodeLength),
    meanReturn,
    stdReturn: Math.sqrt(variance),
    ...(hasGoals && { successRate: ends.filter(end => end.success).length / episodes }),
  };
}
