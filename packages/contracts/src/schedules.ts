import type { Progress } from './agent.ts';
import { ConfigError, message } from './errors.ts';

/** A value that changes over a run, as plain JSON. Progress is the share of the run that is over, in [0, 1]. */
export type Schedule =
  /** The same all the time. */
  | number
  | { readonly type: 'constant'; readonly value: number }
  /** Straight line from `from` (progress 0) to `to` (progress `end`, 1 when omitted), then `to`. */
  | { readonly type: 'linear'; readonly from: number; readonly to: number; readonly end?: number }
  /** `from` · (`to` / `from`)^(progress / end): the same factor in equal times; then `to`. Both must be > 0. */
  | { readonly type: 'exponential'; readonly from: number; readonly to: number; readonly end?: number }
  /** Straight lines between points `[progress, value]`, in order of progress; constant before the first and after the last. */
  | { readonly type: 'piecewise'; readonly points: readonly (readonly [number, number])[] };

/** The share of a run that is over, in [0, 1]. */
export function shareDone({ step, totalSteps }: Progress): number {
  return Math.min(1, step / totalSteps);
}

/** The schedule's value at `progress`; progress outside [0, 1] counts as the nearer end. */
export function valueAt(schedule: Schedule, progress: number): number {
  if (typeof schedule === 'number') return schedule;
  const now = Math.min(1, Math.max(0, progress));
  switch (schedule.type) {
    case 'constant':
      return schedule.value;
    case 'linear': {
      const share = shareOf(now, schedule.end);
      // Not from + share · (to − from), which may miss `to` by rounding.
      return schedule.from * (1 - share) + schedule.to * share;
    }
    case 'exponential': {
      const share = shareOf(now, schedule.end);
      return share === 1 ? schedule.to : schedule.from * (schedule.to / schedule.from) ** share;
    }
    case 'piecewise':
      return onLines(schedule.points, now);
  }
}

/**
 * Refuses a schedule that has no value somewhere in the run.
 * @throws ConfigError when the schedule is not finite, its end not in (0, 1], or its points not in order
 */
export function checkSchedule(schedule: Schedule, name = 'schedule'): void {
  const fail = (expectation: string, remedy: string): never => {
    throw new ConfigError(message(name, expectation, schedule, remedy));
  };
  const numbers = numbersOf(schedule);
  if (numbers === undefined) fail('the type must be constant, linear, exponential or piecewise', 'Choose one of them');
  if (!numbers?.every(Number.isFinite)) fail('all values must be finite numbers', 'Check them');
  if (typeof schedule === 'number') return;
  if ((schedule.type === 'linear' || schedule.type === 'exponential') && schedule.end !== undefined) {
    if (!(schedule.end > 0 && schedule.end <= 1))
      fail('end must be in (0, 1]', 'Give the share of the run after which `to` holds');
  }
  if (schedule.type === 'exponential' && !(schedule.from > 0 && schedule.to > 0)) fail('from and to must be > 0', 'Use linear');
  if (schedule.type === 'piecewise') {
    const { points } = schedule;
    const ordered = points.every(([at], i) => at >= 0 && at <= 1 && (i === 0 || at >= points[i - 1][0]));
    if (points.length === 0 || !ordered) fail('points must be [progress, value] with progress rising in [0, 1]', 'Sort them');
  }
}

function shareOf(progress: number, end = 1): number {
  return Math.min(1, progress / end);
}

function onLines(points: readonly (readonly [number, number])[], progress: number): number {
  const next = points.findIndex(([at]) => at > progress);
  if (next === 0) return points[0][1];
  if (next < 0) return points[points.length - 1][1];
  const [fromAt, from] = points[next - 1];
  const [toAt, to] = points[next];
  const share = (progress - fromAt) / (toAt - fromAt);
  return from * (1 - share) + to * share;
}

function numbersOf(schedule: Schedule): readonly number[] | undefined {
  if (typeof schedule === 'number') return [schedule];
  switch (schedule?.type) {
    case 'constant':
      return [schedule.value];
    case 'linear':
    case 'exponential':
      return [schedule.from, schedule.to, schedule.end ?? 1];
    case 'piecewise':
      return schedule.points.flat();
    default:
      return undefined;
  }
}
