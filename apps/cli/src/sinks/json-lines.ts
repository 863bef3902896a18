import type { Output } from '../io.ts';
import type { RunEvent, Sink } from './sink.ts';

/** Prints each event as one line of JSON. */
export function jsonLines(output: Output): Sink {
  return {
    event: (event: RunEvent) => void output.write(`${JSON.stringify(event)}\n`),
    close: () => undefined,
  };
}
