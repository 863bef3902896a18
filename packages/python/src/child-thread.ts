/**
 * The program of the thread that has the pipes of a child process. Another thread waits for the child's answers without looking
 * up; this one reads and writes meanwhile.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import {
  ANSWERS,
  BEAT,
  BEATS,
  BY_PORT,
  type ChildEnd,
  type ChildRequest,
  type ChildSetup,
  ENDED,
  HEADER_BYTES,
  KIND,
  LENGTH,
  PROCESS_ID,
} from './child-protocol.ts';

const { command, args, control, port } = workerData as ChildSetup;

/** Lines of the error output that are kept for an error. */
const LAST_LINES = 4;

/** The largest part of a line without an end that is kept, in characters. */
const LONGEST_REST = 4096;

/** The largest part of what was written that an error quotes, in characters. */
const LONGEST_QUOTE = 60;

/** Milliseconds in which the last words of a child that has ended arrive. */
const LAST_WORDS = 500;

let request: Buffer = Buffer.alloc(0);
let answer: Uint8Array = new Uint8Array(0);

const header = Buffer.alloc(HEADER_BYTES);
/** Bytes of the frame in progress, header included. */
let received = 0;
let content: Uint8Array = new Uint8Array(0);
let length = 0;
let isByPort = false;

let lastLines: string[] = [];
/** What it printed behind the end of its last line. */
let rest = '';
/** Whether the other side wants nothing more. */
let isLetGo = false;

/** Windows has no groups of processes. */
const isGroup = process.platform !== 'win32';

/** The child, once it is started. */
let child: ChildProcessWithoutNullStreams | undefined;

function wake(): void {
  Atomics.add(control, ANSWERS, 1);
  Atomics.notify(control, ANSWERS);
}

/** Whether the bytes are the header of a frame, and not text, which a Python may print when it starts. */
function isHeader(): boolean {
  return header.readUInt32LE(4) <= BEAT;
}

function beginFrame(): void {
  length = header.readUInt32LE(0);
  isByPort = length > answer.length;
  content = isByPort ? new Uint8Array(length) : answer;
}

function endFrame(): void {
  received = 0;
  const kind = header.readUInt32LE(4);
  if (kind === BEAT) {
    Atomics.add(control, BEATS, 1);
    return;
  }
  if (isByPort) port.postMessage(content, [content.buffer as ArrayBuffer]);
  Atomics.store(control, LENGTH, length);
  Atomics.store(control, KIND, kind);
  Atomics.store(control, BY_PORT, isByPort ? 1 : 0);
  wake();
}

function receive(chunk: Buffer): void {
  for (let from = 0; from < chunk.length; ) {
    if (received < HEADER_BYTES) {
      const count = chunk.copy(header, received, from, from + HEADER_BYTES - received);
      received += count;
      from += count;
      if (received === HEADER_BYTES && !isHeader()) {
        kill();
        end({
          written: Buffer.concat([header, chunk.subarray(from)])
            .toString('utf8')
            .slice(0, LONGEST_QUOTE),
        });
        return;
      }
      if (received === HEADER_BYTES) beginFrame();
    } else {
      const at = received - HEADER_BYTES;
      const part = chunk.subarray(from, from + length - at);
      content.set(part, at);
      received += part.length;
      from += part.length;
    }
    if (received >= HEADER_BYTES && received === HEADER_BYTES + length) endFrame();
  }
}

/** Shows what the child prints; the thread that owns the terminal may be waiting, so this one writes itself. */
function show(chunk: Buffer): void {
  // A bar that shows progress begins its line anew by \r, and never ends it.
  const lines = `${rest}${chunk.toString('utf8')}`.split(/[\r\n]+/);
  rest = (lines.pop() ?? '').slice(-LONGEST_REST);
  lastLines = [...lastLines, ...lines].slice(-LAST_LINES);
  for (let from = 0, tries = 0; from < chunk.length && tries < 200; ) {
    try {
      from += writeSync(2, chunk, from);
    } catch (error) {
      // Whoever reads it is slow; whoever reads it no more misses nothing.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      tries++;
    }
  }
}

/** Ends the child and what it has started. */
function kill(): void {
  try {
    if (isGroup && child?.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child?.kill('SIGKILL');
  } catch {
    // All of them have ended meanwhile.
  }
}

function end({ code = null, signal = null, ...why }: Partial<ChildEnd>): void {
  if (Atomics.load(control, ENDED) === 1) return;
  const kept = [...lastLines, rest].map(line => line.trim()).filter(line => line !== '');
  port.postMessage({
    type: 'end',
    code,
    signal,
    lastLines: kept.slice(-LAST_LINES),
    ...why,
  } satisfies ChildEnd);
  Atomics.store(control, ENDED, 1);
  wake();
  // Nothing is left to do for this thread, unless the other side has yet to hear of the end.
  if (isLetGo) process.exit();
}

/** Starts the child. Not all that can go wrong comes as an event: some is thrown. */
function start(): ChildProcessWithoutNullStreams {
  const started = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    // A group of its own: Ctrl-C does not reach it, and what it starts ends with it.
    detached: isGroup,
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  });
  started.on('error', ({ message }) => end({ error: message }));
  started.on('close', (code, signal) => end({ code, signal }));
  started.on('exit', (code, signal) => {
    // What it has started would keep its pipes open, and would live on.
    kill();
    setTimeout(() => end({ code, signal }), LAST_WORDS);
  });
  started.stdout.on('data', receive);
  started.stderr.on('data', show);
  // A child that is gone is told by its end.
  started.stdin.on('error', () => undefined);
  Atomics.store(control, PROCESS_ID, started.pid ?? 0);
  return started;
}

// Whoever waits cannot see that this thread has ended: it is told.
process.on('uncaughtException', ({ message }) => {
  kill();
  end({ error: message });
});
child = start();

parentPort?.on('message', (told: ChildRequest) => {
  if (typeof told === 'number') child?.stdin.write(request.subarray(0, told));
  else if (told.type === 'frame') child?.stdin.write(told.frame);
  else if (told.type === 'end') {
    isLetGo = true;
    child?.stdin.end();
    setTimeout(kill, told.graceMilliseconds);
    if (Atomics.load(control, ENDED) === 1) process.exit();
  } else {
    request = Buffer.from(told.request.buffer, told.request.byteOffset, told.request.byteLength);
    answer = told.answer;
  }
});
