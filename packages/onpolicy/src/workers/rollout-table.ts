import { createRows, type EnvSpec, type NumericArray, type Rollout, type StateValue } from '@zpin/contracts';

/** What a rollout holds for every step of every environment. */
type Columns = Omit<Rollout, 'numSteps' | 'numEnvs' | 'recurrence'>;

/** A rollout of all environments, `[T, N, …]`, put together from what workers send. */
export class RolloutTable {
  readonly numSteps: number;
  readonly numEnvs: number;
  /** Steps that are there. */
  length = 0;
  readonly #columns: Columns;

  /** @param maskSize numbers of a mask of legal actions, 0 where there are none */
  constructor({ observationSpace, actionSpace }: EnvSpec, numSteps: number, numEnvs: number, maskSize: number) {
    this.numSteps = numSteps;
    this.numEnvs = numEnvs;
    const rows = numSteps * numEnvs;
    const floats = () => new Float32Array(rows);
    this.#columns = {
      obs: createRows(observationSpace, rows),
      action: createRows(actionSpace, rows),
      reward: floats(),
      terminated: new Uint8Array(rows),
      truncated: new Uint8Array(rows),
      logProb: floats(),
      value: floats(),
      nextValue: floats(),
      ...(maskSize > 0 && { actionMask: new Uint8Array(rows * maskSize) }),
    };
  }

  /** Writes the part of one worker, whose environments begin with number `start`, behind what is there. */
  put(part: Rollout, start: number): void {
    for (const [name, column] of this.#entries()) {
      const width = column.length / (this.numSteps * this.numEnvs);
      const [own, all] = [part.numEnvs * width, this.numEnvs * width];
      const source = part[name] as NumericArray;
      for (let t = 0; t < part.numSteps; t++) {
        column.set(source.subarray(t * own, (t + 1) * own), (this.length + t) * all + start * width);
      }
    }
    if (this.length > 0) this.#joinValues(part, start);
  }

  /** Ends the episode parts that `put` wrote side by side. */
  advance(steps: number): void {
    this.length += steps;
  }

  /** The whole rollout, valid until the next `put`. */
  get rollout(): Rollout {
    const { numSteps, numEnvs } = this;
    return { numSteps, numEnvs, ...this.#columns };
  }

  clear(): void {
    this.length = 0;
  }

  state(): StateValue {
    const columns = Object.fromEntries(this.#entries().map(([name, column]) => [name, column.slice()]));
    return { length: this.length, columns: this.length > 0 ? columns : {} };
  }

  restore(state: StateValue): void {
    const { length, columns } = state as { length: number; columns: Readonly<Record<string, NumericArray>> };
    this.length = length;
    for (const [name, column] of this.#entries()) if (length > 0) column.set(columns[name]);
  }

  #entries(): [keyof Columns, NumericArray][] {
    return Object.entries(this.#columns) as [keyof Columns, NumericArray][];
  }

  /** What follows the last step that was there is the first that came now, where the episode went on. */
  #joinValues({ numEnvs, value }: Rollout, start: number): void {
    const { terminated, truncated, nextValue } = this.#columns;
    for (let i = 0; i < numEnvs; i++) {
      const row = (this.length - 1) * this.numEnvs + start + i;
      if (!terminated[row] && !truncated[row]) nextValue[row] = value[i];
    }
  }
}
