import { formatCount } from '@zpin/plot';
import type { Style } from './style.ts';

/** Mean, NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** Population standard deviation, NaN of nothing. */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] as number) - centre) ** 2;
  return Math.sqrt(sum / values.length);
}

/** Seconds as `0:05`, `12:34` or `1:02:03`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** `, success 98 %`; nothing where there are no goals. */
export function successText(rate: number | undefined): string {
  return rate === undefined ? '' : `, success ${Math.round(rate * 1000) / 10} %`;
}

/** `1 step`, `2,000 steps`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Episodes below which a mean says too little to call a task solved. */
export const FEW_EPISODES = 10;

/** `; solved (threshold 475)`, of few episodes `; threshold 475 reached`; nothing where no return counts as solved. */
export function verdictText(returns: readonly number[], threshold: number | null, { green, yellow }: Style): string {
  if (threshold === null || returns.length === 0) return '';
  const isReached = mean(returns) >= threshold;
  if (returns.length < FEW_EPISODES) return `; threshold ${threshold} ${isReached ? green('reached') : yellow('not reached')}`;
  return `; ${isReached ? green('solved') : yellow('not solved')} (threshold ${threshold})`;
}

/** What to know of an evaluation in which episodes did not come to an end; nothing where all did. */
export function cutText({ cutOff = 0, lengths }: { readonly cutOff?: number; readonly lengths: readonly number[] }): string {
  if (cutOff === 0) return '';
  const which = cutOff === lengths.length ? 'all' : `${formatCount(cutOff)} of ${formatCount(lengths.length)}`;
  const most = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  return `; ${which} cut off after ${counted(most, 'step')}, before their end`;
}
