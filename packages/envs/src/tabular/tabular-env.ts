import type { EnvInfo, EnvSpec, NumericArray } from '@zpin/core/spec';
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
 * Environment whose observation is the number of its state, and whose dynamics are a table. Each reset and each step draws one random number:
 * the first outcome whose cumulative probability exceeds it is taken, as in Gymnasium.
 */
export class TabularEnv extends ArrayEnv<number, number> {
  /** State number and probability of the last outcome. */
  protected override readonly world: Float64Array;
  readonly model: TabularModel;
  private readonly startCumulative: Float64Array;
  /** Outcomes per state and action that the table has room for. */
  private readonly width: number;
  private readonly numActions: number;
  private readonly probability: Float64Array;
  private readonly cumulative: Float64Array;
  private readonly next: Int32Array;
  private readonly rewards: Float64Array;
  private readonly ends: Uint8Array;

  constructor(spec: EnvSpec, model: TabularModel, extraState = 0) {
    super(spec);
    this.world = new Float64Array(2 + extraState);
    this.model = model;
    this.numActions = model.numActions;
    this.startCumulative = cumulative(model.start);
    const table = Array.from({ length: model.start.length * model.numActions }, (_, row) => {
      return model.outcomes(Math.floor(row / model.numActions), row % model.numActions);
    });
    this.width = Math.max(...table.map(outcomes => outcomes.length));
    const size = table.length * this.width;
    this.probability = new Float64Array(size);
    this.cumulative = new Float64Array(size);
    this.next = new Int32Array(size);
    this.rewards = new Float64Array(size);
    this.ends = new Uint8Array(size);
    table.forEach((outcomes, row) => {
      this.fill(outcomes, row * this.width);
    });
  }

  protected override start(): void {
    this.world[0] = pick(this.startCumulative, 0, this.startCumulative.length, this.rng.random());
    this.world[1] = 1;
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const row = (this.world[0] * this.numActions + actions[offset]) * this.width;
    const outcome = row + pick(this.cumulative, row, this.width, this.rng.random());
    this.world[0] = this.next[outcome];
    this.world[1] = this.probability[outcome];
    this.reward = this.rewards[outcome];
    this.terminated = this.ends[outcome] === 1;
  }

  protected override observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[0];
  }

  /** `prob`: how likely the last outcome was. */
  protected override info(): EnvInfo {
    return { prob: this.world[1] };
  }

  private fill(outcomes: readonly Outcome[], from: number): void {
    this.cumulative.set(cumulative(outcomes.map(outcome => outcome.probability)), from);
    outcomes.forEach(({ probability, next, reward, terminated }, i) => {
      this.probability[from + i] = probability;
      this.next[from + i] = next;
      this.rewards[from + i] = reward;
      this.ends[from + i] = terminated ? 1 : 0;
    });
  }
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
