/** Milliseconds after which a loop lets other events in: programs answer at once, so it never waits by itself. */
const INTERVAL = 50;

let last = performance.now();

/**
 * Lets timers, signals and messages in, where a loop has kept them out for a while: a promise to await when it is time, else
 * undefined. Costs a look at the clock.
 * @throws the reason of `signal`, where it is given and a stop was asked for
 */
export function breathe(signal?: AbortSignal): Promise<void> | undefined {
  signal?.throwIfAborted();
  return performance.now() - last < INTERVAL ? undefined : macrotask(signal);
}

async function macrotask(signal?: AbortSignal): Promise<void> {
  const { setImmediate } = globalThis as { readonly setImmediate?: (wake: () => void) => unknown };
  await new Promise<void>(wake => void (setImmediate ? setImmediate(wake) : setTimeout(wake)));
  last = performance.now();
  signal?.throwIfAborted();
}
