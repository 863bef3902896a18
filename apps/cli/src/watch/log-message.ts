import { open, stat } from 'node:fs/promises';
import type { RunFolder, RunLogLine } from 'zpin/node';
import { runLogLine } from 'zpin/node';
import type { LoadSample, LogEntry, LogMessage } from './messages.ts';

/** Bytes from the end of a log that are read: some weeks of a run. */
const TAIL = 1 << 21;
/** Entries that are told of; the last ones. */
const MOST_ENTRIES = 300;
/** Samples of the load that are told of, at even distances. */
const MOST_SAMPLES = 400;

/** What the log of a run says. @param have stamp of the log that the page has, of which nothing is told again */
export async function logMessage(folder: RunFolder, have: string): Promise<LogMessage> {
  const path = folder.file('log');
  const found = await stat(path, { bigint: true }).catch(() => null);
  const stamp = found === null ? 'none' : `${found.size} ${found.mtimeNs} ${found.ino}`;
  if (stamp === have) return { stamp, isSame: true, entries: [], load: [], machine: null };
  const lines = found === null ? [] : await linesOf(path, Number(found.size));
  const entries: LogEntry[] = [];
  const load: LoadSample[] = [];
  let machine: LogMessage['machine'] = null;
  // Seconds that processes before this one took: times are told by the run alone, so that no two clocks are compared.
  let earlier = 0;
  let at = 0;
  let before: { readonly at: number; readonly step: number } | null = null;
  for (const line of lines) {
    if (line.type === 'begin') {
      [earlier, before] = [at, { at, step: line.step }];
      machine = { host: line.host, cores: line.cores, memory: line.memory };
    }
    at = Math.max(at, earlier + line.seconds);
    if (line.type !== 'load') {
      entries.push({ at, step: line.step, type: line.type, text: textOf(line) });
      continue;
    }
    const { step, cores, machine: busy, memory, free } = line;
    const stepsPerSecond = before && at > before.at ? (step - before.step) / (at - before.at) : null;
    load.push({ at, step, cores, machine: busy, memory, free, stepsPerSecond });
    before = { at, step };
  }
  const every = Math.ceil(load.length / MOST_SAMPLES);
  const thin = load.filter((_, k) => (load.length - 1 - k) % every === 0);
  return { stamp, isSame: false, entries: entries.slice(-MOST_ENTRIES), load: thin, machine };
}

async function linesOf(path: string, size: number): Promise<RunLogLine[]> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return [];
  try {
    const from = Math.max(0, size - TAIL);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer
      .toString('utf8', 0, bytesRead)
      .split('\n')
      .flatMap(line => runLogLine(line) ?? []);
  } finally {
    await file.close();
  }
}

function textOf(line: Exclude<RunLogLine, { readonly type: 'load' }>): string {
  switch (line.type) {
    case 'begin':
      return `process ${line.pid} on ${line.host} begins, Node.js ${line.version}, ${line.time}. ${line.engine}`;
    case 'warning':
      return line.message;
    case 'checkpoint':
      return 'checkpoint written';
    case 'end':
      if (line.how === 'failed' && line.message !== undefined) return `failed: ${line.message}`;
      return { finished: 'training is over', stopped: 'stopped', failed: 'failed' }[line.how] ?? line.how;
  }
}
