import type { EnvInfo, EnvSpec, NumericArray } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';

/** What may follow an action. */
export interface Outcome {
  readonly probability: number;
  /** Next state. */
  readonly next: number;
  readonly reward: number;
  readonly terminated: boolean;
}

/** A finite Markov decision process. */
export interface TabularModel {
  /** Probability of starting in each state. */
  readonly start: ArrayLike<number>;
  readonly numActions: number;
  outcomes(state: number, action: number): readonly Outcome[];
}

/**
 * Environment whose observation is the number of its state, and whose dynamics are a table. Each reset and each step draws one
 * random number: the first outcome whose cumulative probability exceeds it is taken, as in Gymnasium.
 */
export class TabularEnv extends ArrayEnv<number, number> {
  /** State number and probability of the last outcome. */
  protected override readonly world: Float64Array;
  /** What the spaces call state 0 and action 0 of the model. */
  readonly #firstState: number;
  readonly #firstAction: number;
  #tables: Tables;
  #current: TabularModel;

  /** @param extraState numbers that a subclass keeps in `world` behind these two */
  constructor(spec: EnvSpec, model: TabularModel, extraState = 0) {
    super(spec);
    this.world = new Float64Array(2 + extraState);
    const { observationSpace, actionSpace } = spec;
    this.#firstState = observationSpace.type === 'discrete' ? observationSpace.start : 0;
    this.#firstAction = actionSpace.type === 'discrete' ? actionSpace.start : 0;
    this.#current = model;
    this.#tables = tablesOf(model);
  }

  get model(): TabularModel {
    return this.#current;
  }

  /** Goes on with another model of the same states and actions. */
  protected changeModel(model: TabularModel): void {
    this.#current = model;
    this.#tables = tablesOf(model);
  }

  protected override start(): void {
    const { startCumulative } = this.#tables;
    this.world[0] = pick(startCumulative, 0, startCumulative.length, this.rng.random());
    this.world[1] = 1;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const tables = this.#tables;
    const row = (this.world[0] * tables.numActions + actions[offset] - this.#firstAction) * tables.width;
    const outcome = row + pick(tables.cumulative, row, tables.width, this.rng.random());
    this.world[0] = tables.next[outcome];
    this.world[1] = tables.probability[outcome];
    this.reward = tables.rewards[outcome];
    this.terminated = tables.ends[outcome] === 1;
  }

  protected override observe(out: NumericArray, offset: number): void {
    out[offset] = this.#firstState + this.world[0];
  }

  /** Nobody wants them in curves; what counts is there as success or return. */
  protected override get tellsInfo(): boolean {
    return false;
  }

  /** `prob`: how likely the last outcome was. */
  protected override info(): EnvInfo {
    return { prob: this.world[1] };
  }
}

/** A model as arrays: rows of outcomes, one per state and action. */
interface Tables {
  readonly startCumulative: Float64Array;
  readonly numActions: number;
  /** Outcomes per row that there is room for. */
  readonly width: number;
  readonly probability: Float64Array;
  readonly cumulative: Float64Array;
  readonly next: Int32Array;
  readonly rewards: Float64Array;
  readonly ends: Uint8Array;
}

function tablesOf(model: TabularModel): Tables {
  const { start, numActions } = model;
  const rows = Array.from({ length: start.length * numActions }, (_, row) =>
    model.outcomes(Math.floor(row / numActions), row % numActions),
  );
  const width = Math.max(...rows.map(outcomes => outcomes.length));
  const size = rows.length * width;
  const tables: Tables = {
    startCumulative: cumulative(start),
    numActions,
    width,
    probability: new Float64Array(size),
    cumulative: new Float64Array(size),
    next: new Int32Array(size),
    rewards: new Float64Array(size),
    ends: new Uint8Array(size),
  };
  for (const [row, outcomes] of rows.entries()) {
    const from = row * width;
    tables.cumulative.set(cumulative(outcomes.map(outcome => outcome.probability)), from);
    for (const [i, { probability, next, reward, terminated }] of outcomes.entries()) {
      tables.probability[from + i] = probability;
      tables.next[from + i] = next;
      tables.rewards[from + i] = reward;
      tables.ends[from + i] = terminated ? 1 : 0;
    }
  }
  return tables;
}

function cumulative(probabilities: ArrayLike<number>): Float64Array {
  let sum = 0;
  return Float64Array.from(probabilities, probability => {
    sum += probability;
    return sum;
  });
}

/** Place, from `from` on, of the first value above `point`; 0 when rounding leaves none. */
function pick(values: Float64Array, from: number, count: number, point: number): number {
  for (let i = 0; i < count; i++) if (values[from + i] > point) return i;
  return 0;
}
