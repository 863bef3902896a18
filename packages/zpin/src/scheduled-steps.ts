import { type Schedule, valueAt } from '@zpin/contracts';
import type { MessageNames } from './message-names.ts';
import type { RunDescription } from './run-description.ts';

/** What becomes of schedules when a run gets other steps than planned. */
export type ScheduleChoice = 'keep' | 'stretch';

export interface NewSteps {
  readonly description: Pick<RunDescription, 'config'>;
  /** Steps over which schedules stretched so far. */
  readonly before: number;
  /** Steps done. */
  readonly step: number;
  /** Steps planned now. */
  readonly steps: number;
  readonly choice: ScheduleChoice;
  /** Whether something else follows the run too: exploration, importance weights. */
  readonly explores: boolean;
}

/** Steps over which the schedules of a run stretch, and a line about it where they are not those of the run. */
export function scheduledSteps(
  { description, before, step, steps, choice, explores }: NewSteps,
  { option }: MessageNames,
): { readonly scheduledSteps: number; readonly note?: string } {
  const [kept, stretched] = [before, steps].map(count => `${count.toLocaleString('en-US')} steps`);
  const moving = Object.entries(description.config).flatMap(([name, value]) =>
    isSchedule(value) ? [[name, value] as const] : [],
  );
  if (steps === before || !(explores || moving.length > 0)) return { scheduledSteps: choice === 'stretch' ? steps : before };
  const what = explores ? 'Schedules and exploration' : 'Schedules';
  const at = (planned: number) => moving.map(([name, value]) => `${name} ${short(valueAt(value, step / planned))}`).join(', ');
  const [now, then] = [at(before), at(steps)].map(list => (list ? ` (${list})` : ''));
  if (choice === 'stretch') {
    const note = `${what} go from ${kept}${now} to ${stretched}${then}, back on what they had reached.`;
    return { scheduledSteps: steps, note };
  }
  const other = `Give stretch for ${option('schedules')} to spread them over ${stretched}${then}.`;
  return { scheduledSteps: before, note: `${what} keep their ${kept}${now} and stay where they end. ${other}` };
}

function isSchedule(value: unknown): value is Exclude<Schedule, number> {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  return type === 'linear' || type === 'exponential' || type === 'piecewise';
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
