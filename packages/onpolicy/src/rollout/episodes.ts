import type { AgentState, NumericArray, Rollout } from '@zpin/contracts';

/** Columns of a rollout that whole episodes are made of: `[T, N, …]`. */
type StepColumns = Pick<Rollout, 'obs' | 'action' | 'reward' | 'terminated' | 'truncated' | 'value' | 'nextValue'> & {
  readonly actionMask?: Uint8Array;
};

/** Steps of whole episodes: R rows and what follows from the episodes they are of. */
export interface EpisodeSteps {
  /** R > 0 */
  readonly rows: number;
  readonly episodes: number;
  /** `[R, D]` */
  readonly obs: NumericArray;
  /** `[R]` or `[R, K]` */
  readonly action: NumericArray;
  /** `[R]`: V(s_t), as it was when the step was taken. */
  readonly value: Float32Array;
  /** `[R]`: G_t, the discounted return from this step on. */
  readonly returnToGo: Float32Array;
  /** `[R]`: G_0, the discounted return of the whole episode of this step. */
  readonly wholeReturn: Float32Array;
  /** `[R, A]` */
  readonly actionMask?: Uint8Array;
}

export interface EpisodesOptions {
  readonly numEnvs: number;
  readonly gamma: number;
  /** Whether the value of the last observation stands for what a time limit cut off; else nothing does. */
  readonly bootstrap: boolean;
}

/** Puts the episodes together that rollouts cut: steps wait until their episode has ended. */
export class Episodes {
  readonly #options: EpisodesOptions;
  /** Rollouts behind each other, from the first step of any open episode on; null when there is none. */
  #kept: StepColumns | null = null;
  /** `[N]`: row of `#kept` in which the open episode of each environment starts. */
  readonly #start: Int32Array;

  constructor(options: EpisodesOptions) {
    this.#options = options;
    this.#start = new Int32Array(options.numEnvs);
  }

  /** The steps of all episodes that ended in this rollout, by time; null when none did. */
  add(rollout: Rollout): EpisodeSteps | null {
    const { numEnvs } = this.#options;
    const columns = this.#kept ? concatenate(this.#kept, columnsOf(rollout)) : columnsOf(rollout);
    const numSteps = columns.reward.length / numEnvs;
    const { returnToGo, wholeReturn, ends, episodes } = this.#returns(columns, numSteps);
    const chosen: number[] = [];
    for (let t = 0; t < numSteps; t++) {
      for (let i = 0; i < numEnvs; i++) {
        if (t >= this.#start[i] && t < ends[i]) chosen.push(t * numEnvs + i);
      }
    }
    for (let i = 0; i < numEnvs; i++) this.#start[i] = Math.max(this.#start[i], ends[i]);
    const from = Math.min(...this.#start);
    this.#kept = from === numSteps ? null : slice(columns, from / numSteps);
    for (let i = 0; i < numEnvs; i++) this.#start[i] -= from;
    if (chosen.length === 0) return null;
    const { obs, action, value, actionMask } = columns;
    const pick = <A extends NumericArray>(column: A): A => pickRows(column, column.length / columns.reward.length, chosen);
    return {
      rows: chosen.length,
      episodes,
      obs: pick(obs),
      action: pick(action),
      value: pick(value),
      returnToGo: pick(returnToGo),
      wholeReturn: pick(wholeReturn),
      ...(actionMask && { actionMask: pick(actionMask) }),
    };
  }

  /** Returns of each row; and for each environment the row behind its last ended episode, 0 when none ended. */
  #returns({ reward, terminated, truncated, nextValue }: StepColumns, numSteps: number) {
    const { numEnvs, gamma, bootstrap } = this.#options;
    const returnToGo = new Float32Array(reward.length);
    const wholeReturn = new Float32Array(reward.length);
    const ends = new Int32Array(numEnvs);
    let episodes = 0;
    for (let i = 0; i < numEnvs; i++) {
      let following = 0;
      let last = -1;
      for (let t = numSteps - 1; t >= this.#start[i]; t--) {
        const row = t * numEnvs + i;
        if (terminated[row] || truncated[row]) {
          following = truncated[row] && !terminated[row] && bootstrap ? nextValue[row] : 0;
          ends[i] = Math.max(ends[i], t + 1);
          episodes++;
          last = t;
        }
        if (last < 0) continue;
        following = reward[row] + gamma * following;
        returnToGo[row] = following;
        const previous = row - numEnvs;
        const isFirst = t === this.#start[i] || terminated[previous] || truncated[previous];
        if (isFirst) for (let step = t; step <= last; step++) wholeReturn[step * numEnvs + i] = following;
      }
    }
    return { returnToGo, wholeReturn, ends, episodes };
  }

  /** Steps of the longest episode that has not ended yet. */
  get longestOpen(): number {
    if (!this.#kept) return 0;
    return this.#kept.reward.length / this.#options.numEnvs - Math.min(...this.#start);
  }

  /** Open episodes do not go on: their steps are forgotten. */
  cut(): void {
    this.#kept = null;
    this.#start.fill(0);
  }

  state(): AgentState {
    return { start: this.#start.slice(), kept: this.#kept && slice(this.#kept, 0) };
  }

  restore(state: AgentState): void {
    this.#start.set(state.start as Int32Array);
    this.#kept = state.kept as StepColumns | null;
  }
}

function columnsOf({ obs, action, reward, terminated, truncated, value, nextValue, actionMask }: Rollout): StepColumns {
  return { obs, action, reward, terminated, truncated, value, nextValue, ...(actionMask && { actionMask }) };
}

function concatenate(first: StepColumns, second: StepColumns): StepColumns {
  return mapColumns(first, (column, name) => {
    const next = second[name as keyof StepColumns] as NumericArray;
    const both = new (column.constructor as new (length: number) => NumericArray)(column.length + next.length);
    both.set(column);
    both.set(next, column.length);
    return both;
  });
}

/** Copies of the rows from this share of them on. */
function slice(columns: StepColumns, from: number): StepColumns {
  return mapColumns(columns, column => column.slice(Math.round(column.length * from)));
}

function mapColumns(columns: StepColumns, f: (column: NumericArray, name: string) => NumericArray): StepColumns {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, f(column, name)])) as StepColumns;
}

function pickRows<A extends NumericArray>(column: A, width: number, rows: readonly number[]): A {
  const picked = new (column.constructor as new (length: number) => A)(rows.length * width);
  for (const [to, from] of rows.entries()) picked.set(column.subarray(from * width, (from + 1) * width), to * width);
  return picked;
}
