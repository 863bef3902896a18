import type { AgentState, Metrics } from '@zpin/contracts';

/** The mean size of TD errors since the last report, among the metrics of a tabular agent. */
export class TdErrors {
  /** What is reported beside it. */
  readonly #more: () => Readonly<Record<string, number>>;
  #sum = 0;
  #count = 0;

  constructor(more: () => Readonly<Record<string, number>>) {
    this.#more = more;
  }

  add(error: number): void {
    this.#sum += Math.abs(error);
    this.#count++;
  }

  metrics(): Metrics {
    const values = { tdError: this.#count === 0 ? 0 : this.#sum / this.#count, ...this.#more() };
    return { names: Object.keys(values), read: () => values };
  }

  /** The same; the next one begins anew. */
  report(): Metrics {
    const reported = this.metrics();
    [this.#sum, this.#count] = [0, 0];
    return reported;
  }

  state(): { errorSum: number; errors: number } {
    return { errorSum: this.#sum, errors: this.#count };
  }

  restore({ errorSum, errors }: AgentState): void {
    [this.#sum, this.#count] = [errorSum as number, errors as number];
  }
}
