import { type Agent, type AgentState, CheckpointError, type EnvParameters, message, type StateValue } from '@zpin/contracts';
import { Run, type TrainEvent, type TrainState, takeBack } from '@zpin/core';
import { shareOf, type TrainingWorker } from './training-worker.ts';

/**
 * A run whose steps are made by workers. Their states are known from the end of their last work, so that there is a checkpoint to
 * write even when one of them fails in the next.
 */
export class WorkerRun<A extends Agent, Task, Result> extends Run<A> {
  #workers: readonly TrainingWorker<Task, Result>[] = [];
  #states: readonly AgentState[] = [];
  /** Settings of the environment that the workers have; null: those that it was made with. */
  #parameters: EnvParameters | null = this.options.env.parameters ?? null;

  /** Settings of the environment that workers do not have yet, to go with what they are set up with or told next. */
  get newParameters(): { readonly parameters?: EnvParameters } {
    const { parameters } = this.options.env;
    return parameters && parameters !== this.#parameters ? { parameters } : {};
  }

  /** Takes the workers on, with first observations or those of the state to go on from. */
  async start(workers: readonly TrainingWorker<Task, Result>[], extra: (state: TrainState) => void): Promise<void> {
    const { resume, agent, env } = this.options;
    this.#workers = workers;
    const seedsOf = (seeds: readonly number[], i: number) => {
      const { start, end } = shareOf(i, workers.length, env.numEnvs);
      return seeds.slice(start, end);
    };
    if (!resume) {
      const seeds = this.seedsOfEpisodes;
      this.#states = await Promise.all(workers.map((worker, i) => worker.reset(seedsOf(seeds, i))));
      return;
    }
    const {
      env: { parameters = null },
    } = this.options;
    // Restored copies have the settings of then; where those of now are others, the next task brings them.
    this.#parameters = isSame(resume.parameters ?? null, parameters) ? parameters : null;
    const states = resume.workers as readonly AgentState[] | undefined;
    if (!resume.counters || !resume.agent || states?.length !== workers.length) {
      const expectation = `resume must be the state of a checkpoint event of ${workers.length} workers`;
      throw new CheckpointError(message('train', expectation, Object.keys(resume), 'Pass the state as it was saved'));
    }
    this.takeCounters(resume.counters as WorkerRun<A, Task, Result>['counters']);
    await takeBack('train', () => agent.restore(resume.agent as AgentState));
    this.beganAnew = !holdEpisodes(states) || env.isResumable === false;
    if (this.beganAnew) agent.cut?.();
    const anew = this.seedsOfNewEpisodes;
    this.#states = await Promise.all(workers.map((worker, i) => worker.restore({ state: states[i], seeds: seedsOf(anew, i) })));
    if (!this.beganAnew && !holdEpisodes(this.#states)) {
      // A worker's environment has found out that it cannot go on.
      this.beganAnew = true;
      agent.cut?.();
    }
    await takeBack('train', () => extra(resume));
  }

  /** Lets all workers work at the same time. The results come in the order of the workers, whichever ends first. */
  async work(tasks: readonly Task[]): Promise<readonly Result[]> {
    const { parameters = null } = this.options.env;
    const done = await Promise.all(this.#workers.map((worker, i) => worker.work(tasks[i])));
    this.#parameters = parameters;
    this.#states = done.map(({ state }) => state);
    return done.map(({ result }) => result);
  }

  /** @param agent its state, where that is not the present one */
  override async checkpoint(extra: TrainState, agent?: AgentState): Promise<TrainEvent> {
    const state: TrainState = {
      counters: this.counters,
      agent: agent ?? (await this.options.agent.state()),
      workers: this.#states,
      ...(this.#parameters && { parameters: this.#parameters }),
      ...extra,
    };
    return { type: 'checkpoint', step: this.step, state };
  }

  /** Environment steps until something is due: the end of the run, an evaluation or a checkpoint. At least 1. */
  get stepsUntilDue(): number {
    const { totalSteps, evaluation, checkpointEverySteps } = this.options;
    const left = [evaluation?.everySteps, checkpointEverySteps].map(every =>
      every === undefined ? Number.POSITIVE_INFINITY : every - (this.step % every),
    );
    return Math.min(totalSteps - this.step, ...left);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.close()));
  }
}

/** Whether two settings are the same plain data. */
function isSame(one: StateValue, other: StateValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Whether all workers have episodes to go on with. What a worker saves is its collector, alone or beside other things. */
function holdEpisodes(states: readonly AgentState[]): boolean {
  return states.every(state => ((state.collector ?? state) as AgentState).env !== null);
}
