import {
  type Agent,
  type EnvParameters,
  type EnvSpec,
  InputError,
  message,
  type Policy,
  type SpaceValue,
  type VectorEnv,
} from '@zpin/contracts';
import { type AnyAlgorithm, type BestEvaluation, breathe, type Evaluation, type TrainSummary } from '@zpin/core';
import { actOnce } from './act-once.ts';
import { type EvaluateOptions, evaluateAgent } from './evaluate-agent.ts';
import type { RunDescription } from './run-description.ts';
import type { RunEvent } from './run-event.ts';
import { RunFilms } from './run-films.ts';
import { lostMetrics, nothingLearned } from './run-notes.ts';
import type { RunParts } from './run-parts.ts';
import { RunSaver } from './run-saver.ts';

/** Milliseconds between two looks for a request to stop. */
const LOOK_INTERVAL = 500;

/** A run: an agent in training, or trained. Made by `openRun`, `train` and `resume`. */
export class TrainingRun {
  readonly description: RunDescription;
  readonly algorithm: AnyAlgorithm;
  readonly agent: Agent;
  /** The environment of training. */
  readonly env: VectorEnv;
  /** What computes, and why, in a line. */
  readonly engine: string;
  readonly #parts: RunParts;
  readonly #saver: RunSaver;
  #step: number;
  #wallMilliseconds: number;
  #best: BestEvaluation | null;
  #summary: TrainSummary | null = null;
  #isStarted = false;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#saver = new RunSaver(parts);
    this.description = parts.description;
    this.algorithm = parts.algorithm;
    this.agent = parts.trainee.agent;
    this.env = parts.options.env;
    this.engine = parts.engine.description;
    this.#step = parts.resume?.step ?? 0;
    this.#best = parts.resume?.best ?? null;
    this.#wallMilliseconds = 1000 * (parts.resume?.wallSeconds ?? 0);
  }

  get spec(): EnvSpec {
    return this.env.spec;
  }

  /** Steps done so far: environment steps over all copies, gradient steps on a data set. */
  get step(): number {
    return this.#step;
  }

  /** Seconds of training so far, evaluation left out. */
  get wallSeconds(): number {
    return this.#wallMilliseconds / 1000;
  }

  /** Transitions of the data set that is learned from; null where there is none. */
  get datasetSize(): number | null {
    return this.#parts.options.dataset?.size ?? null;
  }

  /** What training has played so far, and the file that takes it when training ends; null where it is not recorded. */
  get recorded(): { readonly path: string; readonly size: number } | null {
    return this.#parts.recording ?? null;
  }

  /** The best evaluation of training so far; null before the first. */
  get best(): BestEvaluation | null {
    return this.#best;
  }

  /** How training ended; null before. */
  get summary(): TrainSummary | null {
    return this.#summary;
  }

  /** The folder in which the run is saved; null where it is not. */
  get folder(): string | null {
    return this.#parts.store?.path ?? null;
  }

  /**
   * Ends training after the step in progress, from outside its loop: a checkpoint event still comes, and the run can go on from it.
   * Also what a request in its folder does, as `zpin stop` leaves it.
   */
  stop(): void {
    this.#parts.stopping.abort();
  }

  /** Whether it was asked to stop: by `stop()`, by its signal, or in its folder. */
  get isStopping(): boolean {
    return this.#parts.options.signal?.aborted ?? false;
  }

  /**
   * Changes settings of the environment of training: each copy has them from its next episode on. Checkpoints hold them.
   * @throws InputError when a setting is unknown or out of range, or the environment has none that change
   */
  setParameters(parameters: EnvParameters): void {
    if (!this.env.setParameters) {
      const remedy = 'Write setParameters() into it, or take one by its name';
      throw new InputError(message('setParameters', 'the environment must have settings that change', this.spec.id, remedy));
    }
    this.env.setParameters(parameters);
  }

  /**
   * Trains, and tells what happens: training goes on as events are asked for, and stopping is leaving the loop.
   * @throws NumericsError when a number is not finite; WorkerError when a worker fails; EnvError when an environment
   * throws; with the last good checkpoint, where there is one
   */
  async *events(): AsyncGenerator<RunEvent, TrainSummary> {
    if (this.#isStarted) throw new InputError(message('events', 'a run can be trained once', 'twice', 'Open another run'));
    this.#isStarted = true;
    const { trainee, options, store, now, notes = [] } = this.#parts;
    const training = trainee.train(options);
    // A new run has nothing to lose: its folder describes it from the start.
    let isBegun = this.#parts.resume === null;
    let failure: unknown;
    const films = new RunFilms(this.#parts);
    try {
      if (isBegun) for (const note of notes) yield this.#warning(note);
      for (;;) {
        const before = now();
        const { done, value } = await training.next();
        this.#parts.resume?.forget();
        // Evaluation is no training; the clock of the run leaves it out.
        if (done || (value.type !== 'eval' && !(value.type === 'step' && value.evaluation)))
          this.#wallMilliseconds += now() - before;
        if (!isBegun) {
          isBegun = true;
          // What was there before is touched only now, when all parts have taken back their states.
          const told = store?.begin(this.description, this.#step, this.engine);
          for (const note of notes) yield this.#warning(note);
          const lost = lostMetrics(told, this.#parts.resume?.episodes);
          if (lost !== null) yield this.#warning(lost);
        }
        if (done) {
          this.#summary = value;
          if (value.reason === 'finished' && !value.endedBy && value.updates === 0)
            yield this.#warning(nothingLearned(value.steps));
          await this.#saver.finish(this.#step, value.reason === 'finished');
          return value;
        }
        this.#step = value.step;
        for (const note of this.#parts.engine.takeNotes?.() ?? []) yield this.#warning(note);
        if (value.type === 'eval' && value.isBest) this.#best = await this.#saver.best(value, this);
        const event: RunEvent =
          value.type === 'checkpoint'
            ? await this.#saver.checkpoint(value, this)
            : value.type === 'update'
              ? { ...value, metrics: await value.metrics.read() }
              : value;
        store?.event(event);
        yield event;
        const level = this.#parts.curriculum?.heard(event) ?? null;
        if (level) {
          this.env.setParameters?.(level.parameters);
          store?.event(level);
          yield level;
        }
        if (event.type === 'step' && !event.evaluation) {
          const trouble = await films.filmWhenDue(this.#step);
          if (trouble !== null) yield this.#warning(trouble);
        }
        this.#look();
        const pause = breathe();
        if (pause) await pause;
      }
    } catch (error) {
      failure = error;
      throw this.#saver.withCheckpoint(error);
    } finally {
      // A consumer that leaves stops the training.
      await training.return?.(undefined as never);
      if (failure === undefined) store?.close(this.#summary?.reason ?? 'stopped');
      else store?.close('failed', failure instanceof Error ? failure.message : String(failure));
      if (!this.#parts.concludes) this.#parts.release?.();
    }
  }

  /** Plays whole episodes with the greedy policy, in an environment of their own; as the run was told where nothing is said. */
  evaluate(options?: EvaluateOptions): Promise<Evaluation> {
    const { seed, evaluation: { everySteps: _, stopAtReturn: __, patience: ___, ...kept } = {} } = this.description;
    return evaluateAgent(this.agent, copies => this.#parts.openEnv(copies, 'evaluation'), seed, { ...kept, ...options });
  }

  /**
   * The greedy action for one observation, both as `reset` and `step` of the environment have them.
   * @param isStart whether an episode begins with it, for agents with a memory; false when omitted
   * @param actionMask `[A]`, 1 = legal: `info.actionMask`, never omitted where the environment has masks
   */
  act(obs: SpaceValue, isStart = false, actionMask?: Uint8Array): Promise<SpaceValue> {
    return actOnce(this.agent, this.spec, obs, isStart, actionMask);
  }

  /**
   * The greedy policy of this moment as plain data, to save or export; undefined where it is no pure function of the observation.
   */
  async policy(): Promise<Policy | undefined> {
    return this.agent.policy?.();
  }

  /** Frees what the engine holds, closes the environment, and lets other processes at the folder. */
  dispose(): void {
    this.#parts.release?.();
    this.agent.dispose();
    this.env.close();
    this.#parts.options.evaluation?.env.close();
  }

  /** Looks now and then whether somebody asks the run to stop. */
  #look(): void {
    const { store, now } = this.#parts;
    if (!store || now() - this.#looked < LOOK_INTERVAL) return;
    this.#looked = now();
    if (store.isStopRequested()) this.stop();
  }

  /** What the user should know, here and in the log. */
  #warning(text: string): RunEvent {
    const event = { type: 'warning', step: this.#step, message: text } as const;
    this.#parts.store?.event(event);
    return event;
  }
}
