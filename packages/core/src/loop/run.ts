import { type Agent, type AgentState, ConfigError, message } from '@zpin/contracts';
import type { TrainOptions } from '../algorithm/training-options.ts';
import { type Collected, Collector } from './collector.ts';
import type { TrainEvent, TrainState } from './events.ts';
import { RunProgress } from './run-progress.ts';

/** What the loops that play have in common: progress, and the collector with its place in checkpoints. */
export class Run<A extends Agent> extends RunProgress<A> {
  readonly collector: Collector;

  constructor(options: TrainOptions<A>) {
    super(options);
    const { env, agent } = options;
    const wanted = (agent as { numEnvs?: number }).numEnvs;
    if (wanted !== undefined && wanted !== env.numEnvs) {
      throw new ConfigError(
        message(
          'train',
          `the agent was made for ${wanted} environments`,
          env.numEnvs,
          `Pass a vector environment of ${wanted} copies`,
        ),
      );
    }
    this.collector = new Collector(env);
  }

  /** First observations, or those of the state to go on from. */
  override async begin(extra: (state: TrainState) => void, parts: readonly string[] = []): Promise<void> {
    const { resume, seed } = this.options;
    if (!resume) this.collector.reset(seed);
    await this.resume(
      state => {
        this.collector.restore(state.collector as AgentState);
        extra(state);
      },
      ['collector', ...parts],
    );
  }

  /** Events of the episodes that the last step ended. */
  *episodeEvents(collected: Collected): Generator<TrainEvent> {
    for (const end of collected.episodes) {
      this.episodes++;
      yield { type: 'episode', step: this.step, ...end };
    }
  }

  override checkpoint(extra: TrainState): Promise<TrainEvent> {
    return super.checkpoint({ collector: this.collector.state(), ...extra });
  }
}
