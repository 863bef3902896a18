/**
 * `pnpm bench checkpoints`: what it costs to save and to load a replay memory of stacked pictures. Seconds and memory of the first
 * checkpoint, of the next one 10,000 steps later, and of loading it in a new process; whether the process that goes on holds and draws
 * the same, bit for bit; and what is left of checkpoints whose process is killed at any moment.
 *
 * `--transitions 1000000` (7 GB of memory and of disk), `--kills 20`, `--folder /tmp/...`; `--write` stores the table in
 * `benchmarks/results/checkpoints.md`.
 */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AgentState, box, discrete, Rng, type RngState, type TransitionRows } from '@zpin/contracts';
import { crc32c } from '@zpin/core';
import { readCheckpoint, writeCheckpoint } from '@zpin/core/node';
import { PrioritizedReplay } from '@zpin/replay';
import { table } from './lib/table.ts';

const { values: flags } = parseArgs({
  options: {
    transitions: { type: 'string', default: '1000000' },
    kills: { type: 'string', default: '20' },
    folder: { type: 'string' },
    role: { type: 'string', default: 'all' },
    write: { type: 'boolean', default: false },
  },
});

/** Steps between two checkpoints. */
const LATER = 10_000;
const EPISODE = 1000;
const BATCH = 32;
/** Steps between two draws: the memory is what counts here. */
const LEARN_EVERY = 100;
const FRAMES = 4;
const SPACE = box({ low: 0, high: 255, shape: [84, 84, FRAMES], dtype: 'uint8' });
const SIZE = SPACE.low.length;
/** Numbers of the network of Nature DQN, of its target, and of the two moments of Adam. */
const PARAMETERS = 4 * 1_687_000;
/** Transitions of the processes that are killed, and steps between their checkpoints. */
const SMALL = 20_000;
const SOON = 500;

/** An agent's memory, and all that it is fed from: what a checkpoint has to hold. */
class Subject {
  readonly replay: PrioritizedReplay;
  readonly #rng = new Rng(1);
  readonly #weights = Float32Array.from({ length: PARAMETERS }, (_, i) => i);
  readonly #noise = new Uint32Array(2 ** 20);
  readonly #rows = {
    ...{ obs: new Uint8Array(SIZE), nextObs: new Uint8Array(SIZE), action: Int32Array.of(1), reward: Float32Array.of(0) },
    ...{ terminated: new Uint8Array(1), truncated: new Uint8Array(1) },
  } satisfies TransitionRows;
  #step = 0;

  constructor(capacity: number) {
    const options = { capacity, observationSpace: SPACE, actionSpace: discrete(4), gamma: 0.99, nSteps: 3, frameStack: FRAMES };
    this.replay = new PrioritizedReplay({ ...options, betaAnnealing: 1e7 });
    const rng = new Rng(2);
    for (let i = 0; i < this.#noise.length; i++) this.#noise[i] = rng.integers(0, 2 ** 32);
  }

  get step(): number {
    return this.#step;
  }

  /** Plays: stacks of frames of noise that no disk can press together. */
  play(steps: number): void {
    const { obs, nextObs, reward, terminated } = this.#rows;
    const noise = new Uint8Array(this.#noise.buffer);
    for (let i = 0; i < steps; i++) {
      obs.set(nextObs);
      const from = this.#rng.integers(0, noise.length - SIZE / FRAMES);
      for (let at = 0, pixel = from; at < SIZE; at += FRAMES, pixel++) {
        nextObs[at] = obs[at + 1];
        nextObs[at + 1] = obs[at + 2];
        nextObs[at + 2] = obs[at + 3];
        nextObs[at + 3] = noise[pixel];
      }
      reward[0] = this.#rng.random();
      terminated[0] = Number(++this.#step % EPISODE === 0);
      this.replay.add(this.#rows);
      if (terminated[0]) nextObs.fill(0);
      if (this.#step % LEARN_EVERY === 0) this.#learn();
    }
  }

  #learn(): void {
    const { index, reward } = this.replay.sample(BATCH, this.#rng);
    if (index) this.replay.updatePriorities(index, reward);
    this.#weights[this.#step % PARAMETERS] += reward[0];
  }

  save(path: string): void {
    const { obs, nextObs } = this.#rows;
    const own = { rng: this.#rng.state(), weights: this.#weights.slice(), obs: obs.slice(), nextObs: nextObs.slice() };
    const header = { algorithm: 'rainbow', env: 'Noise', config: {}, seed: 1, step: this.#step };
    writeCheckpoint(path, { header, state: { ...own, replay: this.replay.state() } });
  }

  load(path: string): void {
    const { header, state } = readCheckpoint(path);
    this.#step = header.step;
    this.#rng.restore(state.rng as RngState);
    this.#weights.set(state.weights as Float32Array);
    this.#rows.obs.set(state.obs as Uint8Array);
    this.#rows.nextObs.set(state.nextObs as Uint8Array);
    this.replay.restore(state.replay as AgentState);
  }

  /** Checksum of all that is held. */
  digest(): string {
    const sums: number[] = [crc32c(new Uint8Array(this.#weights.buffer))];
    const walk = (value: unknown): void => {
      if (ArrayBuffer.isView(value)) sums.push(crc32c(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
      else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) walk(item);
      else sums.push(crc32c(new TextEncoder().encode(String(value))));
    };
    walk(this.replay.state());
    walk(this.#rng.state());
    return crc32c(new Uint8Array(Uint32Array.from(sums).buffer)).toString(16);
  }
}

/** Bytes of memory that this process holds, and the most that it held since `watch`. */
const memory = {
  now: () => process.memoryUsage.rss(),
  watch() {
    if (process.platform === 'linux') writeFileSync('/proc/self/clear_refs', '5');
  },
  most() {
    if (process.platform !== 'linux') return 1024 * process.resourceUsage().maxRSS;
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  },
};

interface Cost {
  readonly seconds: number;
  /** Of processor time. */
  readonly cpuSeconds: number;
  /** Memory on top of what was held before. */
  readonly extraBytes: number;
  readonly writtenBytes: number;
}

function cost(path: string, work: () => void): Cost {
  const before = new Set(partsOf(path).map(({ name }) => name));
  const held = memory.now();
  memory.watch();
  const { seconds, cpuSeconds } = timed(work);
  const fresh = partsOf(path).filter(({ name }) => !before.has(name));
  const writtenBytes = statSync(path).size + fresh.reduce((sum, { bytes }) => sum + bytes, 0);
  return { seconds, cpuSeconds, extraBytes: memory.most() - held, writtenBytes };
}

function timed(work: () => void) {
  const start = performance.now();
  const used = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
}

function partsOf(path: string) {
  const folder = `${path}.parts`;
  return existsSync(folder) ? readdirSync(folder).map(name => ({ name, bytes: statSync(join(folder, name)).size })) : [];
}

interface Written {
  readonly replayBytes: number;
  readonly first: Cost;
  readonly next: Cost;
  readonly folderBytes: number;
  /** Of what the process is in that never stopped, `LATER` steps further. */
  readonly digest: string;
}

interface Loaded {
  readonly load: Omit<Cost, 'writtenBytes'>;
  readonly next: Cost;
  readonly digest: string;
}

/** What the processes do that this program starts. */
const roles: Readonly<Record<string, (path: string, transitions: number) => unknown>> = {
  writer(path, transitions): Written {
    const subject = new Subject(transitions);
    subject.play(transitions);
    const first = cost(path, () => subject.save(path));
    subject.play(LATER);
    const next = cost(path, () => subject.save(path));
    const folderBytes = partsOf(path).reduce((sum, { bytes }) => sum + bytes, statSync(path).size);
    subject.play(LATER);
    return { replayBytes: subject.replay.bytes, first, next, folderBytes, digest: subject.digest() };
  },

  reader(path, transitions): Loaded {
    const subject = new Subject(transitions);
    const held = memory.now();
    const load = { ...timed(() => subject.load(path)), extraBytes: memory.most() - held - subject.replay.bytes };
    subject.play(LATER);
    const next = cost(path, () => subject.save(path));
    return { load, next, digest: subject.digest() };
  },

  /** Saves as often as it can, and notes before each time what it is about to save. */
  victim(path) {
    const subject = new Subject(SMALL);
    if (existsSync(path)) subject.load(path);
    else subject.play(SMALL);
    for (;;) {
      subject.play(SOON);
      appendFileSync(`${path}.log`, `${subject.step} ${subject.digest()}\n`);
      subject.save(path);
      process.stdout.write(`${subject.step}\n`);
    }
  },
};

/** Runs a role in a process of its own. @returns what it tells at its end */
async function inProcess<T>(role: string, path: string): Promise<T> {
  const child = spawn(process.execPath, argumentsFor(role, path), { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  return JSON.parse(text) as T;
}

function argumentsFor(role: string, path: string): string[] {
  return [process.argv[1], '--role', role, '--folder', path, '--transitions', String(flags.transitions)];
}

/** Kills processes that save, each at another moment, and reads what they leave. @returns how many left what they had noted */
async function kills(path: string, times: number): Promise<{ readonly whole: number; readonly steps: number }> {
  const rng = new Rng(3);
  let whole = 0;
  let steps = 0;
  for (let k = 0; k < times; k++) {
    const victim = spawn(process.execPath, argumentsFor('victim', path), { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise(done => victim.once('exit', done));
    // From its first checkpoint on, so that there is something to lose.
    await new Promise(done => victim.stdout.once('data', done));
    victim.stdout.resume();
    await new Promise(done => setTimeout(done, rng.random() * 1500));
    victim.kill('SIGKILL');
    await ended;
    const subject = new Subject(SMALL);
    subject.load(path);
    const noted = readFileSync(`${path}.log`, 'utf8')
      .split('\n')
      .filter(line => line.startsWith(`${subject.step} `));
    whole += Number(noted.at(-1) === `${subject.step} ${subject.digest()}`);
    steps = subject.step;
  }
  return { whole, steps };
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MiB`;

async function measure(): Promise<string> {
  const parent = flags.folder ?? tmpdir();
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'checkpoints-'));
  try {
    const path = join(folder, 'checkpoint.bin');
    const written = await inProcess<Written>('writer', path);
    const loaded = await inProcess<Loaded>('reader', path);
    rmSync(`${path}.parts`, { recursive: true });
    const times = Number(flags.kills);
    const killed = await kills(join(folder, 'killed.bin'), times);
    const row = (name: string, { seconds, cpuSeconds, extraBytes, writtenBytes }: Partial<Cost>) => [
      name,
      `${seconds?.toFixed(1)} s`,
      `${cpuSeconds?.toFixed(1)} s`,
      mebibytes(extraBytes ?? 0),
      writtenBytes === undefined ? '' : mebibytes(writtenBytes),
    ];
    const rows = [
      row('first checkpoint', written.first),
      row(`${LATER.toLocaleString('en')} steps later`, written.next),
      row('loading, in a new process', loaded.load),
      row(`${LATER.toLocaleString('en')} steps later`, loaded.next),
    ];
    const isSame = written.digest === loaded.digest;
    const transitions = Number(flags.transitions).toLocaleString('en');
    return [
      `${transitions} transitions of 84×84×4 pictures in a prioritized memory of ${mebibytes(written.replayBytes)}, 3 steps, with the numbers of`,
      `Nature DQN. Extra memory is the most that the process held on top of what it held before (of loading: on top of the memory itself).`,
      `Node ${process.version}, ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB.\n`,
      `${table(['', 'time', 'of a processor', 'extra memory', 'written'], rows)}\n`,
      `The folder takes ${mebibytes(written.folderBytes)}. ${LATER.toLocaleString('en')} steps after it was loaded, everything is`,
      `${isSame ? 'the same, bit for bit,' : 'NOT THE SAME'} as in the process that never stopped.\n`,
      `Killed by SIGKILL at any moment of playing and saving: ${killed.whole} of ${times} left a whole checkpoint, bit for bit, the last at`,
      `step ${killed.steps.toLocaleString('en')}.\n`,
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const role = roles[flags.role];
if (role) {
  process.stdout.write(JSON.stringify(role(String(flags.folder), Number(flags.transitions))));
} else {
  const text = await measure();
  process.stdout.write(text);
  if (flags.write) {
    const results = new URL('../results/', import.meta.url);
    writeFileSync(
      new URL('checkpoints.md', results),
      `# Checkpoints\n\nWritten by \`pnpm bench checkpoints --write\`.\n\n${text}`,
    );
  }
}
