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

/** `; solved (threshold 475)`; nothing where no return counts as solved. */
export function verdictText(meanReturn: number, threshold: number | null, { green, yellow }: Style): string {
  if (threshold === null) return '';
  return `; ${meanReturn >= threshold ? green('solved') : yellow('not solved')} (threshold ${threshold})`;
}

/** What to know of an evaluation in which episodes did not come to an end; nothing where all did. */
export function cutText({ cutOff = 0, lengths }: { readonly cutOff?: number; readonly lengths: readonly number[] }): string {
  if (cutOff === 0) return '';
  const which = cutOff === lengths.length ? 'all' : `${formatCount(cutOff)} of ${formatCount(lengths.length)}`;
  return `; ${which} cut off after ${formatCount(lengths.reduce((most, length) => Math.max(most, length), 0))} steps, before their end`;
}
