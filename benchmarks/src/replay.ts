/**
 * `pnpm bench replay`: what the memories take and give, on one core. Bytes per transition of a full memory, transitions added per
 * second one by one, and transitions drawn per second in batches, of processor time. `--write` stores the table in
 * `benchmarks/results/replay.md`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type BoxSpace, box, discrete, Rng, type TransitionRows } from '@zpin/contracts';
import { PrioritizedReplay, type TransitionTableOptions, UniformReplay } from '@zpin/replay';
import { table } from './lib/table.ts';

interface Case {
  readonly name: string;
  readonly space: BoxSpace;
  /** Frames in each observation. */
  readonly frameStack?: number;
  readonly capacity: number;
  readonly batchSize: number;
}

const numbers = { name: '4 numbers (CartPole)', space: box({ low: -1, high: 1, shape: [4] }), capacity: 100_000, batchSize: 64 };
const board = {
  name: '10×10×4 bytes (MinAtar)',
  space: box({ low: 0, high: 1, shape: [10, 10, 4], dtype: 'uint8' }),
  capacity: 100_000,
  batchSize: 32,
};
const atari = {
  name: '84×84×4 bytes, stored whole',
  space: box({ low: 0, high: 255, shape: [84, 84, 4], dtype: 'uint8' }),
  capacity: 4000,
  batchSize: 32,
};
const cases: readonly Case[] = [numbers, board, atari, { ...atari, name: '84×84×4 bytes, each frame once', frameStack: 4 }];

const EPISODE = 500;
const BATCHES = 500;

function cpuMilliseconds(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Transitions of one environment, each time in the same arrays: a stack of frames of noise, or noise. */
function stream({ space, frameStack = 1 }: Case): () => TransitionRows {
  const rng = new Rng(1);
  const size = space.low.length;
  const make = () => (space.dtype === 'uint8' ? new Uint8Array(size) : new Float32Array(size));
  const [obs, nextObs] = [make(), make()];
  const terminated = new Uint8Array(1);
  const rows = { obs, action: Int32Array.of(1), reward: Float32Array.of(1), nextObs, terminated, truncated: new Uint8Array(1) };
  let step = 0;
  return () => {
    obs.set(nextObs);
    if (space.dtype === 'float32') nextObs[0] = rng.random();
    else {
      // Cheap noise: what the frames show does not matter, only that they differ.
      const first = rng.integers(0, 256);
      for (let at = 0; at < size; at += frameStack) {
        for (let k = 0; k < frameStack - 1; k++) nextObs[at + k] = obs[at + k + 1];
        nextObs[at + frameStack - 1] = first + 7 * at;
      }
    }
    terminated[0] = Number(++step % EPISODE === 0);
    return rows;
  };
}

function measure(subject: Case, kind: 'uniform' | 'prioritized', nSteps: number): string[] {
  const { name, space, frameStack, capacity, batchSize } = subject;
  const options: TransitionTableOptions = {
    ...{ capacity, observationSpace: space, actionSpace: discrete(4), gamma: 0.99, nSteps },
    ...(frameStack && { frameStack }),
  };
  const isPrioritized = kind === 'prioritized';
  const replay = isPrioritized ? new PrioritizedReplay({ ...options, betaAnnealing: 1e6 }) : new UniformReplay(options);
  const next = stream(subject);
  const both = cpuMilliseconds(() => {
    for (let i = 0; i < capacity; i++) replay.add(next());
  });
  const adding =
    both -
    cpuMilliseconds(() => {
      for (let i = 0; i < capacity; i++) next();
    });
  const rng = new Rng(2);
  const errors = Float32Array.from({ length: batchSize }, () => rng.random());
  const draw = () => {
    const { index } = replay.sample(batchSize, rng);
    if (index && replay instanceof PrioritizedReplay) replay.updatePriorities(index, errors);
  };
  for (let i = 0; i < 200; i++) draw();
  const drawing = cpuMilliseconds(() => {
    for (let i = 0; i < BATCHES; i++) draw();
  });
  const count = (rate: number) => Math.round(rate).toLocaleString('en');
  return [
    name,
    `${kind}${nSteps > 1 ? `, ${nSteps} steps` : ''}`,
    count(replay.bytes / capacity),
    count((capacity / adding) * 1000),
    count(((BATCHES * batchSize) / drawing) * 1000),
    ((drawing / BATCHES) * 1000).toFixed(1),
  ];
}

const rows = cases.flatMap(subject => [
  measure(subject, 'uniform', 1),
  measure(subject, 'uniform', 3),
  measure(subject, 'prioritized', 3),
]);
const head = ['observation', 'memory', 'bytes per transition', 'added per second', 'drawn per second', 'µs per batch'];
const machine = `Node ${process.version}, one thread, ${cpus()[0]?.model.trim()}.`;
const text = `${machine} Batches of 64 (CartPole) or 32; drawing includes new priorities.\n\n${table(head, rows)}\n`;
process.stdout.write(text);
if (process.argv.includes('--write')) {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('replay.md', folder), `# Replay\n\nWritten by \`pnpm bench replay --write\`.\n\n${text}`);
}
