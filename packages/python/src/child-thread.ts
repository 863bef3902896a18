/**
 * The program of the thread that has the pipes of a child process. Another thread waits for the child's answers without looking
 * up; this one reads and writes meanwhile.
 */
import { spawn } from 'node:child_process';
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

let lastLines: string[] = [''];
/** Whether the other side wants nothing more. */
let isLetGo = false;

/** Windows has no groups of processes. */
const isGroup = process.platform !== 'win32';

const child = spawn(command, args, {
  stdio: ['pipe', 'pipe', 'pipe'],
  windowsHide: true,
  // A group of its own: Ctrl-C does not reach it, and what it starts ends with it.
  detached: isGroup,
  env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
});

function wake(): void {
  Atomics.add(control, ANSWERS, 1);
  Atomics.notify(control, ANSWERS);
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
  const lines = `${lastLines.pop()}${chunk.toString('utf8')}`.split('\n');
  lastLines = [...lastLines, ...lines].slice(-LAST_LINES - 1);
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
    if (isGroup && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // All of them have ended meanwhile.
  }
}

function end(code: number | null, signal: string | null, error?: Error): void {
  if (Atomics.load(control, ENDED) === 1) return;
  const kept = lastLines.map(line => line.trim()).filter(line => line !== '');
  port.postMessage({
    type: 'end',
    code,
    signal,
    lastLines: kept.slice(-LAST_LINES),
    ...(error && { error: error.message }),
  } satisfies ChildEnd);
  Atomics.store(control, ENDED, 1);
  wake();
  // Nothing is left to do for this thread, unless the other side has yet to hear of the end.
  if (isLetGo) process.exit();
}

child.on('error', error => end(null, null, error));
child.on('close', (code, signal) => end(code, signal));
child.on('exit', (code, signal) => {
  // What it has started would keep its pipes open, and would live on.
  kill();
  setTimeout(() => end(code, signal), LAST_WORDS);
});
child.stdout.on('data', receive);
child.stderr.on('data', show);
// A child that is gone is told by its end.
child.stdin.on('error', () => undefined);
Atomics.store(control, PROCESS_ID, child.pid ?? 0);

parentPort?.on('message', (told: ChildRequest) => {
  if (typeof told === 'number') child.stdin.write(request.subarray(0, told));
  else if (told.type === 'frame') child.stdin.write(told.frame);
  else if (told.type === 'end') {
    isLetGo = true;
    child.stdin.end();
    setTimeout(kill, told.graceMilliseconds);
    if (Atomics.load(control, ENDED) === 1) process.exit();
  } else {
    request = Buffer.from(told.request.buffer, told.request.byteOffset, told.request.byteLength);
    answer = told.answer;
  }
});
