import { formatCount, formatNumber } from '@zpin/plot';
import type { RunEvent } from 'zpin';
import { columnsOf, type Io, say } from '../io.ts';
import { levelText } from '../level-text.ts';
import { cutText, formatDuration, mean, successText } from '../numbers.ts';
import { RecentSpeed } from './recent-speed.ts';
import type { Sink } from './sink.ts';

/** Milliseconds between two live lines of a terminal, and between two plain lines elsewhere. */
const LIVE_INTERVAL = 250;
const PLAIN_INTERVAL = 5000;
const GAP = '  ';

/** Shows where a run is: one live line in a terminal, a plain line now and then elsewhere. */
export function terminal(io: Io, totalSteps: number, firstStep: number): Sink {
  const { stdout } = io;
  const live = stdout.isTTY === true;
  const start = io.now();
  let shown = start;
  let step = firstStep;
  let metrics: Readonly<Record<string, number>> = {};
  /** Where the evaluation in progress is; empty while there is none. */
  let evaluating = '';
  const recent: number[] = [];
  const successes: number[] = [];

  /** Milliseconds in which evaluations were played. */
  let away = 0;
  let heard = start;
  const recentSpeed = new RecentSpeed(start, firstStep);
  const line = (): string => {
    const speed = recentSpeed.at(io.now() - away, step);
    const parts = [
      `${formatCount(step)}/${formatCount(totalSteps)} steps ${Math.min(100, Math.floor((100 * step) / totalSteps))}%`,
      ...(evaluating ? [evaluating] : []),
      `${formatCount(speed)} steps/s`,
      `eta ${formatDuration((totalSteps - step) / speed)}`,
      ...(recent.length > 0 ? [`return ${formatNumber(mean(recent))}`] : []),
      ...(successes.length > 0 ? [`success ${formatNumber(mean(successes))}`] : []),
      ...Object.entries(metrics).map(([name, value]) => `${name} ${formatNumber(value)}`),
    ];
    return live ? fitting(parts, columnsOf(stdout) - 1) : parts.join(GAP);
  };
  const show = () => {
    shown = io.now();
    stdout.write(live ? `\r\u001b[K${line()}` : `${line()}\n`);
  };
  /** Above the live line, which stands below it again. */
  const tell = (text: string) => {
    if (live) stdout.write('\r\u001b[K');
    say(io, `${text}\n`);
  };
  return {
    event(event: RunEvent) {
      step = event.step;
      const now = io.now();
      if (evaluating) away += now - heard;
      heard = now;
      evaluating =
        event.type === 'step' && event.evaluation
          ? `evaluation ${formatCount(event.evaluation.episodes)}/${formatCount(event.evaluation.totalEpisodes)} episodes`
          : '';
      if (event.type === 'episode') {
        recent.push(event.episodeReturn);
        if (recent.length > 100) recent.shift();
        if (event.success !== undefined) successes.push(Number(event.success));
        if (successes.length > 100) successes.shift();
      }
      if (event.type === 'level') {
        // What was reached so far was reached on another level.
        recent.length = 0;
        successes.length = 0;
        const text = `${levelText(event)}, from ${formatCount(event.step)} steps on`;
        tell(text);
      }
      if (event.type === 'update') metrics = event.metrics;
      if (event.type === 'eval') {
        const result = `mean return ${formatNumber(mean(event.returns))} of ${event.returns.length} episodes`;
        const text = `evaluation at ${formatCount(event.step)} steps: ${result}${successText(event.successRate)}${cutText(event)}`;
        tell(text);
      }
      if (now - shown >= (live ? LIVE_INTERVAL : PLAIN_INTERVAL)) show();
    },
    close() {
      show();
      if (live) stdout.write('\n');
    },
  };
}

/** As many whole parts as there is room for: half a number would be a wrong one. The first is cut when even it is too long. */
function fitting(parts: readonly string[], columns: number): string {
  let text = '';
  for (const part of parts) {
    const longer = text === '' ? part : text + GAP + part;
    if (longer.length > columns) return text === '' ? part.slice(0, columns) : text;
    text = longer;
  }
  return text;
}
