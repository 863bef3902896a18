import type { Metrics } from '@zpin/contracts';

/** Averages of metrics over the gradient steps of one update. */
export class MeanMetrics implements Metrics {
  readonly #sums = new Map<string, number>();
  readonly #counts = new Map<string, number>();

  get names(): readonly string[] {
    return [...this.#sums.keys()];
  }

  add(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) {
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    }
  }

  read(): Record<string, number> {
    return Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum / (this.#counts.get(name) as number)]));
  }
}
