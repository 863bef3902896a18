/** Milliseconds over which a speed is taken. */
const RECENT_TIME = 30_000;

/** How fast a run is of late: the mean over all of it says little once its networks train, or other work shares the cores. */
export class RecentSpeed {
  readonly #marks: { readonly time: number; readonly step: number }[];

  /** @param time milliseconds of any clock @param step where the run begins */
  constructor(time: number, step: number) {
    this.#marks = [{ time, step }];
  }

  /** Steps per second up to now; no finite number where no time has passed. */
  at(time: number, step: number): number {
    const marks = this.#marks;
    while (marks.length > 1 && marks[1].time <= time - RECENT_TIME) marks.shift();
    const [since] = marks;
    marks.push({ time, step });
    return (1000 * (step - since.step)) / (time - since.time);
  }
}
