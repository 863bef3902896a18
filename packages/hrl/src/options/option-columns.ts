import type { Recurrence } from '@zpin/contracts';

/** What a rollout keeps of the option of each step. */
export interface OptionColumns {
  /** `[N]`: the option that arrived, from 1 on; 0 where an episode began. */
  readonly before: ArrayLike<number>;
  /** `[N]`: the option that acted, from 0 on. */
  readonly option: ArrayLike<number>;
  /** `[N]`: U of that arrival. */
  readonly arrival: ArrayLike<number>;
}

const NAMES = ['before', 'option', 'arrival'] as const satisfies readonly (keyof OptionColumns)[];

/** Numbers that a rollout keeps of each step (M). */
export const MEMORY_SIZE = NAMES.length;

/** Writes the columns of N steps into the memory of a rollout. @param memory `[N, M]` */
export function writeColumns(columns: OptionColumns, memory: Float32Array): void {
  for (const [place, name] of NAMES.entries()) {
    for (let i = 0; i < columns[name].length; i++) memory[i * MEMORY_SIZE + place] = columns[name][i];
  }
}

/** The columns of a rollout, `[T, N]` each. */
export function readColumns({ memory }: Recurrence): Readonly<Record<keyof OptionColumns, Float32Array>> {
  const length = memory.length / MEMORY_SIZE;
  const column = (place: number) => Float32Array.from({ length }, (_, row) => memory[row * MEMORY_SIZE + place]);
  return { before: column(0), option: column(1), arrival: column(2) };
}
