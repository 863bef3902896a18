import type { EnvSpec, EnvState, Frame, GoalOutcomes, NumericArray, StateValue, VectorEnv, VectorStep } from '@zpin/contracts';
import { InputError, message } from '@zpin/contracts';
import { checkFiniteStep } from '@zpin/core';
import { OfflineDataset } from './offline-dataset.ts';
import { type ColumnName, emptyColumn, type Transitions } from './transitions.ts';

/** A vector environment that writes down all that happens in it. */
export interface RecordedEnv extends VectorEnv {
  /** All transitions so far, copy by copy. @param about where they come from @throws InputError before the first step */
  dataset(about?: { readonly [key: string]: StateValue }): OfflineDataset;
}

/**
 * The environment, with everything that is played in it written down: train on it, and its `dataset()` is the replay of the whole
 * run.
 *
 * Training that plays in threads makes environments of its own, of which nothing is seen here.
 */
export function recordTransitions(env: VectorEnv): RecordedEnv {
  return new Recorder(env);
}

/** Rows that the columns first have room for. */
const FIRST_ROWS = 1024;

class Recorder implements RecordedEnv {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  readonly goals?: GoalOutcomes;
  readonly isResumable: boolean;
  readonly render?: (index?: number) => Frame;
  readonly #env: VectorEnv;
  /** `[T, N, …]` in the first `steps` of T steps that there is room for. */
  readonly #columns: Partial<Record<ColumnName, NumericArray>>;
  /** `[N, …]`: what the next actions are chosen on; null before a reset. */
  #obs: NumericArray | null = null;
  #mask: Uint8Array | null = null;
  #room: number;
  #steps = 0;

  constructor(env: VectorEnv) {
    this.#env = env;
    this.spec = env.spec;
    this.numEnvs = env.numEnvs;
    if (env.goals) this.goals = env.goals;
    this.isResumable = env.isResumable !== false;
    if (env.render) this.render = index => env.render?.(index) as Frame;
    this.#room = Math.ceil(FIRST_ROWS / env.numEnvs);
    const masks = env.createStep().actionMask ? (['actionMask', 'nextActionMask'] as const) : [];
    const names = ['obs', 'action', 'reward', 'rawReward', 'nextObs', 'terminated', 'truncated', ...masks] as const;
    this.#columns = Object.fromEntries(names.map(name => [name, emptyColumn(env.spec, name, this.#room * env.numEnvs)]));
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
      const remedy = 'Reset it; a run that goes on from a checkpoint cannot be recorded';
      throw new InputError(message('recordTransitions', 'the environment must have been reset', 'none', remedy));
    }
    this.#env.step(actions, out);
    checkFiniteStep(this.spec, out, `at step ${this.#steps + 1} of its recording`);
    if (this.#steps === this.#room) this.#grow();
    const { obs, action, reward, rawReward, nextObs, terminated, truncated, actionMask, nextActionMask } = this.#columns;
    const write = (column: NumericArray | undefined, rows: NumericArray | undefined) => {
      if (column && rows) column.set(rows, this.#steps * rows.length);
    };
    write(obs, this.#obs);
    write(action, actions);
    write(reward, out.reward);
    write(rawReward, out.rawReward ?? out.reward);
    write(nextObs, out.obs);
    write(terminated, out.terminated);
    write(truncated, out.truncated);
    write(actionMask, this.#mask ?? undefined);
    write(nextActionMask, out.actionMask);
    for (let i = 0; i < this.numEnvs; i++) {
      if (!out.terminated[i] && !out.truncated[i]) continue;
      this.#writeFinal(nextObs, out.finalObs, i);
      this.#writeFinal(nextActionMask, out.finalActionMask, i);
    }
    this.#steps++;
    this.#see(out);
  }

  /** The true last row of copy i, in place of the first of its next episode. */
  #writeFinal(column: NumericArray | undefined, rows: NumericArray | undefined, i: number): void {
    if (!column || !rows) return;
    const width = rows.length / this.numEnvs;
    column.set(rows.subarray(i * width, (i + 1) * width), this.#steps * rows.length + i * width);
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
    // `emptyColumn` gives each column its type, which a table by name does not say.
    const { terminated, truncated } = this.#columns as unknown as Transitions;
    for (let row = (this.#steps - 1) * this.numEnvs; row < this.#steps * this.numEnvs; row++) {
      if (!terminated[row]) truncated[row] = 1;
    }
  }

  #grow(): void {
    this.#room *= 2;
    for (const [name, column] of Object.entries(this.#columns) as [ColumnName, NumericArray][]) {
      const larger = emptyColumn(this.spec, name, this.#room * this.numEnvs);
      larger.set(column);
      this.#columns[name] = larger;
    }
  }

  dataset(about: { readonly [key: string]: StateValue } = {}): OfflineDataset {
    const [T, N] = [this.#steps, this.numEnvs];
    if (T === 0) throw new InputError(message('recordTransitions', 'there must be a transition', 'none', 'Play first'));
    const transitions: Partial<Record<ColumnName, NumericArray>> = {};
    for (const [name, column] of Object.entries(this.#columns) as [ColumnName, NumericArray][]) {
      const width = column.length / (this.#room * N);
      const out = emptyColumn(this.spec, name, T * N);
      for (let t = 0; t < T; t++) {
        for (let i = 0; i < N; i++) {
          const from = (t * N + i) * width;
          out.set(column.subarray(from, from + width), (i * T + t) * width);
        }
      }
      transitions[name] = out;
    }
    // Of no use where no wrapper changed a reward.
    if (transitions.rawReward?.every((paid, row) => paid === transitions.reward?.[row])) delete transitions.rawReward;
    // Complete by now, each column of the type that `emptyColumn` gave it.
    const { terminated, truncated } = transitions as unknown as Transitions;
    // The last episode of each copy goes on, but not here.
    for (let last = T - 1; last < T * N; last += T) if (!terminated[last]) truncated[last] = 1;
    return new OfflineDataset({ spec: this.spec, transitions: transitions as unknown as Transitions, about });
  }

  state(): EnvState {
    return this.#env.state();
  }

  restore(state: EnvState): void {
    this.#env.restore(state);
    this.#cut();
    this.#obs = null;
  }

  close(): void {
    this.#env.close();
  }
}
