/**
 * `pnpm bench offline [--data cartpole-medium] [--algo discrete-cql] [--seeds 1-5] [--keep folder] [--write]`: what is learned
 * from fixed data?
 *
 * Every data set is made anew from seeds; `--keep` puts it into a folder, and takes it from there the next time. Each algorithm
 * is trained with its preset, the naive one (off-policy learning that takes the data for its own) with the same settings, and
 * then plays 100 greedy episodes.
 * `--write` puts each row, as soon as it is there, into `benchmarks/results/offline.json` and draws `offline.md` from all rows;
 * `--draw` only does the latter.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { OfflineAgent } from '@zpin/contracts';
import { createEngine, type DatasetAlgorithm, evaluate, type ReplayAlgorithm, trainOffline } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import {
  bc,
  bcq,
  behaviour,
  collectDataset,
  cql,
  discreteBcq,
  discreteCql,
  normalizedScore,
  type OfflineDataset,
  recordTransitions,
} from '@zpin/offline';
import { loadDataset, saveDataset } from '@zpin/offline/node';
import { sac } from '@zpin/offpolicy';
import { doubleDqn, dqn } from '@zpin/value-based';
import { SEEDING, SEEDING_NOTE, type Seeded, seedingMark } from './lib/seeding.ts';
import { table } from './lib/table.ts';

const EVALUATION_EPISODES = 100;
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
  readonly wallSeconds: number;
}

/** What a data set is, and what is tried on it. */
interface Subject {
  readonly env: string;
  readonly how: string;
  readonly algorithms: readonly DatasetAlgorithm[];
  /** Off-policy learning without care, with its settings. */
  readonly naive: { readonly algorithm: ReplayAlgorithm; readonly like: DatasetAlgorithm; readonly config: object };
  /** Mean returns that stand for a score of 0 and of 100: a random policy, and one that solves the task. */
  readonly reference: { readonly random: number; readonly expert: number };
  make(): Promise<OfflineDataset>;
}

const engine = await createEngine('onnx');

const cartPole = {
  env: 'CartPole-v1',
  algorithms: [bc, discreteBcq, discreteCql],
  naive: { algorithm: doubleDqn, like: discreteCql, config: { targetUpdateEverySteps: 1 } },
  reference: { random: 22, expert: 500 },
};
const pendulum = {
  env: 'Pendulum-v1',
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
    how: '10,000 steps of DQN as it is after 8,000 steps, half of its actions random',
    make: mediumCartPole,
  },
  'pendulum-replay': {
    ...pendulum,
    how: 'everything that SAC saw in its 20,000 steps of training',
    make: replayOfPendulum,
  },
};

/** A policy that balances for some 360 steps, disturbed. */
async function mediumCartPole(): Promise<OfflineDataset> {
  const env = makeVectorEnv('CartPole-v1', 1);
  const { config } = dqn.presets['CartPole-v1'];
  const agent = await dqn.create({ spec: env.spec, config, seed: 1, engine });
  for await (const _ of dqn.train({ agent, env, totalSteps: 8_000, seed: 1 }));
  const actor = behaviour({ spec: env.spec, seed: 2, actor: agent, epsilon: 0.5 });
  const data = await collectDataset({ env: makeVectorEnv('CartPole-v1', 1), actor, steps: 10_000, seed: 2 });
  agent.dispose();
  return data;
}

async function replayOfPendulum(): Promise<OfflineDataset> {
  const env = recordTransitions(makeVectorEnv('Pendulum-v1', 1));
  const { config, totalSteps } = sac.presets['Pendulum-v1'];
  const agent = await sac.create({ spec: env.spec, config, seed: 1, engine });
  for await (const _ of sac.train({ agent, env, totalSteps, seed: 1 }));
  agent.dispose();
  return env.dataset({ behaviour: 'sac, in training' });
}

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    algo: { type: 'string' },
    seeds: { type: 'string', default: '1-5' },
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
    const dataset = await dataOf(name, subject);
    for (const algorithm of [...subject.algorithms, subject.naive.algorithm]) {
      if (flags.algo && flags.algo !== algorithm.id) continue;
      for (let seed = first; seed <= last; seed++) {
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
  { env: id, naive }: Subject,
  dataset: OfflineDataset,
  algorithm: DatasetAlgorithm | ReplayAlgorithm,
  seed: number,
): Promise<Row> {
  const isNaive = algorithm.learnsFrom === 'replay';
  const { config: tuned, totalSteps } = (isNaive ? naive.like : algorithm).presets[id];
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
  const { meanReturn } = await evaluate(agent, makeVectorEnv(id, 10), EVALUATION_EPISODES, EVALUATION_SEED);
  agent.dispose();
  return {
    data,
    algo: algorithm.id,
    seed,
    steps: totalSteps,
    evalReturnMean: rounded(meanReturn),
    wallSeconds,
    seeding: SEEDING,
  };
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
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL('offline.json', folder);
  const key = ({ data, algo, seed }: Row) => `${data} ${algo} ${String(seed).padStart(4, '0')}`;
  const old: { rows: Row[]; behaviours: Record<string, number> } = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { rows: [], behaviours: {} };
  const rows = [...new Map([...old.rows, ...fresh].map(row => [key(row), row])).values()].sort((a, b) =>
    key(a) < key(b) ? -1 : 1,
  );
  const all = { ...old.behaviours, ...behaviours };
  const lines = rows.map(row => `    ${JSON.stringify(row)}`).join(',\n');
  writeFileSync(file, `{\n  "behaviours": ${JSON.stringify(all)},\n  "rows": [\n${lines}\n  ]\n}\n`);
  writeFileSync(new URL('offline.md', folder), markdown(rows, all));
}

function markdown(rows: readonly Row[], behaviours: Readonly<Record<string, number>>): string {
  const sections = Object.entries(subjects).flatMap(([name, { env, how, algorithms, naive, reference }]) => {
    const mine = rows.filter(({ data }) => data === name);
    if (mine.length === 0) return [];
    const score = (value: number) => Math.round(normalizedScore(value, reference));
    const lines = [...algorithms, naive.algorithm].flatMap(algorithm => {
      const group = mine.filter(({ algo }) => algo === algorithm.id);
      if (group.length === 0) return [];
      const means = group.map(({ evalReturnMean }) => evalReturnMean);
      const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
      const note = algorithm === naive.algorithm ? ' (naive)' : '';
      const shown = means.map(value => value.toFixed(0)).join(', ');
      return [
        [
          `${algorithm.id}${note}${seedingMark(group)}`,
          group[0].steps.toLocaleString('en'),
          shown,
          mean.toFixed(0),
          String(score(mean)),
        ],
      ];
    });
    const behaviourRow = ['behaviour', '–', '–', behaviours[name].toFixed(0), String(score(behaviours[name]))];
    const head = ['algorithm', 'gradient steps', 'mean return of 100 greedy episodes, by seed', 'mean', 'score'];
    const scale = `Score 0 is ${reference.random}, 100 is ${reference.expert}.`;
    return [`## ${name}\n\n${env}: ${how}. ${scale}\n\n${table(head, [behaviourRow, ...lines])}`];
  });
  const about = [
    'Presets of `@zpin/offline`; the naive algorithm has the same settings and takes the data for its own. Data are made from seeds.',
    'Written by `pnpm bench offline --write`.',
  ];
  const note = seedingMark(rows) === '' ? [] : [SEEDING_NOTE];
  return `${['# Learning from fixed data', about.join('\n'), ...sections, ...note].join('\n\n')}\n`;
}
