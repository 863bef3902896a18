import type { AgentState } from '@zpin/contracts';
import type { ActionTable } from './action-table.ts';

/** Eligibility traces: how much of a TD error goes to the pairs visited before. */
export interface Traces {
  readonly lambda: number;
  readonly kind: 'accumulating' | 'replacing';
}

/**
 * Traces below this are forgotten: such a share of a TD error is lost in the rounding of the values, and adding it takes time.
 */
const SMALLEST_TRACE = 1e-8;

/** Eligibility of the pairs visited in one episode. */
export class TraceMemory {
  readonly #values: Float32Array;
  readonly #numActions: number;
  readonly #trace: Float32Array;
  /** Pairs whose trace is not 0, the first `count` of them. */
  readonly #visited: Int32Array;
  readonly #decay: number;
  readonly #isReplacing: boolean;
  #count = 0;

  /** @param table whose values learn */
  constructor({ values, numActions }: ActionTable, { lambda, kind }: Traces) {
    this.#values = values;
    this.#numActions = numActions;
    this.#trace = new Float32Array(values.length);
    this.#visited = new Int32Array(values.length);
    this.#decay = lambda;
    this.#isReplacing = kind === 'replacing';
  }

  /** Visits a pair, gives every pair its share of `change`, and lets the traces fade. */
  learn(pair: number, change: number, gamma: number, isEnd: boolean): void {
    const [values, trace, visited, numActions] = [this.#values, this.#trace, this.#visited, this.#numActions];
    if (trace[pair] === 0) visited[this.#count++] = pair;
    if (this.#isReplacing) {
      const row = pair - (pair % numActions);
      trace.fill(0, row, row + numActions);
      trace[pair] = 1;
    } else trace[pair] += 1;
    const fade = isEnd ? 0 : gamma * this.#decay;
    let kept = 0;
    for (let k = 0; k < this.#count; k++) {
      const at = visited[k];
      values[at] += change * trace[at];
      trace[at] *= fade;
      if (trace[at] >= SMALLEST_TRACE) visited[kept++] = at;
      else trace[at] = 0;
    }
    this.#count = kept;
  }

  /** Ends the episode: no pair is to blame for what comes. */
  clear(): void {
    this.#trace.fill(0);
    this.#count = 0;
  }

  state(): { trace: Float32Array; visited: Int32Array } {
    return { trace: this.#trace.slice(), visited: this.#visited.slice(0, this.#count) };
  }

  /** Whether a state is one of traces of that many pairs. */
  static fits(state: AgentState | undefined, pairs: number): boolean {
    const { trace, visited } = state ?? {};
    if (!(trace instanceof Float32Array && trace.length === pairs && visited instanceof Int32Array)) return false;
    return visited.length <= pairs && visited.every(pair => pair >= 0 && pair < pairs);
  }

  restore({ trace, visited }: AgentState): void {
    this.#trace.set(trace as Float32Array);
    this.#visited.set(visited as Int32Array);
    this.#count = (visited as Int32Array).length;
  }
}
