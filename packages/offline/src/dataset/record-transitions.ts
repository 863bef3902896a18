import type {
  EnvParameters,
  EnvSpec,
  EnvState,
  Frame,
  GoalOutcomes,
  NumericArray,
  StateValue,
  VectorEnv,
  VectorStep,
} from '@zpin/contracts';
import { CheckpointError, InputError, message } from '@zpin/contracts';
import { checkFiniteStep } from '@zpin/core';
import { OfflineDataset } from './offline-dataset.ts';
import { RecordedColumn } from './recorded-column.ts';
import { type ColumnName, namedColumns } from './transitions.ts';

/** A vector environment that writes down all that happens in it. */
export interface RecordedEnv extends VectorEnv {
  /** Transitions so far, over all copies. */
  readonly size: number;
  /** All transitions so far, copy by copy. @param about where they come from @throws InputError before the first step */
  dataset(about?: { readonly [key: string]: StateValue }): OfflineDataset;
}

/**
 * The environment, with everything that is played in it written down: train on it, and its `dataset()` is the replay of the whole
 * run. What was written down is part of its state, so that a run that goes on from a checkpoint goes on writing.
 *
 * Training that plays in threads makes environments of its own, of which nothing is seen here.
 */
export function recordTransitions(env: VectorEnv): RecordedEnv {
  return new Recorder(env);
}

class Recorder implements RecordedEnv {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  readonly goals?: GoalOutcomes;
  readonly render?: (index?: number) => Frame;
  readonly setParameters?: (parameters: EnvParameters) => void;
  readonly #env: VectorEnv;
  readonly #columns: ReadonlyMap<ColumnName, RecordedColumn>;
  /** `[N, …]`: what the next actions are chosen on; null before a reset. */
  #obs: NumericArray | null = null;
  #mask: Uint8Array | null = null;
  #steps = 0;
  /** `[N]`: which copies ended an episode in the last step. */
  readonly #hasEnded: Uint8Array;

  constructor(env: VectorEnv) {
    this.#env = env;
    this.spec = env.spec;
    this.numEnvs = env.numEnvs;
    if (env.goals) this.goals = env.goals;
    if (env.render) this.render = index => env.render?.(index) as Frame;
    if (env.setParameters) this.setParameters = parameters => env.setParameters?.(parameters);
    const masks = env.createStep().actionMask ? (['actionMask', 'nextActionMask'] as const) : [];
    const names = ['obs', 'action', 'reward', 'rawReward', 'nextObs', 'terminated', 'truncated', ...masks] as const;
    this.#columns = new Map(names.map(name => [name, new RecordedColumn(env.spec, name, env.numEnvs)]));
    this.#hasEnded = new Uint8Array(env.numEnvs);
  }

  get isResumable(): boolean {
    return this.#env.isResumable !== false;
  }

  get parameters(): EnvParameters | null {
    return this.#env.parameters ?? null;
  }

  get size(): number {
    return this.#steps * this.numEnvs;
  }

  createStep(): VectorStep {
    return this.#env.createStep();
  }

  reset(out: VectorStep, seed?: number | readonly number[]): void {
    this.#env.reset(out, seed);
    this.#cut();
    this.#see(out);
  }

  step(actions: NumericArray, out: VectorStep): void {
    if (!this.#obs) {
      const remedy = 'Reset it, or restore a state of a recorded environment';
      throw new InputError(message('recordTransitions', 'the environment must have been reset', 'none', remedy));
    }
    this.#env.step(actions, out);
    checkFiniteStep(this.spec, out, `at step ${this.#steps + 1} of its recording`);
    this.#add('obs', this.#obs);
    this.#add('action', actions);
    this.#add('reward', out.reward);
    this.#add('rawReward', out.rawReward ?? out.reward);
    this.#add('nextObs', out.obs);
    this.#add('terminated', out.terminated);
    this.#add('truncated', out.truncated);
    this.#add('actionMask', this.#mask);
    this.#add('nextActionMask', out.actionMask);
    for (let i = 0; i < this.numEnvs; i++) {
      this.#hasEnded[i] = Number(out.terminated[i] || out.truncated[i]);
      if (!this.#hasEnded[i]) continue;
      // The true last row, in place of the first of the next episode.
      this.#rewrite('nextObs', out.finalObs, i);
      this.#rewrite('nextActionMask', out.finalActionMask, i);
    }
    this.#steps++;
    this.#see(out);
  }

  #add(name: ColumnName, rows: NumericArray | null | undefined): void {
    if (rows) this.#columns.get(name)?.add(rows);
  }

  #rewrite(name: ColumnName, rows: NumericArray | undefined, i: number): void {
    if (!rows) return;
    const width = rows.length / this.numEnvs;
    this.#columns.get(name)?.rewrite(i, rows.subarray(i * width, (i + 1) * width));
  }

  #see({ obs, actionMask }: VectorStep): void {
    this.#obs ??= obs.slice();
    this.#obs.set(obs);
    if (!actionMask) return;
    this.#mask ??= actionMask.slice();
    this.#mask.set(actionMask);
  }

  /** Whatever goes on is not known any more. */
  #cut(): void {
    if (this.#steps === 0) return;
    for (let i = 0; i < this.numEnvs; i++) if (!this.#hasEnded[i]) this.#columns.get('truncated')?.rewrite(i, [1]);
    this.#hasEnded.fill(1);
  }

  dataset(about: { readonly [key: string]: StateValue } = {}): OfflineDataset {
    const [T, N] = [this.#steps, this.numEnvs];
    if (T === 0) throw new InputError(message('recordTransitions', 'there must be a transition', 'none', 'Play first'));
    const { rawReward, ...others } = namedColumns(
      Object.fromEntries(Array.from(this.#columns, ([name, column]) => [name, column.rows()])),
    );
    // Of no use where no wrapper changed a reward.
    const isRaw = !rawReward || rawReward.every((paid, row) => paid === others.reward[row]);
    // The last episode of each copy goes on, but not here.
    for (let last = T - 1; last < T * N; last += T) if (!others.terminated[last]) others.truncated[last] = 1;
    return new OfflineDataset({ spec: this.spec, transitions: isRaw ? others : { ...others, rawReward }, about });
  }

  state(): EnvState {
    const columns = Object.fromEntries(Array.from(this.#columns, ([name, column]) => [name, column.state()]));
    const seen = { obs: this.#obs?.slice() ?? null, mask: this.#mask?.slice() ?? null, hasEnded: this.#hasEnded.slice() };
    return { env: this.#env.state(), recording: { steps: this.#steps, columns, ...seen } };
  }

  /** @throws CheckpointError when the state is none of a recording of this environment */
  restore({ env, recording }: EnvState): void {
    const refuse = (found: unknown) => {
      const remedy = 'A run that began without a recording goes on without one';
      const expectation = `the state must be that of a recording of ${this.numEnvs} copies of ${this.spec.id}`;
      return new CheckpointError(message('recordTransitions', expectation, found, remedy));
    };
    if (!isRecord(env) || !isRecord(recording)) throw refuse('none');
    const { steps, columns, obs, mask, hasEnded } = recording;
    if (typeof steps !== 'number' || !isRecord(columns)) throw refuse('another one');
    const now = this.#env.createStep();
    const seenObs = rowsLike(now.obs, obs);
    const seenMask = now.actionMask ? rowsLike(now.actionMask, mask) : null;
    const ended = rowsLike(this.#hasEnded, hasEnded);
    if (obs !== null && !(seenObs && ended)) throw refuse('one with other rows');
    for (const [name, column] of this.#columns) {
      const blocks = columns[name];
      if (!Array.isArray(blocks) || !column.restore(blocks, steps)) throw refuse(`one with other rows of ${name}`);
    }
    this.#obs = seenObs;
    this.#mask = seenMask;
    this.#hasEnded.set(ended ?? []);
    this.#steps = steps;
    // Last: an environment may find only now that its episodes cannot go on; then new ones begin, behind what was written down.
    this.#env.restore(env);
  }

  close(): void {
    this.#env.close();
  }
}

function isRecord(value: StateValue | undefined): value is { readonly [key: string]: StateValue } {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Array.isArray(value);
}

/** A copy of saved rows, where they are of the type and number of those given; else null. */
function rowsLike<Rows extends NumericArray>(rows: Rows, saved: StateValue | undefined): Rows | null {
  const isLike = ArrayBuffer.isView(saved) && saved.constructor === rows.constructor && 'length' in saved;
  // Of the same constructor.
  return isLike && saved.length === rows.length ? ((saved as Rows).slice() as Rows) : null;
}
