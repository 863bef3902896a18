import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeVectorEnv, VectorWrapper } from '@zpin/envs';
import { describe, expect, it, vi } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { openRun, type RunEvent, type RunOptions, resume, train } from '../src/index.ts';
import { eventFileNames, RunFolder } from '../src/node.ts';
import { readEvents } from './read-events.ts';

inScratchFolder();

const settings: RunOptions = {
  ...{ steps: 200, seed: 3, preset: false, checkpointEverySteps: 150, tensorboard: true },
  config: { hiddenSizes: [8], learningStarts: 20, batchSize: 8, bufferSize: 200 },
  films: { everySteps: 50, maxSteps: 4 },
};
const read = (...path: string[]) => readFileSync(join(...path));
const picturesIn = (folder: string) =>
  eventFileNames(new RunFolder(folder))
    .flatMap(name => readEvents(read(folder, name)))
    .flatMap(({ step, pictures }) => (pictures.film ? [{ step, ...pictures.film }] : []));

describe('films while a run trains', () => {
  // There is an update, after which something can be filmed, at every fourth step.
  const names = ['000000052.gif', '000000100.gif', '000000152.gif', '000000200.gif'];

  it('are there at their steps, as files and as pictures in TensorBoard, and change nothing', async () => {
    (await train('dqn', 'CartPole-v1', { ...settings, saveTo: 'whole' })).dispose();
    expect(readdirSync('whole/films').sort()).toEqual(names);
    const pictures = picturesIn('whole');
    expect(pictures.map(({ step }) => step)).toEqual([52, 100, 152, 200]);
    for (const [i, { width, height, file }] of pictures.entries()) {
      expect([width, height]).toEqual([600, 400]);
      expect(read('whole/films', names[i] as string).equals(file)).toBe(true);
    }
    // Policies that play other episodes, or the same one otherwise: not one film four times.
    const { films: _, ...unfilmed } = settings;
    (await train('dqn', 'CartPole-v1', { ...unfilmed, saveTo: 'unfilmed' })).dispose();
    for (const name of ['metrics.jsonl', 'policy.bin']) expect(read('whole', name)).toEqual(read('unfilmed', name));
    expect(existsSync('unfilmed/films')).toBe(false);
  });

  it('of a run that is stopped and goes on are those of one that never stopped', async () => {
    const run = await openRun('dqn', 'CartPole-v1', { ...settings, saveTo: 'cut' });
    for await (const event of run.events()) if (event.step >= 170) break;
    run.dispose();
    expect(readdirSync('cut/films').sort()).toEqual(names.slice(0, 3));
    (await resume('cut')).dispose();
    for (const name of names) expect(read('cut/films', name).equals(read('whole/films', name)), name).toBe(true);
    expect(picturesIn('cut').map(({ step }) => step)).toEqual([52, 100, 152, 200]);
  });

  it('of a run that is stopped when one is due are those of one that never stopped', async () => {
    const run = await openRun('dqn', 'CartPole-v1', { ...settings, saveTo: 'due' });
    for await (const event of run.events()) if (event.type === 'step' && event.step >= 152) run.stop();
    run.dispose();
    (await resume('due')).dispose();
    expect(readdirSync('due/films').sort()).toEqual(names);
    for (const name of names) expect(read('due/films', name).equals(read('whole/films', name)), name).toBe(true);
  });

  it('are pictures in folders where that is wanted', async () => {
    const films = { everySteps: 100, maxSteps: 3, format: 'png' } as const;
    (await train('dqn', 'CartPole-v1', { ...settings, films, saveTo: 'png' })).dispose();
    // Before each of the three steps, and the one that the film ends with.
    expect(readdirSync('png/films/000000100').sort()).toEqual([0, 1, 2, 3].map(t => `000${t}.png`));
    expect(picturesIn('png')).toEqual([]);
  });

  it('are left out with a warning, told once, where the environment has no pictures', async () => {
    /** CartPole in the dark. */
    class Dark extends VectorWrapper {
      constructor(copies: number) {
        super(makeVectorEnv('CartPole-v1', copies), {});
        Object.assign(this, { render: undefined });
      }
      protected override save() {
        return {};
      }
      protected override load(): void {}
    }
    const events: RunEvent[] = [];
    const told = {
      ...settings,
      films: { everySteps: 50 },
      saveTo: 'dark',
      onEvent: (event: RunEvent) => void events.push(event),
    };
    (await train('dqn', copies => new Dark(copies), told)).dispose();
    const warnings = events.flatMap(event => (event.type === 'warning' && event.step > 0 ? [event.message] : []));
    expect(warnings).toEqual([expect.stringMatching(/^Nothing is filmed: /)]);
    expect(events.at(-1)?.step).toBe(200);
  });

  it.each([
    [{ films: { everySteps: 0 }, saveTo: 'refused' }, 'films.everySteps must be an integer >= 1, got 0'],
    [{ films: { everySteps: 5 } }, 'films need a folder, got "none". Give saveTo, or leave it out'],
    [{ films: { everySteps: 5, format: 'mp4' as const }, saveTo: 'refused' }, 'the format mp4 needs ffmpeg, got "no-ffmpeg"'],
  ])('are refused by %o', async (more, text) => {
    vi.stubEnv('ZPIN_FFMPEG', 'no-ffmpeg');
    await expect(openRun('dqn', 'CartPole-v1', { ...settings, ...more })).rejects.toThrow(text);
    vi.unstubAllEnvs();
    expect(existsSync('refused')).toBe(false);
  });
});
