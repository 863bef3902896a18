import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@zpin/contracts';
import { makeVectorEnv } from '@zpin/envs';
import { behaviour, collectDataset } from '@zpin/offline';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { CurriculumProgress } from '../src/curriculum.ts';
import { type Curriculum, openRun, openSavedRun, type RunEvent, train } from '../src/index.ts';
import { RunFolder, requestStop } from '../src/node.ts';

inScratchFolder();

type Episode = Extract<RunEvent, { readonly type: 'episode' }>;

function episode(step: number, envIndex: number, changes: Partial<Episode> = {}): Episode {
  const ended = { episodeReturn: 0, episodeLength: 1, terminated: true, truncated: false };
  return { type: 'episode', step, envIndex, ...ended, ...changes };
}

const levels = [{ gravity: 1 }, { gravity: 2 }];

describe('a level is left', () => {
  it('when enough of its last episodes reach the goal, counted anew on each', () => {
    const progress = new CurriculumProgress({ levels, advance: { success: 0.5, episodes: 2 } }, 1);
    expect(progress.heard(episode(1, 0, { success: true }))).toBeNull();
    expect(progress.heard(episode(2, 0, { success: false }))).toEqual({
      ...{ type: 'level', step: 2, level: 1, levels: 2 },
      parameters: { gravity: 2 },
    });
    // The episode in progress began on the first level.
    expect(progress.heard(episode(3, 0, { success: true }))).toBeNull();
    expect(progress.heard(episode(4, 0, { success: true }))).toBeNull();
    expect(progress.heard(episode(5, 0, { info: { success: 1 } }))).toMatchObject({ level: 2, parameters: {} });
    // Behind the last level there is none.
    for (let step = 6; step < 20; step++) expect(progress.heard(episode(step, 0, { success: true }))).toBeNull();
  });

  it('when the mean return is there, or after so many steps', () => {
    const byReturn = new CurriculumProgress({ levels, advance: { meanReturn: 5, episodes: 2 } }, 1);
    const found = [9, 0, 10].map((episodeReturn, i) => byReturn.heard(episode(i + 1, 0, { episodeReturn }))?.level);
    expect(found).toEqual([undefined, undefined, 1]);
    const bySteps = new CurriculumProgress({ levels, advance: { steps: 10 } }, 1);
    const steps = [4, 9, 12, 15, 21, 22, 30].map(step => bySteps.heard(episode(step, 0))?.level);
    expect(steps).toEqual([undefined, undefined, 1, undefined, undefined, 2, undefined]);
  });

  it('by episodes of the level alone: those of other copies that began before it do not count', () => {
    const progress = new CurriculumProgress({ levels, advance: { meanReturn: 1, episodes: 1 } }, 3);
    expect(progress.heard(episode(10, 0, { episodeReturn: 1 }))?.level).toBe(1);
    // In the same step: what began behind it began before the change.
    expect(progress.heard(episode(10, 1, { episodeReturn: 1 }))).toBeNull();
    for (const copy of [0, 1, 2]) expect(progress.heard(episode(20, copy, { episodeReturn: 1 }))).toBeNull();
    const saved = progress.state();
    const other = new CurriculumProgress({ levels, advance: { meanReturn: 1, episodes: 1 } }, 3);
    other.restore(JSON.parse(JSON.stringify(saved)));
    for (const one of [progress, other]) expect(one.heard(episode(30, 1, { episodeReturn: 1 }))?.level).toBe(2);
  });

  it('never where success is asked and nobody tells of it', () => {
    const progress = new CurriculumProgress({ levels, advance: { success: 0.1, episodes: 1 } }, 1);
    expect(progress.heard(episode(1, 0, { episodeReturn: 9 }))).toBeNull();
  });
});

/** The way through two bends; the start `S` comes nearer to the apple by each level. */
const way = ['..........', '#########.', '..........', '.#########', '.........A'];
const startAt = (row: number, column: number) =>
  way.map((line, i) => (i === row ? `${line.slice(0, column)}S${line.slice(column + 1)}` : line));
const target = { map: startAt(0, 0), maxEpisodeSteps: 60 };
const backwards: Curriculum = {
  levels: [{ map: startAt(4, 4) }, { map: startAt(2, 2) }, { map: startAt(2, 9) }],
  advance: { meanReturn: 0.8, episodes: 20 },
};
const config = { gamma: 0.95, learningRate: 0.5, epsilonStart: 0.1, epsilonEnd: 0.1 };

describe('a run with a curriculum', () => {
  it('comes to where it never comes without', async () => {
    const options = { envOptions: target, config, steps: 20_000, seed: 1 };
    const seen: RunEvent[] = [];
    const run = await train('q-learning', 'GridWorld-v0', {
      ...options,
      curriculum: backwards,
      onEvent: event => seen.push(event),
    });
    expect(seen.flatMap(event => (event.type === 'level' ? [event.level] : []))).toEqual([1, 2, 3]);
    expect((await run.evaluate({ episodes: 10 })).meanReturn).toBe(1);
    run.dispose();
    const without = await train('q-learning', 'GridWorld-v0', options);
    expect((await without.evaluate({ episodes: 10 })).meanReturn).toBe(0);
    without.dispose();
  });

  it.each(['q-learning', 'dqn', 'ppo', 'dppo', 'a3c'] as const)('goes on bit for bit on any level: %s', async id => {
    const small = {
      'q-learning': {},
      dqn: { hiddenSizes: [8], learningStarts: 100, batchSize: 8 },
      ppo: { hiddenSizes: [8], numEnvs: 3, rolloutLength: 20, batchSize: 20, epochs: 1 },
      dppo: { hiddenSizes: [8], numEnvs: 3, workers: 2, rolloutLength: 25, batchSize: 25, epochs: 1 },
      // Two workers would take turns as the machine likes.
      a3c: { hiddenSizes: [8], numEnvs: 3, workers: 1, reportEverySteps: 45 },
    }[id];
    const curriculum: Curriculum = {
      levels: [{ maxEpisodeSteps: 9 }, { maxEpisodeSteps: 14 }, { maxEpisodeSteps: 20 }],
      advance: { steps: 170, episodes: 3 },
    };
    const options = {
      config: small,
      preset: false,
      envOptions: { maxEpisodeSteps: 25 },
      curriculum,
      seed: 3,
      engine: 'wasm',
    } as const;
    const env = id === 'q-learning' ? 'FrozenLake-v1' : 'CartPole-v1';
    const steps = 960;
    const whole = await train(id, env, { ...options, steps, saveTo: `${id}-whole`, checkpointEverySteps: 60 });
    whole.dispose();
    const part = await openRun(id, env, { ...options, steps, saveTo: `${id}-part`, checkpointEverySteps: 60 });
    for await (const event of part.events()) if (event.step >= 480) part.stop();
    expect(part.summary?.reason).toBe('stopped');
    part.dispose();
    const rest = await openSavedRun(`${id}-part`);
    for await (const _ of rest.events());
    rest.dispose();
    const lines = (folder: string) => readFileSync(join(folder, 'metrics.jsonl'), 'utf8');
    expect(lines(`${id}-part`)).toBe(lines(`${id}-whole`));
    expect(lines(`${id}-whole`).match(/"type":"level"/g)).toHaveLength(3);
    expect(readFileSync(`${id}-part/policy.bin`).equals(readFileSync(`${id}-whole/policy.bin`))).toBe(true);
  });

  it('rises as fast while all that is played is recorded', async () => {
    const curriculum: Curriculum = { levels: [{ maxEpisodeSteps: 2 }, { maxEpisodeSteps: 4 }], advance: { steps: 200 } };
    const lengths = async (recordDataset?: string) => {
      const seen: number[] = [];
      const run = await train('q-learning', 'FrozenLake-v1', {
        ...{ curriculum, envOptions: { maxEpisodeSteps: 12 }, steps: 600, seed: 1, ...(recordDataset && { recordDataset }) },
        onEvent: event => event.type === 'episode' && seen.push(event.episodeLength),
      });
      run.dispose();
      return seen;
    };
    const plain = await lengths();
    expect(Math.max(...plain)).toBeGreaterThan(4);
    expect(await lengths('seen.zpin')).toEqual(plain);
  });

  it.each<[string, unknown, string]>([
    ['no levels', { levels: [], advance: { steps: 5 } }, 'levels must be a list of settings'],
    ['no rule', { levels: [{}], advance: {} }, 'advance must say when a level is over'],
    ['a rule of another name', { levels: [{}], advance: { succes: 1 } }, 'got "succes"'],
    ['a share above 1', { levels: [{}], advance: { success: 90 } }, 'success must be in (0, 1]'],
    ['two rules', { levels: [{}], advance: { success: 0.5, meanReturn: 1 } }, 'exclude each other'],
    ['steps that are no number', { levels: [{}], advance: { steps: '5' } }, 'steps must be an integer >= 1'],
    ['a share in words', { levels: [{}], advance: { success: 'most' } }, 'success must be in (0, 1]'],
    ['a list', [{ maxEpisodeSteps: 9 }], 'it must have levels and a rule to advance'],
    ['half an episode', { levels: [{}], advance: { steps: 5, episodes: 0.5 } }, 'episodes must be an integer >= 1'],
    [
      'a setting of another environment',
      { levels: [{ windPower: 3 }], advance: { steps: 5 } },
      'level 1 of curriculum must be settings',
    ],
  ])('is refused with %s', async (_, curriculum, text) => {
    const error = await train('q-learning', 'FrozenLake-v1', { curriculum: curriculum as Curriculum, steps: 10 }).catch(
      found => found,
    );
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(text);
  });

  it.each([
    ['dppo', { numEnvs: 4, workers: 2, rolloutLength: 20, batchSize: 20, epochs: 1, hiddenSizes: [8] }],
    ['a3c', { numEnvs: 4, workers: 2, reportEverySteps: 80, hiddenSizes: [8] }],
  ] as const)('is played by the workers of %s, each level from the first episode that begins on it', async (id, config) => {
    const curriculum: Curriculum = {
      levels: [{ maxEpisodeSteps: 5 }, { maxEpisodeSteps: 8 }],
      advance: { meanReturn: 5, episodes: 20 },
    };
    const heard: RunEvent[] = [];
    const run = await train(id, 'CartPole-v1', {
      ...{ config, preset: false, envOptions: { maxEpisodeSteps: 12 }, curriculum, steps: 1500, seed: 1 },
      onEvent: event => heard.push(event),
    });
    run.dispose();
    const rises = heard.flatMap((event, i) => (event.type === 'level' ? [i] : []));
    const [first] = rises;
    const longest = (from: number, to?: number) =>
      Math.max(...heard.slice(from, to).map(event => (event.type === 'episode' ? event.episodeLength : 0)));
    // A pole stands for five steps whatever is done.
    expect([longest(0, first), longest(first)]).toEqual([5, rises.length === 1 ? 8 : 12]);
    expect(heard[first]).toMatchObject({ type: 'level', level: 1, parameters: { maxEpisodeSteps: 8 } });
    expect(heard[first - 1]).toMatchObject({ type: 'step' });
  });

  it('is refused where nothing is played', async () => {
    const curriculum: Curriculum = { levels: [{ maxEpisodeSteps: 9 }], advance: { steps: 50 } };
    const env = makeVectorEnv('CartPole-v1', 1);
    const dataset = await collectDataset({ env, actor: behaviour({ spec: env.spec, seed: 1, epsilon: 1 }), steps: 50, seed: 2 });
    await expect(train('bc', 'CartPole-v1', { curriculum, steps: 100, dataset })).rejects.toThrow(
      'curriculum needs an algorithm that plays, got "bc, which learns from a data set"',
    );
  });
});

describe('a run in progress', () => {
  it('is stopped from outside its loop, with a checkpoint, and goes on', async () => {
    const run = await openRun('q-learning', 'FrozenLake-v1', { steps: 50_000, saveTo: 'stopped', seed: 2 });
    const kinds: string[] = [];
    for await (const event of run.events()) {
      kinds.push(event.type);
      if (event.type === 'update') run.stop();
    }
    expect([run.summary?.reason, run.isStopping, kinds.at(-1)]).toEqual(['stopped', true, 'checkpoint']);
    const { step } = run;
    run.dispose();
    const rest = await openSavedRun('stopped');
    expect([rest.step, rest.isStopping]).toEqual([step, false]);
    rest.dispose();
  });

  it('hears of a request in its folder, which is gone then', async () => {
    const run = await openRun('q-learning', 'FrozenLake-v1', { steps: 2_000_000, saveTo: 'asked', seed: 2 });
    let isAsked = false;
    for await (const event of run.events()) {
      if (isAsked || event.type !== 'episode') continue;
      isAsked = true;
      requestStop(new RunFolder('asked'));
    }
    expect([run.summary?.reason, run.isStopping]).toEqual(['stopped', true]);
    run.dispose();
    const rest = await openSavedRun('asked', { steps: run.step + 100 });
    for await (const _ of rest.events());
    expect(rest.summary?.reason).toBe('finished');
    rest.dispose();
  });

  it('takes other settings by its own code', async () => {
    const run = await openRun('q-learning', 'FrozenLake-v1', { steps: 400, seed: 2, preset: false });
    const lengths: number[] = [];
    for await (const event of run.events()) {
      if (event.type !== 'episode') continue;
      lengths.push(event.episodeLength);
      if (lengths.length === 1) run.setParameters({ maxEpisodeSteps: 2 });
    }
    expect(Math.max(...lengths.slice(2))).toBeLessThanOrEqual(2);
    expect(() => run.setParameters({ maxEpisodeSteps: 0 })).toThrow(InputError);
    run.dispose();
  });
});
