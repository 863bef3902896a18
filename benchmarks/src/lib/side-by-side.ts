/** Of processor time in a round, at least. */
const ROUND_MICROSECONDS = 20_000;

/** Microseconds of processor time that one call takes. */
export function processorTime(call: () => unknown, calls: number): number {
  const start = process.cpuUsage();
  for (let i = 0; i < calls; i++) call();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / calls;
}

/** Microseconds on the clock that one call takes, of whatever threads. */
export function wallTime(call: () => unknown, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return (1000 * (performance.now() - start)) / calls;
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

/** Median microseconds of one call of each, in turns. @param time what counts them */
export function sideBySide(
  calls: readonly (() => unknown)[],
  rounds: number,
  roundMicroseconds = ROUND_MICROSECONDS,
  time = processorTime,
): number[] {
  const counts = calls.map(call => {
    // The first calls compile.
    for (let i = 0; i < 20; i++) call();
    let calls = 1;
    while (calls * time(call, calls) < roundMicroseconds) calls *= 2;
    return calls;
  });
  const times: number[][] = calls.map(() => []);
  // Two rounds to compile what is hot.
  for (let round = -2; round < rounds; round++) {
    for (const [k, call] of calls.entries()) {
      const taken = time(call, counts[k] as number);
      if (round >= 0) times[k]?.push(taken);
    }
  }
  return times.map(median);
}
