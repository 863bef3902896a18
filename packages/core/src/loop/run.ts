import type { Agent, AgentState, Metrics } from '../spec/agent.ts';
import { CheckpointError, ConfigError, message, NumericsError } from '../spec/errors.ts';
import type { TrainOptions } from './algorithm.ts';
import { type Collected, Collector } from './collector.ts';
import { evaluate } from './evaluate.ts';
import type { TrainEvent, TrainState, TrainSummary } from './events.ts';

/** What the training loops have in common: counters, the collector, evaluation and checkpoints when they are due. */
export class Run<A extends Agent> {
  readonly options: TrainOptions<A>;
  readonly collector: Collector;
  /** Environment steps over all copies. */
  step = 0;
  /** Gradient steps (off-policy) or rollouts learned from (on-policy). */
  updates = 0;
  episodes = 0;

  constructor(options: TrainOptions<A>) {
    const { totalSteps, env, agent } = options;
    if (!(Number.isInteger(totalSteps) && totalSteps > 0)) {
      throw new ConfigError(
        message('train', 'totalSteps must be a whole number > 0', totalSteps, 'Give the environment steps to train for'),
      );
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
    this.options = options;
    this.collector = new Collector(env);
  }

  get finished(): boolean {
    return this.step >= this.options.totalSteps;
  }

  get stopped(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  /** Share of the run that is over, in [0, 1]. */
  get progress(): number {
    return Math.min(1, this.step / this.options.totalSteps);
  }

  /** First observations, or those of the state to go on from. `extra` takes back what the loop itself saved. */
  async begin(extra: (state: TrainState) => void): Promise<void> {
    const { resume, agent, seed } = this.options;
    if (!resume) {
      this.collector.reset(seed);
      return;
    }
    const counters = resume.counters as { step: number; updates: number; episodes: number } | undefined;
    if (!counters || !resume.agent || !resume.collector) {
      throw new CheckpointError(
        message('train', 'resume must be the state of a checkpoint event', Object.keys(resume), 'Pass the state as it was saved'),
      );
    }
    ({ step: this.step, updates: this.updates, episodes: this.episodes } = counters);
    await agent.restore(resume.agent as AgentState);
    this.collector.restore(resume.collector as AgentState);
    extra(resume);
  }

  /** Events of the episodes that the last step ended. */
  *episodeEvents(collected: Collected): Generator<TrainEvent> {
    for (const end of collected.episodes) {
      this.episodes++;
      yield { type: 'episode', step: this.step, ...end };
    }
  }

  /** Stops the run when a metric is not a finite number. Waits only where the numbers are at hand anyway. */
  async checkFinite(metrics: Metrics): Promise<void> {
    const pending = metrics.read();
    const values = pending instanceof Promise ? await pending : pending;
    for (const name of metrics.names) {
      const value = values[name];
      if (Number.isFinite(value)) continue;
      throw new NumericsError(
        message(
          `train at step ${this.step}`,
          `metric "${name}" must be finite`,
          value,
          'Lower the learning rate, clip gradients, or look at the rewards',
        ),
      );
    }
  }

  /** How many times `every` steps were completed by the last `taken` ones: more than once where one step of all copies is longer. */
  completed(every: number, taken: number): number {
    return Math.floor(this.step / every) - Math.floor((this.step - taken) / every);
  }

  /** Whether `every` steps were completed by the last `taken` ones. */
  due(every: number | undefined, taken: number): boolean {
    return every !== undefined && this.completed(every, taken) > 0;
  }

  async evaluation(): Promise<TrainEvent> {
    const plan = this.options.evaluation;
    if (!plan) throw new Error('evaluation without a plan');
    const { returns, lengths, successRate } = await evaluate(this.options.agent, plan.env, plan.episodes, plan.seed);
    return { type: 'eval', step: this.step, returns, lengths, ...(successRate !== undefined && { successRate }) };
  }

  async checkpoint(extra: TrainState): Promise<TrainEvent> {
    const state: TrainState = {
      counters: { step: this.step, updates: this.updates, episodes: this.episodes },
      agent: await this.options.agent.state(),
      collector: this.collector.state(),
      ...extra,
    };
    return { type: 'checkpoint', step: this.step, state };
  }

  summary(): TrainSummary {
    const { step: steps, updates, episodes } = this;
    return { steps, updates, episodes, reason: this.finished ? 'finished' : 'stopped' };
  }
}
