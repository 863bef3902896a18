import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import type { AtariReport } from '../src/live/atari-messages.ts';
import { type CartPoleReport, cartPoleAlgorithms } from '../src/live/cart-pole-messages.ts';
import { initialValues } from '../src/live/experiment.ts';
import type { ExperimentReport } from '../src/live/experiment-messages.ts';
import { experiments } from '../src/live/experiments.ts';
import { type GridReport, gridAlgorithms, gridWorlds } from '../src/live/grid-messages.ts';

const live = fileURLToPath(new URL('../src/live', import.meta.url));
let started = 0;
// What a worker needs is loaded by the first test that asks for it, which takes long on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

/** A worker of a live page in this process: `send` is a message of the page, `reports` what it answered. */
async function startWorker<Report>(name: string) {
  const reports: Report[] = [];
  const scope = { postMessage: (report: Report) => void reports.push(report), onmessage: (_: { data: unknown }) => {} };
  vi.stubGlobal('self', scope);
  // Each is a module of its own, as in a browser; what it is made of is loaded once.
  await import(/* @vite-ignore */ `${live}/${name}-worker.ts?${++started}`);
  return { reports, send: (data: unknown) => scope.onmessage({ data }) };
}

afterEach(() => vi.unstubAllGlobals());

test.each(gridWorlds.flatMap(world => gridAlgorithms.map(algorithm => [algorithm, world] as const)))(
  'the grid shows how %s learns in %s',
  async (algorithm, world) => {
    const { reports, send } = await startWorker<GridReport>('grid');
    const settings = { algorithm, world, isSlippery: true, seed: 1, learningRate: 0.5, epsilon: 0.1, stepsPerSecond: 5000 };
    send({ type: 'start', settings });
    const stepsOf = () => reports.slice(1).map(report => (report.type === 'progress' ? report.step : report.type));
    // How far a report comes depends on the machine.
    await vi.waitFor(() => expect(Number(stepsOf()[2] && stepsOf().at(-1))).toBeGreaterThan(100), { timeout: 240_000 });
    send({ type: 'pause' });
    const steps = stepsOf();
    expect(steps.map(Number)).toEqual(steps);
  },
);

test.each(cartPoleAlgorithms)('the pole shows how %s learns', async algorithm => {
  const { reports, send } = await startWorker<CartPoleReport>('cart-pole');
  send({ type: 'start', settings: { algorithm, engine: 'cpu', seed: 1, learningRate: 1e-3 } });
  await vi.waitFor(() => expect(reports.filter(({ type }) => type === 'progress').length).toBeGreaterThan(1), {
    timeout: 240_000,
  });
  send({ type: 'pause' });
  expect(reports[0]).toMatchObject({ type: 'ready', engine: 'tensorflow: TensorFlow.js on cpu (asked for)' });
  const episodes = reports.flatMap(report => (report.type === 'progress' ? [...report.episodes] : []));
  expect(episodes.length).toBeGreaterThan(10);
  // Environment step at the end and return, two numbers per episode.
  expect(episodes[1]).toBeGreaterThan(5);
});

test('the game of Atari shows how double-dqn learns, and a picture of what it does', async () => {
  const { reports, send } = await startWorker<AtariReport>('atari');
  send({ type: 'start', settings: { game: 'Catch', view: 'memory', engine: 'cpu', seed: 1 } });
  const progressOf = () => reports.filter(report => report.type === 'progress');
  const picturesOf = () => progressOf().flatMap(({ picture }) => picture ?? []);
  // Pictures come by the clock, so how many reports have none depends on the machine.
  await vi.waitFor(() => expect(progressOf().length * picturesOf().length).toBeGreaterThan(2), { timeout: 240_000 });
  send({ type: 'pause' });
  expect(reports[0]).toMatchObject({ type: 'ready', totalSteps: 40_000 });
  const steps = progressOf().map(({ step }) => step);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  const pictures = picturesOf();
  // The background of the game is none of black, and all is opaque.
  expect(new Set(pictures[0]).size).toBeGreaterThan(3);
  expect(pictures[0][3]).toBe(255);
});

test.each(Object.entries(experiments))('the experiment %s learns, and shows it', async (id, experiment) => {
  const { reports, send } = await startWorker<ExperimentReport>('experiment');
  send({ type: 'start', settings: { experiment: id, values: initialValues(experiment) } });
  const progressOf = () => reports.filter(report => report.type === 'progress');
  await vi.waitFor(() => expect(progressOf().filter(({ picture }) => picture).length).toBeGreaterThan(2), { timeout: 240_000 });
  send({ type: 'pause' });
  expect(reports.filter(({ type }) => type === 'error')).toEqual([]);
  expect(reports[0]).toMatchObject({ type: 'ready', engine: expect.stringContaining('wasm') });
  const shown = progressOf().flatMap(({ picture }) => picture ?? []);
  for (const { pixels, width, height } of shown) expect(pixels).toHaveLength(4 * width * height);
  // As wide as the page has made room for.
  expect(shown[0].width / shown[0].height).toBeCloseTo(experiment.aspect, 1);
  const options = progressOf().flatMap(({ options }) => options ?? []);
  expect(options.length > 0).toBe('shows' in experiment);
});
