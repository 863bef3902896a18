/**
 * `pnpm bench peer-speed [--rounds 5] [--only TEXT] [--write]`: speed on one core beside PyTorch, Stable-Baselines3, SBX (JAX) and RLtools (C++).
 *
 * Each figure is processor time (user and system) of a process of its own, with equal settings and one thread; all take turns, round by round,
 * and the medians are compared. Peers that are not there are left out: those in Python need `ZPIN_PYTHON` with
 * `benchmarks/python/requirements.txt`; RLtools needs `ZPIN_RLTOOLS_OPENBLAS` and `ZPIN_RLTOOLS_MKL`, builds of `benchmarks/cpp/rltools_sac.cpp`,
 * which says how.
 * `--write` stores the tables in `benchmarks/results/peer-speed.md`, where rows that were not measured stay as they are.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Algorithm, createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { sac, td3 } from '@zpin/offpolicy';
import { a2c, ppo } from '@zpin/onpolicy';
import { dqn } from '@zpin/value-based';
import { median, processorTime } from './lib/side-by-side.ts';
import { table } from './lib/table.ts';
import { speedCases } from './lib/update-cases.ts';

/** One program of a peer: what it is called in the table, and its command. */
interface Peer {
  readonly name: string;
  /** A file of `benchmarks/python`, or the variable that names a program. */
  readonly script: string;
  readonly words: readonly string[];
  /** How many times its speed is asked for; of times, the share of its time. */
  readonly bar: number;
}

interface Training {
  readonly title: string;
  readonly algorithm: Algorithm;
  readonly env: string;
  readonly config: object;
  readonly warmup: number;
  readonly steps: number;
  readonly peers: readonly Peer[];
}

const folder = new URL('..', import.meta.url);
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
    engine: { type: 'string', default: 'auto' },
    /** What this process itself measures, for the one that started it. */
    measure: { type: 'string' },
  },
});

const zooDqn = {
  ...{ learningRate: 2.3e-3, batchSize: 64, bufferSize: 100_000, learningStarts: 1000, targetUpdateEverySteps: 10 },
  ...{ trainEverySteps: 256, gradientSteps: 128, explorationFraction: 0.16, epsilonEnd: 0.04, hiddenSizes: [256, 256] },
};
const wide = { hiddenSizes: [256, 256], batchSize: 256, learningStarts: 100 };
const sb3 = (script: string, algorithm: string, steps: number, bar: number): Peer => ({
  name: 'Stable-Baselines3',
  script,
  words: ['--algo', algorithm, '--steps', `${steps}`],
  bar,
});
const sbx = (algorithm: string, steps: number, bar: number): Peer => ({
  ...sb3('sbx_training.py', algorithm, steps, bar),
  name: 'SBX',
});

const rltools = (library: string, script: string): Peer => ({ name: `RLtools, ${library}`, script, words: ['10000'], bar: 0.6 });

/** Warm-ups are whole rollouts, so the clock sees as many updates as rollouts. Peers that are slower get fewer steps. */
const trainings: readonly Training[] = [
  {
    title: 'PPO, CartPole-v1, defaults of SB3',
    ...{ algorithm: ppo, env: 'CartPole-v1', config: {}, warmup: 4096, steps: 40_960 },
    peers: [sb3('sb3_training.py', 'ppo', 6144, 16)],
  },
  {
    title: 'A2C, CartPole-v1, defaults of SB3',
    ...{ algorithm: a2c, env: 'CartPole-v1', config: { numEnvs: 1, entropyCoefficient: 0 }, warmup: 4000, steps: 40_000 },
    peers: [sb3('sb3_training.py', 'a2c', 5000, 20)],
  },
  {
    title: 'DQN, CartPole-v1, RL Zoo preset',
    ...{ algorithm: dqn, env: 'CartPole-v1', config: zooDqn, warmup: 2048, steps: 10_240 },
    peers: [sb3('sb3_training.py', 'dqn', 5120, 8), sbx('dqn', 10_240, 2.5)],
  },
  {
    title: 'SAC, Pendulum-v1, 256-256, batch 256',
    ...{ algorithm: sac, env: 'Pendulum-v1', config: wide, warmup: 500, steps: 1000 },
    peers: [sb3('sb3_offpolicy.py', 'sac', 300, 3.5), sbx('sac', 1000, 1.5)],
  },
  {
    title: 'TD3, Pendulum-v1, 256-256, batch 256',
    ...{ algorithm: td3, env: 'Pendulum-v1', config: wide, warmup: 500, steps: 1000 },
    peers: [sb3('sb3_offpolicy.py', 'td3', 300, 3.5), sbx('td3', 1000, 1.5)],
  },
  {
    title: 'SAC, Pendulum-v1, 64-64, batch 100',
    ...{ algorithm: sac, env: 'Pendulum-v1', warmup: 500, steps: 5000 },
    config: { hiddenSizes: [64, 64], batchSize: 100, learningStarts: 100 },
    peers: [rltools('OpenBLAS', 'ZPIN_RLTOOLS_OPENBLAS'), rltools('MKL', 'ZPIN_RLTOOLS_MKL')],
  },
];

/** Shares of PyTorch's time that are asked for. */
const shares: Readonly<Record<string, number>> = {
  'mlp 4-64-64-2, batch 64': 0.5,
  'mlp 17-256-256-6, batch 256': 0.5,
  'nature cnn 84x84x4, batch 32': 0.6,
  'one action 4-64-64-2': 0.1,
};

/** Environment steps per second of processor time, after a warm-up. */
async function trainingRate({ algorithm, env: id, config, warmup, steps }: Training): Promise<number> {
  const env = makeVectorEnv(id, 1);
  const engine = await createEngine(options.engine as 'auto');
  const agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine });
  let start: NodeJS.CpuUsage | null = null;
  for await (const event of algorithm.train({ agent, env, totalSteps: warmup + steps, seed: 1 })) {
    if (start === null && event.step >= warmup) start = process.cpuUsage();
  }
  const { user, system } = process.cpuUsage(start ?? undefined);
  return (steps * 1e6) / (user + system);
}

/** Milliseconds of processor time of one call: the median of as many samples as the script of PyTorch takes. */
async function updateTime(name: string): Promise<number> {
  const found = speedCases.find(subject => subject.name === name);
  if (!found)
    throw new Error(`peer-speed: the case must be one of the update steps, got "${name}". Look at lib/update-cases.ts.`);
  const call = await found.prepare(await createEngine(options.engine as 'auto'));
  for (let i = 0; i < 2 * found.inner; i++) await call();
  return median(Array.from({ length: 15 }, () => processorTime(call, found.inner))) / 1000;
}

type Line = Readonly<Record<string, string | number>>;

/** What a process prints, one record per line; nothing when it is not there or fails. */
function spoken(command: string, words: readonly string[]): Line[] {
  const { status, stdout } = spawnSync(command, words, { encoding: 'utf8', env: { ...process.env, OPENBLAS_NUM_THREADS: '1' } });
  return status === 0
    ? stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Line)
    : [];
}

function peerSpeaks({ script, words }: Pick<Peer, 'script' | 'words'>): Line[] {
  if (!script.endsWith('.py')) return process.env[script] ? spoken(process.env[script], words) : [];
  return spoken(process.env.ZPIN_PYTHON ?? 'python3', [fileURLToPath(new URL(`python/${script}`, folder)), ...words]);
}

/** A figure of this library from a process of its own, as the peers have theirs. */
function ours(title: string): number {
  const words = [...process.execArgv, process.argv[1] as string, '--measure', title, '--engine', options.engine];
  const [line] = spoken(process.execPath, words);
  if (!line) throw new Error(`peer-speed: "${title}" must end well, got an error. Run it with --measure to see which.`);
  return line.figure as number;
}

/** All figures, by what they belong to. */
const figures = new Map<string, number[]>();
const note = (key: string, figure: unknown) => {
  if (typeof figure !== 'number') return;
  figures.set(key, [...(figures.get(key) ?? []), figure]);
};
const figureOf = (key: string): number | null => {
  const seen = figures.get(key);
  return seen ? median(seen) : null;
};
const isAsked = (title: string) => title.includes(options.only);
const cases = Object.keys(shares).filter(isAsked);
const runs = trainings.filter(({ title }) => isAsked(title));

function measureRound(): void {
  for (const name of cases) note(name, ours(name));
  if (cases.length > 0)
    for (const { name, milliseconds } of peerSpeaks({ script: 'update_step.py', words: [] }))
      note(`${name}/PyTorch`, milliseconds);
  for (const { title, peers } of runs) {
    note(title, ours(title));
    for (const peer of peers) note(`${title}/${peer.name}`, peerSpeaks(peer)[0]?.stepsPerSecond);
  }
}

const day = new Date().toISOString().slice(0, 10);
const store = new URL('results/peer-speed.md', folder);
/** Lines of the stored tables by their first and third cell: what was measured, and beside whom. */
const stored = new Map<string, string[]>();
if (existsSync(store)) {
  for (const line of readFileSync(store, 'utf8').split('\n')) {
    const cells = line.split('|').map(cell => cell.trim());
    if (cells.length === 10) stored.set(`${cells[1]}/${cells[3]}`, cells.slice(1, -1));
  }
}

/** One line of a table: measured just now, or else as it is stored. */
function row(
  title: string,
  peer: string,
  bar: string,
  isMet: (ratio: number) => boolean,
  show: (value: number) => string,
): string[] {
  const [own, other] = [figureOf(title), figureOf(`${title}/${peer}`)];
  if (own === null || other === null) return stored.get(`${title}/${peer}`) ?? [title, '–', peer, '–', '–', bar, '–', '–'];
  const met = isMet(own / other) ? 'yes' : 'no';
  return [title, show(own), peer, show(other), (own / other).toFixed(2), bar, met, `${day}, ${figures.get(title)?.length}`];
}

function tables(): string[] {
  const times = Object.entries(shares).map(([name, bar]) => {
    const show = (value: number) => value.toPrecision(3);
    return row(name, 'PyTorch', `≤ ${bar}`, ratio => ratio <= bar, show);
  });
  const rates = trainings.flatMap(({ title, peers }) =>
    peers.map(({ name, bar }) => {
      const show = (value: number) => value.toFixed(0);
      return row(title, name, `≥ ${bar}`, ratio => ratio >= bar, show);
    }),
  );
  const last = ['zpin ÷ peer', 'bar', 'met', 'day, rounds'];
  return [
    table(['milliseconds', 'zpin', 'peer', 'its time', ...last], times),
    table(['steps per second', 'zpin', 'peer', 'its speed', ...last], rates),
  ];
}

if (options.measure !== undefined) {
  const training = trainings.find(({ title }) => title === options.measure);
  const figure = training ? await trainingRate(training) : await updateTime(options.measure);
  process.stdout.write(`${JSON.stringify({ figure })}\n`);
} else {
  const rounds = Number(options.rounds);
  for (let round = 1; round <= rounds; round++) {
    measureRound();
    process.stderr.write(`round ${round} of ${rounds}\n${tables().join('\n\n')}\n`);
  }
  const machine = `Node ${process.version}, ${cpus()[0]?.model.trim()}, one core, engine \`${options.engine}\`.`;
  const text = [machine, ...tables()].join('\n\n');
  process.stdout.write(`${text}\n`);
  if (options.write) {
    const title =
      '# Speed beside peers\n\nWritten by `pnpm bench peer-speed --write`: processor time of processes that take turns, medians.';
    writeFileSync(store, `${title}\n\n${text}\n`);
  }
}
