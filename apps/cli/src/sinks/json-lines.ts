import type { RunEvent } from 'zpin';
import type { Output } from '../io.ts';
import type { Sink } from './sink.ts';

/** Prints each event as one line of JSON. */
export function jsonLines(output: Output): Sink {
  return {
    event(event: RunEvent) {
      // Told by the clock: two runs with one seed would print other lines.
      if (event.type === 'step' && event.evaluation) return;
      // The state of a checkpoint is in its file.
      const { state: _, ...shown } = event as RunEvent & { readonly state?: unknown };
      output.write(`${JSON.stringify(shown)}\n`);
    },
    close: () => undefined,
  };
}
