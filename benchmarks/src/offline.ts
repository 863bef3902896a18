/**
 * `pnpm bench offline [--data cartpole-medium] [--algo discrete-cql] [--seeds 1001-1005] [--keep folder] [--write]`: what is
 * learned from fixed data?
 *
 * Every data set is made anew from seeds; `--keep` puts it into a folder, and takes it from there the next time. Each algorithm
 * is trained with its preset, the naive one (off-policy learning that takes the data for its own) with the same settings, and
 * then plays greedy episodes.
 * `--write` puts each row, as soon as it is there, into `benchmarks/results/offline.json` and draws `offline.md` from all rows.
 * Rows that are there already, with the same steps, are not measured again: stopped at any moment, it goes on with what is
 * missing. `--draw` only draws. Settings were chosen on seeds below 100; seeds that are written begin at 1001.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { OfflineAgent } from '@zpin/contracts';
import { createEngine, type DatasetAlgorithm, evaluate, type Preset, type ReplayAlgorithm, trainOffline } from '@zpin/core';
import { loadEnv, makeVectorEnv } from '@zpin/envs';
import {
  bc,
  bcq,
  behaviour,
  collectDataset,
  cql,
  discreteBcq,
  discreteCql,
  iql,
  normalizedScore,
  type OfflineDataset,
  recordTransitions,
  td3Bc,
} from '@zpin/offline';
import { loadDataset, saveDataset } from '@zpin/offline/node';
import { sac } from '@zpin/offpolicy';
import { trpo } from '@zpin/onpolicy';
import { doubleDqn, dqn } from '@zpin/value-based';
import { SEEDING, SEEDING_NOTE, type Seeded, seedingMark } from './lib/seeding.ts';
import { table } from './lib/table.ts';

const RESULTS = new URL('../results/', import.meta.url);
const FILE = new URL('offline.json', RESULTS);
/** All agents play the same episodes, which are in no data set. */
const EVALUATION_SEED = 1_000_000;

/** One trained and evaluated agent. */
interface Row extends Seeded {
  readonly data: string;
  readonly algo: string;
  readonly seed: number;
  /** Gradient steps. */
  readonly steps: number;
  readonly evalReturnMean: number;
  /** Greedy episodes. */
  readonly evalEpisodes?: number;
  readonly wallSeconds: number;
}

/** What a data set is, and what is tried on it. */
interface Subject {
  readonly env: string;
  readonly how: string;
  /** Greedy episodes after training. */
  readonly episodes: number;
  readonly algorithms: readonly DatasetAlgorithm[];
  /** Off-policy learning without care, with its settings. */
  readonly naive: { readonly algorithm: ReplayAlgorithm; readonly like: DatasetAlgorithm; readonly config: object };
  /** Mean returns that stand for a score of 0 and of 100: a random policy, and one that solves the task. */
  readonly reference: { readonly random: number; readonly expert: number };
  make(): Promise<OfflineDataset>;
}

const engine = await createEngine();
/** Data are made on the engine that computes the same bits everywhere, so that they are the same data everywhere. */
const portable = await createEngine('wasm');

const cartPole = {
  env: 'CartPole-v1',
  episodes: 100,
  algorithms: [bc, discreteBcq, discreteCql],
  naive: { algorithm: doubleDqn, like: discreteCql, config: { targetUpdateEverySteps: 1 } },
  reference: { random: 22, expert: 500 },
};
const hopper = {
  env: 'Hopper-v5',
  episodes: 20,
  algorithms: [bc, td3Bc, iql, bcq, cql],
  naive: { algorithm: sac, like: cql, config: {} },
  // A random policy; the expert of D4RL.
  reference: { random: 16, expert: 3234 },
};
const pendulum = {
  env: 'Pendulum-v1',
  episodes: 100,
  algorithms: [bc, bcq, cql],
  naive: { algorithm: sac, like: cql, config: {} },
  reference: { random: -1200, expert: -140 },
};

const subjects: Readonly<Record<string, Subject>> = {
  'cartpole-random': {
    ...cartPole,
    how: '10,000 steps of a random policy',
    make: () => {
      const env = makeVectorEnv('CartPole-v1', 1);
      return collectDataset({ env, actor: behaviour({ spec: env.spec, seed: 1 }), steps: 10_000, seed: 1 });
    },
  },
  'cartpole-medium': {
    ...cartPole,
    how: '10,000 steps of DQN as it is after 12,000 steps, half of its actions random',
    make: mediumCartPole,
  },
  'pendulum-replay': {
    ...pendulum,
    how: 'everything that SAC saw in its 20,000 steps of training',
    make: replayOfPendulum,
  },
  'hopper-narrow': {
    ...hopper,
    how: '50,000 steps of TRPO as it is after its 1,000,000, greedy but for noise of 0.1 half widths',
    make: narrowHopper,
  },
};

/** A policy that balances for some 380 steps, disturbed. */
async function mediumCartPole(): Promise<OfflineDataset> {
  const env = makeVectorEnv('CartPole-v1', 1);
  const { config } = dqn.presets['CartPole-v1'];
  const agent = await dqn.create({ spec: env.spec, config, seed: 1, engine: portable });
  for await (const _ of dqn.train({ agent, env, totalSteps: 12_000, seed: 1 }));
  const actor = behaviour({ spec: env.spec, seed: 2, actor: agent, epsilon: 0.5 });
  const data = await collectDataset({ env: makeVectorEnv('CartPole-v1', 1), actor, steps: 10_000, seed: 2 });
  agent.dispose();
  return data;
}

async function replayOfPendulum(): Promise<OfflineDataset> {
  const env = recordTransitions(makeVectorEnv('Pendulum-v1', 1));
  const { config, totalSteps } = sac.presets['Pendulum-v1'];
  const agent = await sac.create({ spec: env.spec, config, seed: 1, engine: portable });
  for await (const _ of sac.train({ agent, env, totalSteps, seed: 1 }));
  agent.dispose();
  return env.dataset({ behaviour: 'sac, in training' });
}

/** A policy that hops well, nearly always the same way. */
async function narrowHopper(): Promise<OfflineDataset> {
  const { config, totalSteps } = trpo.presets['Hopper-v5'];
  const env = makeVectorEnv('Hopper-v5', 1);
  const agent = await trpo.create({ spec: env.spec, config, seed: 1, engine: portable });
  for await (const _ of trpo.train({ agent, env: makeVectorEnv('Hopper-v5', agent.config.numEnvs), totalSteps, seed: 1 }));
  const actor = behaviour({ spec: env.spec, seed: 2, actor: agent, noiseScale: 0.1 });
  const data = await collectDataset({ env, actor, steps: 50_000, seed: 2 });
  agent.dispose();
  return data;
}

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    algo: { type: 'string' },
    seeds: { type: 'string', default: '1001-1005' },
    keep: { type: 'string' },
    write: { type: 'boolean', default: false },
    draw: { type: 'boolean', default: false },
  },
});
const [first, last = first] = flags.seeds.split('-').map(Number);
if (flags.draw) write([], {});
else
  for (const [name, subject] of Object.entries(subjects)) {
    if (flags.data && flags.data !== name) continue;
    let dataset: OfflineDataset | null = null;
    for (const algorithm of [...subject.algorithms, subject.naive.algorithm]) {
      if (flags.algo && flags.algo !== algorithm.id) continue;
      for (let seed = first; seed <= last; seed++) {
        if (flags.write && isThere(name, subject, algorithm, seed)) continue;
        await loadEnv(subject.env);
        dataset ??= await dataOf(name, subject);
        const row = await trainAndEvaluate(name, subject, dataset, algorithm, seed);
        if (flags.write) write([row], { [name]: rounded(dataset.statistics().meanReturn) });
        process.stdout.write(`${JSON.stringify(row)}\n`);
      }
    }
  }

async function dataOf(name: string, { make }: Subject): Promise<OfflineDataset> {
  const path = flags.keep && join(flags.keep, `${name}.zpin`);
  if (path && existsSync(path)) return loadDataset(path);
  const dataset = await make();
  if (path) saveDataset(path, dataset);
  return dataset;
}

async function trainAndEvaluate(
  data: string,
  subject: Subject,
  dataset: OfflineDataset,
  algorithm: DatasetAlgorithm | ReplayAlgorithm,
  seed: number,
): Promise<Row> {
  const { env: id, naive, episodes } = subject;
  const isNaive = algorithm.learnsFrom === 'replay';
  const { config: tuned, totalSteps } = presetFor(subject, algorithm);
  const config = isNaive ? { ...common(tuned), ...naive.config } : tuned;
  const env = makeVectorEnv(id, 1);
  const agent: OfflineAgent = await algorithm.create({ spec: env.spec, config, seed, engine });
  const options = { agent, env, totalSteps, seed };
  const start = performance.now();
  const run = isNaive
    ? trainOffline({ ...options, source: dataset.discounted(algorithm.replay(agent.config)?.gamma ?? 1) })
    : algorithm.train({ ...options, dataset });
  for await (const _ of run);
  const wallSeconds = rounded((performance.now() - start) / 1000);
  const { meanReturn } = await evaluate(agent, makeVectorEnv(id, 10), episodes, EVALUATION_SEED);
  agent.dispose();
  return {
    data,
    algo: algorithm.id,
    seed,
    steps: totalSteps,
    evalReturnMean: rounded(meanReturn),
    evalEpisodes: episodes,
    wallSeconds,
    seeding: SEEDING,
  };
}

/** Its preset, or for the naive algorithm that of the one whose settings it takes. */
function presetFor({ env, naive }: Subject, algorithm: DatasetAlgorithm | ReplayAlgorithm): Preset {
  return (algorithm.learnsFrom === 'replay' ? naive.like : algorithm).presets[env];
}

/** Whether a row was measured already, with the steps of the preset and under the present rule of seeds. */
function isThere(data: string, subject: Subject, algorithm: DatasetAlgorithm | ReplayAlgorithm, seed: number): boolean {
  const { totalSteps } = presetFor(subject, algorithm);
  return stored().rows.some(
    row =>
      row.data === data && row.algo === algorithm.id && row.seed === seed && row.steps === totalSteps && row.seeding === SEEDING,
  );
}

/** The settings that an off-policy algorithm has as well. */
function common(config: object): object {
  const names = ['batchSize', 'learningRate', 'criticLearningRate', 'actorLearningRate', 'hiddenSizes', 'gamma', 'tau'];
  return Object.fromEntries(Object.entries(config).filter(([name]) => names.includes(name)));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/**
 * Replaces the rows of the same data, algorithm and seed, and draws the table anew.
 * @param behaviours mean return of each data set
 */
function write(fresh: readonly Row[], behaviours: Readonly<Record<string, number>>): void {
  mkdirSync(RESULTS, { recursive: true });
  const key = ({ data, algo, seed }: Row) => `${data} ${algo} ${String(seed).padStart(4, '0')}`;
  const old = stored();
  // Seeds of the old rule go as soon as there are others.
  const isFresh = (row: Row) => fresh.some(({ data, algo }) => data === row.data && algo === row.algo);
  const kept = old.rows.filter(row => row.seeding === SEEDING || !isFresh(row));
  const rows = [...new Map([...kept, ...fresh].map(row => [key(row), row])).values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const all = { ...old.behaviours, ...behaviours };
  const lines = rows.map(row => `    ${JSON.stringify(row)}`).join(',\n');
  writeFileSync(FILE, `{\n  "behaviours": ${JSON.stringify(all)},\n  "rows": [\n${lines}\n  ]\n}\n`);
  writeFileSync(new URL('offline.md', RESULTS), markdown(rows, all));
}

interface Stored {
  readonly rows: readonly Row[];
  /** Mean return of each data set. */
  readonly behaviours: Readonly<Record<string, number>>;
}

/** What was measured so far. */
function stored(): Stored {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : { rows: [], behaviours: {} };
}

function markdown(rows: readonly Row[], behaviours: Readonly<Record<string, number>>): string {
  const sections = Object.entries(subjects).flatMap(([name, { env, how, episodes, algorithms, naive, reference }]) => {
    const mine = rows.filter(({ data }) => data === name);
    if (mine.length === 0) return [];
    const score = (value: number) => Math.round(normalizedScore(value, reference));
    const lines = [...algorithms, naive.algorithm].flatMap(algorithm => {
      const group = mine.filter(({ algo }) => algo === algorithm.id);
      if (group.length === 0) return [];
      const means = group.map(({ evalReturnMean }) => evalReturnMean);
      const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
      const note = algorithm === naive.algorithm ? ' (naive)' : '';
      // Adding 0 makes 0 of -0.
      const shown = means.map(value => String(Math.round(value) + 0)).join(', ');
      return [
        [
          `${algorithm.id}${note}${seedingMark(group)}`,
          group[0].steps.toLocaleString('en'),
          shown,
          String(Math.round(mean) + 0),
          String(score(mean)),
        ],
      ];
    });
    const behaviourRow = ['behaviour', '–', '–', behaviours[name].toFixed(0), String(score(behaviours[name]))];
    const head = ['algorithm', 'gradient steps', `mean return of ${episodes} greedy episodes, by seed`, 'mean', 'score'];
    const scale = `Score 0 is ${reference.random}, 100 is ${reference.expert}.`;
    return [`## ${name}\n\n${env}: ${how}. ${scale}\n\n${table(head, [behaviourRow, ...lines])}`];
  });
  const about = [
    'Presets of `@zpin/offline`; the naive algorithm has the same settings and takes the data for its own. Data are made from seeds.',
    'Settings were chosen on seeds below 100; the rows are of seeds from 1001 on, which nobody looked at before. Written by',
    '`pnpm bench offline --write`.',
  ];
  const note = seedingMark(rows) === '' ? [] : [SEEDING_NOTE];
  return `${['# Learning from fixed data', about.join('\n'), ...sections, ...note].join('\n\n')}\n`;
}
