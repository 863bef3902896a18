import {
  type Agent,
  EnvError,
  type EnvParameters,
  type EnvSpec,
  InputError,
  message,
  NumericsError,
  type Policy,
  type SpaceValue,
  type VectorEnv,
  WorkerError,
} from '@zpin/contracts';
import {
  type AnyAlgorithm,
  type BestEvaluation,
  breathe,
  type Engine,
  type Evaluation,
  exportOnnx,
  type TrainEvent,
  type TrainState,
  type TrainSummary,
} from '@zpin/core';
import { actOnce } from './act-once.ts';
import type { CurriculumProgress } from './curriculum.ts';
import type { EnvPurpose } from './environment.ts';
import { type EvaluateOptions, evaluateAgent } from './evaluate-agent.ts';
import { filmEpisode } from './film-episode.ts';
import type { Recording } from './recording.ts';
import type { RunDescription } from './run-description.ts';
import type { RunEvent } from './run-event.ts';
import type { CheckpointParts, RunStore } from './run-store.ts';
import type { Trainee, TrainingOptions } from './start-training.ts';

/** Milliseconds between two looks for a request to stop. */
const LOOK_INTERVAL = 500;
/** Steps after which an episode that is filmed is cut off. */
const FILM_STEPS = 500;

/** Everything that a run consists of. */
export interface RunParts {
  readonly description: RunDescription;
  readonly algorithm: AnyAlgorithm;
  readonly trainee: Trainee;
  readonly engine: Engine;
  readonly options: TrainingOptions;
  /** Copies of the environment. */
  openEnv(copies: number, purpose?: EnvPurpose): Promise<VectorEnv> | VectorEnv;
  /** Where it is saved; nowhere when null. */
  readonly store: RunStore | null;
  /** Gives the folder free for other processes; null where there is none. */
  readonly release: (() => void) | null;
  /** Whether the folder is needed after training too, until `dispose`. */
  readonly concludes: boolean;
  /** Where it goes on from. */
  readonly resume: ResumePoint | null;
  /** All that training plays, where it is recorded. */
  readonly recording?: Recording;
  /** Where it is in its curriculum, where it has one. */
  readonly curriculum?: CurriculumProgress;
  /** What the user should know before it goes on. */
  readonly notes?: readonly string[];
  /** Stops it from outside its loop; the signal of its options hears of it. */
  readonly stopping: AbortController;
  /** Milliseconds since any fixed time. */
  now(): number;
}

interface ResumePoint {
  readonly step: number;
  readonly wallSeconds: number;
  readonly best: BestEvaluation | null;
  /**
   * Lets go of the state in the options, once training has taken it back: as the replay memory is overwritten, what it held would
   * stay in memory.
   */
  forget(): void;
}

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
  #step: number;
  #wallMilliseconds: number;
  #best: BestEvaluation | null;
  #summary: TrainSummary | null = null;
  #isStarted = false;
  #cannotFilm = false;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(parts: RunParts) {
    this.#parts = parts;
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
    let hasFailed = false;
    let filmed: number | null = null;
    try {
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
          store?.begin(this.description, this.#step, this.engine);
          for (const note of notes) yield this.#warning(note);
        }
        if (done) {
          this.#summary = value;
          this.#record();
          await this.#finish();
          return value;
        }
        this.#step = value.step;
        for (const note of this.#parts.engine.takeNotes?.() ?? []) yield this.#warning(note);
        if (value.type === 'eval' && value.isBest) await this.#keepBest(value);
        const event: RunEvent =
          value.type === 'checkpoint'
            ? await this.#checkpoint(value)
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
        // Films are due at the same steps, whether the run was stopped or not.
        filmed ??= store?.lastFilm() ?? 0;
        if (event.type === 'step' && !event.evaluation && this.#isFilmDue(filmed)) {
          filmed = this.#step;
          const trouble = await this.#film();
          if (trouble !== null) yield this.#warning(trouble);
        }
        this.#look();
        const pause = breathe();
        if (pause) await pause;
      }
    } catch (error) {
      hasFailed = true;
      throw this.#withCheckpoint(error);
    } finally {
      // A consumer that leaves stops the training.
      await training.return?.(undefined as never);
      store?.close(hasFailed ? 'failed' : (this.#summary?.reason ?? 'stopped'));
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

  async #checkpoint(event: Extract<TrainEvent, { readonly type: 'checkpoint' }>): Promise<RunEvent> {
    const { store, curriculum } = this.#parts;
    const state = curriculum ? { ...event.state, curriculum: curriculum.state() } : event.state;
    if (!store) return { ...event, state };
    return { ...event, state, path: await store.saveCheckpoint(await this.#moment(state)) };
  }

  /** Keeps the agent of the best evaluation so far. */
  async #keepBest(evaluation: Extract<TrainEvent, { readonly type: 'eval' }>): Promise<void> {
    const { store } = this.#parts;
    this.#best = { step: evaluation.step, meanReturn: mean(evaluation.returns) };
    if (!store) return;
    const moment = await this.#moment({ agent: await this.agent.state() });
    await store.saveBest({ ...moment, evaluation, onnx: this.#onnx(moment.policy) });
  }

  /** What is saved of this moment. @throws NumericsError when something of the agent is not finite */
  async #moment(state: TrainState): Promise<CheckpointParts> {
    const { description } = this.#parts;
    const policy = await this.agent.policy?.();
    const { vectors = {} } = state.agent as { readonly vectors?: Readonly<Record<string, unknown>> };
    // Also what the policy does not show: critics, targets, moments of optimisers.
    for (const [name, values] of Object.entries({ ...vectors, ...(policy && { weights: policy.weights }) })) {
      const broken = values instanceof Float32Array ? values.find(value => !Number.isFinite(value)) : undefined;
      if (broken === undefined) continue;
      const remedy = 'Lower the learning rate, clip gradients, or look at the rewards';
      throw new NumericsError(message(`train at step ${this.#step}`, `${name} must be finite`, broken, remedy));
    }
    const programs = this.#parts.engine.choices?.();
    return { description, state, step: this.#step, spec: this.spec, wallSeconds: this.wallSeconds, policy, programs };
  }

  #isFilmDue(before: number): boolean {
    const { everySteps } = this.description.films ?? {};
    if (everySteps === undefined || !this.#parts.store || this.#cannotFilm) return false;
    return Math.floor(this.#step / everySteps) > Math.floor(before / everySteps);
  }

  /** Films a greedy episode. @returns why that cannot be; null where it can. The run goes on in any case */
  async #film(): Promise<string | null> {
    const { store, options } = this.#parts;
    const { films, seed } = this.description;
    if (!store || !films) return null;
    const film = store.film(this.#step, films);
    const env = await this.#parts.openEnv(1, 'evaluation');
    const { signal } = options;
    const told = { seed, signal, maxSteps: films.maxSteps ?? FILM_STEPS };
    try {
      await filmEpisode({ agent: this.agent, env, ...told, onFrame: frame => film.add(frame) });
      await film.finish();
      return null;
    } catch (error) {
      film.discard();
      if (signal?.aborted) return null;
      if (!(error instanceof InputError)) throw error;
      this.#cannotFilm = true;
      return `Nothing is filmed: ${error.message}`;
    } finally {
      env.close();
    }
  }

  /** Leaves what was played as a data set. */
  #record(): void {
    const { algorithm, seed, envOptions = {} } = this.description;
    this.#parts.recording?.save({ behaviour: `${algorithm}, in training`, trainedSteps: this.#step, seed, envOptions });
  }

  /** Leaves the policy as a model that other programs can run. */
  async #finish(): Promise<void> {
    const { store, algorithm } = this.#parts;
    if (!store || this.#summary?.reason !== 'finished') return;
    const model = algorithm.policy && this.#onnx(await this.agent.policy?.());
    if (model) store.saveOnnx(model);
  }

  #onnx(policy: Policy | undefined): Uint8Array | undefined {
    const { algorithm } = this.#parts;
    // One's own algorithm may have agents of another one, under a name of its own.
    return algorithm.policy && policy && exportOnnx(policy, { algorithms: [{ ...algorithm, id: policy.algorithm }] });
  }

  /** Failures of training say where the last good state is. */
  #withCheckpoint(error: unknown): unknown {
    const { store } = this.#parts;
    const Kind = [NumericsError, WorkerError, EnvError].find(kind => error instanceof kind);
    if (!store || !Kind || !(error instanceof Error)) return error;
    const kept = store.checkpointPath
      ? `The last good checkpoint is kept: ${store.checkpointPath}`
      : 'No checkpoint was written yet';
    return new Kind(`${error.message.replace(/\.$/, '')}. ${kept}.`, { cause: error });
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
