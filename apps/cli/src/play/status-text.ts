import { formatNumber } from '@zpin/plot';
import { counted } from '../numbers.ts';
import type { LiveFrame } from './live-policy.ts';

/** A picture, and what is said of it. */
export interface Shown extends LiveFrame {
  /** Algorithm and environment. */
  readonly title: string;
}

/** What stands below a picture. */
export function statusText({ title, episode, t, episodeReturn, trainedSteps }: Shown): string {
  return `${title} after ${counted(trainedSteps, 'step')}  episode ${episode}  step ${t}  return ${formatNumber(episodeReturn)}`;
}
