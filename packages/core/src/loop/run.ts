import { type Agent, type AgentState, ConfigError, copySeeds, message, seedStream } from '@zpin/contracts';
import type { TrainOptions } from '../algorithm/training-options.ts';
import { type Collected, Collector } from './collector.ts';
import type { TrainEvent, TrainState } from './events.ts';
import { RunProgress } from './run-progress.ts';

/** What the loops that play have in common: progress, and the collector with its place in checkpoints. */
export class Run<A extends Agent> extends RunProgress<A> {
  readonly collector: Collector;
  /** Whether this run goes on, but its episodes could not: new ones began. */
  beganAnew = false;

  constructor(options: TrainOptions<A>) {
    super(options);
    const { env, agent, evaluation } = options;
    if (evaluation?.env === env) {
      const remedy = 'Make another one: an evaluation would reset the episodes in progress';
      throw new ConfigError(message('train', 'evaluation.env must be an environment of its own', 'that of training', remedy));
    }
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
    if (!this.options.resume) this.collector.reset(this.seedsOfEpisodes);
    await this.resume(
      state => {
        this.beganAnew = !this.collector.restore(state.collector as AgentState, this.seedsOfNewEpisodes);
        if (this.beganAnew) this.options.agent.cut?.();
        extra(state);
      },
      ['collector', ...parts],
    );
    this.collector.countFrom(this.step);
  }

  /** Seeds of the first episodes, one per copy. */
  protected get seedsOfEpisodes(): number[] {
    const { seed, env } = this.options;
    return copySeeds(seedStream(seed, 'episodes'), env.numEnvs);
  }

  /** Seeds of episodes that begin in the middle of a run, others than its first ones. */
  protected get seedsOfNewEpisodes(): number[] {
    const { seed, env } = this.options;
    return copySeeds(seedStream(seed, 'newEpisodes', this.step), env.numEnvs);
  }

  override *warnings(): Generator<TrainEvent> {
    yield* super.warnings();
    const { id } = this.options.env.spec;
    const { step } = this;
    if (this.beganAnew) {
      const text = `The checkpoint of step ${step} holds no episodes of ${id} that can go on: new ones begin, so the run does not go on exactly`;
      yield { type: 'warning', step, message: `${text}.` };
    }
    if (this.options.env.isResumable === false) {
      const text = `${id} cannot save its state: checkpoints are without its episodes, and a resumed run begins new ones`;
      yield { type: 'warning', step, message: `${text}. Write state() and restore() to resume exactly.` };
    }
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
