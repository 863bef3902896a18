/**
 * `pnpm bench cliff-paths`: the ways along the cliff that SARSA and Q-learning learn, as one picture,
 * `benchmarks/results/experiments/cliff-paths.svg`. The settings are those of the experiment `cliff-walking`, but for a smaller
 * step size and more episodes: what is shown is where they lead, without the noise of the last falls.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createEngine } from '@zpin/core';
import { makeEnv } from '@zpin/envs';
import { type AlgorithmId, loadAlgorithm, openRun } from 'zpin';
import { experiments } from './lib/experiments.ts';

const COLUMNS = 12;
const ROWS = 4;
const CELL = 48;
const LEFT = 20;
const TOP = 64;
const COLORS = ['#0072b2', '#d55e00'];
const FONT = 'font-family="Helvetica, Arial, sans-serif"';
/** A greedy walk that takes longer goes in circles. */
const MOST_STEPS = 60;

const EPISODES = 5000;
const LEARNING_RATE = 0.1;

const { arms, env: id } = experiments['cliff-walking'];
const engine = await createEngine();

/** Cells of the greedy walk, from the start to the goal. */
async function greedyPath(algo: AlgorithmId, config: object): Promise<number[]> {
  const options = { config: { ...config, learningRate: LEARNING_RATE }, preset: false, steps: 1e9, seed: 1, engine };
  const run = await openRun(await loadAlgorithm(algo), id, options);
  let done = 0;
  for await (const event of run.events()) {
    if (event.type === 'episode' && ++done === EPISODES) break;
  }
  const walk = makeEnv(id);
  const cells = [walk.reset({ seed: 1 }).obs as number];
  for (let step = 0; step < MOST_STEPS; step++) {
    const action = await run.act(cells[cells.length - 1]);
    const { obs, terminated } = walk.step(action);
    cells.push(obs as number);
    if (terminated) break;
  }
  run.dispose();
  return cells;
}

const x = (cell: number) => LEFT + ((cell % COLUMNS) + 0.5) * CELL;
const y = (cell: number) => TOP + (Math.floor(cell / COLUMNS) + 0.5) * CELL;

const grid = Array.from({ length: COLUMNS * ROWS }, (_, cell) => {
  const isCliff = cell > COLUMNS * (ROWS - 1) && cell < COLUMNS * ROWS - 1;
  const at = `x="${x(cell) - CELL / 2}" y="${y(cell) - CELL / 2}" width="${CELL}" height="${CELL}"`;
  return `<rect ${at} fill="${isCliff ? '#8c959f' : '#ffffff'}" stroke="#d0d7de"/>`;
});
const label = (cell: number, text: string) =>
  `<text x="${x(cell)}" y="${y(cell) + CELL / 2 - 5}" ${FONT} font-size="11" text-anchor="middle" fill="#57606a">${text}</text>`;

const shown = arms.filter(({ algo }) => algo === 'sarsa' || algo === 'q-learning');
const lines: string[] = [];
for (const [i, { name, algo, config = {} }] of shown.entries()) {
  const cells = await greedyPath(algo, config);
  const offset = (i - 0.5) * 8;
  const points = cells.map(cell => `${x(cell) + offset},${y(cell) + offset}`).join(' ');
  lines.push(
    `<polyline points="${points}" fill="none" stroke="${COLORS[i]}" stroke-width="4" stroke-linejoin="round" stroke-linecap="round"/>`,
    `<rect x="${LEFT + i * 220}" y="40" width="22" height="4" fill="${COLORS[i]}"/>`,
    `<text x="${LEFT + 28 + i * 220}" y="46" ${FONT} font-size="13" fill="#24292f">${name}: ${cells.length - 1} steps</text>`,
  );
  process.stdout.write(`${name}: ${cells.length - 1} steps, by cells ${cells.join(' ')}\n`);
}
const width = 2 * LEFT + COLUMNS * CELL;
const height = TOP + ROWS * CELL + 34;
const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
  `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
  `<text x="${LEFT}" y="24" ${FONT} font-size="16" font-weight="bold" fill="#24292f">Greedy ways after ${EPISODES.toLocaleString('en')} episodes of cliff walking</text>`,
  ...grid,
  label(COLUMNS * (ROWS - 1), 'start'),
  label(COLUMNS * ROWS - 1, 'goal'),
  ...lines,
  `<text x="${LEFT}" y="${height - 12}" ${FONT} font-size="11" fill="#57606a">Grey: the cliff. Seed 1. pnpm bench cliff-paths</text>`,
  '</svg>',
];
const folder = new URL('../results/experiments/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('cliff-paths.svg', folder), `${svg.join('\n')}\n`);
