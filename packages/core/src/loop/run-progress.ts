import {
  type Agent,
  type AgentState,
  CheckpointError,
  ConfigError,
  checkSameSpaces,
  type Metrics,
  message,
  NumericsError,
  type Progress,
} from '@zpin/contracts';
import type { TrainOptions } from '../algorithm/training-options.ts';
import { flattenedPictures, hiddenSizesOf } from '../learn/flattened-pictures.ts';
import { checkStopRules, EvaluationRecord, type EvaluationScores, type StopRules } from './best-evaluation.ts';
import { evaluating } from './evaluate.ts';
import type { TrainEvent, TrainState, TrainSummary } from './events.ts';
import { takeBack } from './take-back.ts';

/** Milliseconds after which an evaluation tells how far it is. */
const LONG_EVALUATION = 1000;

/** How far a run is, as its checkpoints keep it. */
type Counters = EvaluationScores & {
  readonly step: number;
  readonly updates: number;
  readonly episodes: number;
  readonly owesEvaluation?: boolean;
};

/**
 * What all training loops have in common, whether they collect or not: counters, evaluation and checkpoints when they are due.
 */
export class RunProgress<A extends Agent> {
  readonly options: TrainOptions<A>;
  /** What `totalSteps` counts: environment steps over all copies, or gradient steps on a data set. */
  step = 0;
  /** Gradient steps (off-policy, offline) or rollouts learned from (on-policy). */
  updates = 0;
  episodes = 0;
  /** Whether an evaluation was due that a stop did not let come to its end. */
  #owesEvaluation = false;
  readonly #evaluations = new EvaluationRecord();
  readonly #rules: StopRules;
  readonly #progress: { step: number; readonly totalSteps: number };

  constructor(options: TrainOptions<A>) {
    const { totalSteps, scheduledSteps = totalSteps } = options;
    for (const [name, steps] of Object.entries({ totalSteps, scheduledSteps })) {
      checkCount(name, steps, 'Give the steps to train for');
    }
    const { agent, env, evaluation, checkpointEverySteps } = options;
    const { everySteps, episodes } = evaluation ?? {};
    for (const [name, count] of Object.entries({ checkpointEverySteps, 'evaluation.everySteps': everySteps })) {
      if (count !== undefined) checkCount(name, count, 'Give the steps between two of them, or leave it out');
    }
    if (episodes !== undefined) checkCount('evaluation.episodes', episodes, 'Give how many episodes an evaluation has');
    this.#rules = evaluation ?? {};
    checkStopRules(this.#rules);
    for (const own of [env, evaluation?.env]) if (agent.spec && own) checkSameSpaces('train', agent.spec, own.spec);
    this.options = options;
    this.#progress = { step: 0, totalSteps: scheduledSteps };
  }

  /** Whether all steps are done, or an evaluation ended the run. */
  get finished(): boolean {
    return this.step >= this.options.totalSteps || this.#endedBy !== null;
  }

  get #endedBy() {
    return this.#evaluations.endedBy(this.#rules);
  }

  get stopped(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  /** How far the run is, for schedules; the object is reused by the next call. */
  get progress(): Progress {
    this.#progress.step = this.step;
    return this.#progress;
  }

  /**
   * Takes back counters and agent where there is a state to go on from; `extra` takes back what the loop itself saved.
   * @param parts of the state that there must be beside these
   */
  protected async resume(extra: (state: TrainState) => void, parts: readonly string[] = []): Promise<void> {
    const { resume, agent } = this.options;
    if (!resume) return;
    if (![...parts, 'counters', 'agent'].every(part => resume[part])) {
      throw new CheckpointError(
        message(
          'train',
          `resume must be the state of a checkpoint event, with ${[...parts, 'counters', 'agent'].join(', ')}`,
          Object.keys(resume),
          'Pass the state as this version saved it',
        ),
      );
    }
    this.takeCounters(resume.counters as Counters);
    await takeBack('train', async () => {
      await agent.restore(resume.agent as AgentState);
      extra(resume);
    });
  }

  /**
   * Begins, or goes on where `resume` of the options says so.
   * @param extra takes back what the loop itself saved @param parts of the state that the loop saved
   */
  begin(extra: (state: TrainState) => void, parts: readonly string[] = []): Promise<void> {
    return this.resume(extra, parts);
  }

  /** What the run tells before its first step. */
  *warnings(): Generator<TrainEvent> {
    const { agent, env, resume } = this.options;
    // Those of a run that goes on were told when it began.
    if (!resume) for (const text of agent.warnings ?? []) yield { type: 'warning', step: this.step, message: text };
    for (const text of flattenedPictures(env.spec, hiddenSizesOf(agent.config))) {
      yield { type: 'warning', step: this.step, message: text };
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

  /**
   * How many times `every` steps were completed by the last `taken` ones: more than once where one step of all copies is longer.
   */
  completed(every: number, taken: number): number {
    return Math.floor(this.step / every) - Math.floor((this.step - taken) / every);
  }

  /** Whether `every` steps were completed by the last `taken` ones. */
  due(every: number | undefined, taken: number): boolean {
    return every !== undefined && this.completed(every, taken) > 0;
  }

  /**
   * Evaluates where that is due after the last `taken` steps, or was left over by a stop. Given up when a stop is asked for: the
   * run begins with it when it goes on.
   */
  async *evaluations(taken = 0): AsyncGenerator<TrainEvent> {
    const { agent, evaluation: plan, signal, totalSteps } = this.options;
    if (!plan || !(this.#owesEvaluation || this.due(plan.everySteps, taken))) return;
    const { env, episodes, seed, maxEpisodeSteps } = plan;
    this.#owesEvaluation = true;
    const { step } = this;
    const begun = performance.now();
    const limits = { ...(signal && { signal }), ...(maxEpisodeSteps !== undefined && { maxEpisodeSteps }) };
    try {
      const playing = evaluating(agent, env, episodes, seed, limits);
      for (;;) {
        const { done, value } = await playing.next();
        if (!done) {
          const evaluation = { episodes: value.episodes, totalEpisodes: episodes };
          if (performance.now() - begun > LONG_EVALUATION) yield { type: 'step', step, totalSteps, evaluation };
          continue;
        }
        const { returns, lengths, successRate, cutOff } = value;
        this.#owesEvaluation = false;
        const told = {
          ...(successRate !== undefined && { successRate }),
          ...(cutOff !== undefined && { cutOff }),
          ...(this.#evaluations.take(step, returns) && { isBest: true as const }),
        };
        yield { type: 'eval', step, returns, lengths, ...told };
        return;
      }
    } catch (error) {
      if (!this.stopped) throw error;
    }
  }

  /** The part of a checkpoint that `takeCounters` takes back. */
  protected get counters(): Counters {
    const { step, updates, episodes } = this;
    const owed = this.#owesEvaluation && { owesEvaluation: true };
    return { step, updates, episodes, ...owed, ...this.#evaluations.state() };
  }

  protected takeCounters({ step, updates, episodes, owesEvaluation = false, ...scores }: Counters): void {
    for (const [name, value] of Object.entries({ step, updates, episodes })) {
      if (Number.isSafeInteger(value) && value >= 0) continue;
      const expectation = `${name} of the saved state must be a whole number >= 0`;
      throw new CheckpointError(message('train', expectation, value, 'Pass the state as it was saved'));
    }
    ({ step: this.step, updates: this.updates, episodes: this.episodes } = { step, updates, episodes });
    this.#owesEvaluation = owesEvaluation;
    this.#evaluations.restore(scores);
  }

  async checkpoint(extra: TrainState): Promise<TrainEvent> {
    const state: TrainState = { counters: this.counters, agent: await this.options.agent.state(), ...extra };
    return { type: 'checkpoint', step: this.step, state };
  }

  summary(): TrainSummary {
    const { step: steps, updates, episodes } = this;
    const { best } = this.#evaluations;
    const endedBy = this.#endedBy;
    return {
      ...{ steps, updates, episodes },
      reason: this.finished && !this.#owesEvaluation ? 'finished' : 'stopped',
      ...(endedBy && { endedBy }),
      ...(best && { best }),
    };
  }
}

function checkCount(name: string, count: number, remedy: string): void {
  if (Number.isInteger(count) && count > 0) return;
  throw new ConfigError(message('train', `${name} must be a whole number > 0`, count, remedy));
}
