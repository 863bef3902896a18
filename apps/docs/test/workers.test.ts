import { afterEach, expect, test, vi } from 'vitest';
import type { AtariReport } from '../src/live/atari-messages.ts';
import { type CartPoleReport, cartPoleAlgorithms } from '../src/live/cart-pole-messages.ts';
import { type GridReport, gridAlgorithms, gridWorlds } from '../src/live/grid-messages.ts';

/** A worker of a live page in this process: `send` is a message of the page, `reports` what it answered. */
async function startWorker<Report>(name: string) {
  const reports: Report[] = [];
  const scope = { postMessage: (report: Report) => void reports.push(report), onmessage: (_: { data: unknown }) => {} };
  vi.stubGlobal('self', scope);
  vi.resetModules();
  await import(`../src/live/${name}-worker.ts`);
  return { reports, send: (data: unknown) => scope.onmessage({ data }) };
}

afterEach(() => vi.unstubAllGlobals());

/** Reports from the first on that says that a run begins: what comes before is the last of the worker of another test. */
function ownReports<Report extends { readonly type: string }>(reports: readonly Report[]): readonly Report[] {
  return reports.slice(reports.findIndex(({ type }) => type === 'ready'));
}

test.each(gridWorlds.flatMap(world => gridAlgorithms.map(algorithm => [algorithm, world] as const)))(
  'the grid shows how %s learns in %s',
  async (algorithm, world) => {
    const { reports, send } = await startWorker<GridReport>('grid');
    const settings = { algorithm, world, isSlippery: true, seed: 1, learningRate: 0.5, epsilon: 0.1 };
    send({ type: 'start', settings, stepsPerSecond: 5000 });
    const stepsOf = () => reports.map(report => (report.type === 'progress' ? report.step : report.text));
    // How far a report comes depends on the machine.
    await vi.waitFor(() => expect(Number(stepsOf()[2] && stepsOf().at(-1))).toBeGreaterThan(100), { timeout: 30_000 });
    send({ type: 'pause' });
    const steps = stepsOf();
    expect(steps.map(Number)).toEqual(steps);
  },
);

test.each(cartPoleAlgorithms)('the pole shows how %s learns', async algorithm => {
  const { reports, send } = await startWorker<CartPoleReport>('cart-pole');
  send({ type: 'start', settings: { algorithm, engine: 'cpu', seed: 1, learningRate: 1e-3 } });
  await vi.waitFor(() => expect(reports.filter(({ type }) => type === 'progress').length).toBeGreaterThan(1), {
    timeout: 30_000,
  });
  send({ type: 'pause' });
  const own = ownReports(reports);
  expect(own[0]).toMatchObject({ type: 'ready', engine: 'tensorflow: TensorFlow.js on cpu (asked for)' });
  const episodes = own.flatMap(report => (report.type === 'progress' ? [...report.episodes] : []));
  expect(episodes.length).toBeGreaterThan(10);
  // Environment step at the end and return, two numbers per episode.
  expect(episodes[1]).toBeGreaterThan(5);
});

test('the game of Atari shows how double-dqn learns, and a picture of what it does', async () => {
  const { reports, send } = await startWorker<AtariReport>('atari');
  send({ type: 'start', settings: { game: 'Catch', view: 'memory', engine: 'cpu', seed: 1 } });
  const progressOf = () => ownReports(reports).filter(report => report.type === 'progress');
  const picturesOf = () => progressOf().flatMap(({ picture }) => picture ?? []);
  // Pictures come by the clock, so how many reports have none depends on the machine.
  await vi.waitFor(() => expect(progressOf().length * picturesOf().length).toBeGreaterThan(2), { timeout: 60_000 });
  send({ type: 'pause' });
  expect(ownReports(reports)[0]).toMatchObject({ type: 'ready', totalSteps: 40_000 });
  const steps = progressOf().map(({ step }) => step);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  const pictures = picturesOf();
  // The background of the game is none of black, and all is opaque.
  expect(new Set(pictures[0]).size).toBeGreaterThan(3);
  expect(pictures[0][3]).toBe(255);
});
