import type { Progress, StateValue } from '@zpin/contracts';

/** What remembers something that belongs into a checkpoint: a generator, noise, statistics, a counter. */
export interface Stateful {
  state(): StateValue;
  /** Takes back what `state` returned. */
  restore(state: never): void;
  /** Forgets the episodes in progress, which do not go on; absent where it remembers nothing of them. */
  cut?(): void;
}

/** What an agent remembers beside its vectors, by the names under which it is saved. */
export type Memory = Readonly<Record<string, Stateful>>;

/** A whole number that belongs into a checkpoint. */
export class Counter implements Stateful {
  value = 0;

  state(): number {
    return this.value;
  }

  restore(value: number): void {
    this.value = value;
  }
}

/** How far the run is, as training told last. */
export class Clock implements Progress {
  step = 0;
  totalSteps = 1;

  set({ step, totalSteps }: Progress): void {
    this.step = step;
    this.totalSteps = totalSteps;
  }

  /** For checkpoints. */
  get memory(): Memory {
    return {
      step: { state: () => this.step, restore: (step: number) => this.set({ step, totalSteps: this.totalSteps }) },
      plannedSteps: { state: () => this.totalSteps, restore: (totalSteps: number) => this.set({ step: this.step, totalSteps }) },
    };
  }
}
