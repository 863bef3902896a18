import { formatCount, formatNumber } from '@zpin/plot';
import { columnsOf, type Io } from '../io.ts';
import { formatDuration } from '../numbers.ts';
import type { Progress } from '../processes/messages.ts';
import { RecentSpeed } from '../sinks/recent-speed.ts';

/** Milliseconds between two pictures of a terminal, and between two plain lines of a seed elsewhere. */
const LIVE_INTERVAL = 250;
const PLAIN_INTERVAL = 10_000;

interface SeedLine {
  readonly seed: number;
  text: string;
  begun: number;
  told: number;
  /** Null before its first step is told. */
  speed: RecentSpeed | null;
}

/** One line for each seed: rewritten in a terminal, a plain one now and then elsewhere. */
export class SeedLines {
  readonly #io: Io;
  readonly #isQuiet: boolean;
  readonly #isLive: boolean;
  readonly #lines: SeedLine[] = [];
  #shown = 0;
  #drawn = Number.NEGATIVE_INFINITY;

  constructor(io: Io, isQuiet: boolean) {
    this.#io = io;
    this.#isQuiet = isQuiet;
    this.#isLive = io.stdout.isTTY === true;
  }

  begin(seed: number, text: string): void {
    this.#of(seed).text = text;
    this.#draw(true);
  }

  progress(seed: number, { step, totalSteps, meanReturn, evaluation }: Progress): void {
    const line = this.#of(seed);
    const now = this.#io.now();
    const speed = line.speed?.at(now, step) ?? Number.NaN;
    line.speed ??= new RecentSpeed(now, step);
    const left = totalSteps === null || !(speed > 0) ? [] : [`eta ${formatDuration((totalSteps - step) / speed)}`];
    const share = totalSteps === null ? '' : ` ${Math.min(100, Math.floor((100 * step) / totalSteps))}%`;
    const parts = [
      `${formatCount(step)}${totalSteps === null ? '' : `/${formatCount(totalSteps)}`} steps${share}`,
      ...(meanReturn === null ? [] : [`return ${formatNumber(meanReturn)}`]),
      ...(evaluation === null ? [] : [`evaluation ${formatNumber(evaluation)}`]),
      formatDuration((now - line.begun) / 1000),
      ...(speed > 0 ? [`${formatCount(speed)} steps/s`] : []),
      ...left,
    ];
    line.text = parts.join('  ');
    if (!this.#isLive && !this.#isQuiet && now - line.told >= PLAIN_INTERVAL) {
      line.told = now;
      this.#io.stdout.write(`seed ${seed}  ${line.text}\n`);
    }
    this.#draw(false);
  }

  /** Says what became of a seed, of one too that had nothing left to do. */
  end(seed: number, text: string): void {
    this.#of(seed).text = text;
    if (this.#isLive || this.#isQuiet) this.#draw(true);
    else this.#io.stdout.write(`seed ${seed}  ${text}\n`);
  }

  #of(seed: number): SeedLine {
    const found = this.#lines.find(line => line.seed === seed);
    if (found) return found;
    const now = this.#io.now();
    const line = { seed, text: '', begun: now, told: now, speed: null };
    this.#lines.push(line);
    return line;
  }

  #draw(isDue: boolean): void {
    if (this.#isQuiet || !this.#isLive) return;
    const now = this.#io.now();
    if (!isDue && now - this.#drawn < LIVE_INTERVAL) return;
    this.#drawn = now;
    const { stdout } = this.#io;
    const up = this.#shown === 0 ? '' : `\u001b[${this.#shown}A`;
    // A line that is wider than the terminal would take two.
    const width = columnsOf(stdout) - 1;
    stdout.write(up + this.#lines.map(({ seed, text }) => `\r\u001b[K${`seed ${seed}  ${text}`.slice(0, width)}\n`).join(''));
    this.#shown = this.#lines.length;
  }
}
