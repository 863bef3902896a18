import type { Io } from '../io.ts';
import { columnsOf } from '../io.ts';
import { halfBlocks, type TerminalColours } from './half-blocks.ts';
import { type Shown, statusText } from './status-text.ts';

/** A screen of its own, without a cursor; and back. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[2J';
const LEAVE = '\u001b[?25h\u001b[?1049l';

export interface TerminalPlayOptions {
  readonly io: Io;
  readonly colours: TerminalColours;
  readonly framesPerSecond: number;
  readonly signal: AbortSignal;
}

/** Shows pictures in the terminal, each line written again only where it changed. Leaves the terminal as it was. */
export async function playInTerminal(frames: AsyncIterable<Shown>, options: TerminalPlayOptions): Promise<void> {
  const { io, colours, framesPerSecond, signal } = options;
  const { stdout } = io;
  let before: readonly string[] = [];
  let room = '';
  stdout.write(ENTER);
  try {
    let begun = io.now();
    for await (const shown of frames) {
      const columns = columnsOf(stdout);
      const rows = stdout.rows || 24;
      // The terminal has another size now: what it shows is anything.
      const clear = room === '' || room === `${columns} ${rows}` ? '' : '\u001b[2J';
      if (clear) before = [];
      room = `${columns} ${rows}`;
      const lines = [...halfBlocks(shown.frame, columns, Math.max(1, rows - 1), colours), statusText(shown).slice(0, columns)];
      const changed = lines.map((line, i) => (line === before[i] ? '' : `\u001b[${i + 1};1H${line}\u001b[K`));
      stdout.write(clear + changed.join(''));
      before = lines;
      if (signal.aborted) break;
      await io.wait(1000 / framesPerSecond - (io.now() - begun));
      begun = io.now();
      if (signal.aborted) break;
    }
  } finally {
    stdout.write(LEAVE);
  }
}
