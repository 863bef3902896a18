import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError, ConfigError } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { readCheckpoint } from '@zpin/core/node';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { type AlgorithmId, load, openSavedRun, type ResumeOptions, type RunEvent, resume, train } from '../src/index.ts';

inScratchFolder();

const read = (folder: string, file = 'config.json') => readFileSync(join(folder, file), 'utf8');
const described = (folder: string) => JSON.parse(read(folder));

/** What the updates of a run say of one of their metrics. */
const metricOf = (events: readonly RunEvent[], name: string) =>
  events.flatMap(event => (event.type === 'update' ? [event.metrics[name]] : []));
const warningsOf = (events: readonly RunEvent[]) => events.flatMap(event => (event.type === 'warning' ? [event.message] : []));

async function told(folder: string, options: ResumeOptions): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  (await resume(folder, { ...options, onEvent: event => events.push(event) })).dispose();
  return events;
}

const fall = { type: 'linear', from: 7e-4, to: 0 } as const;
const rollouts = { numEnvs: 2, rolloutLength: 10, hiddenSizes: [4] };
const moving: readonly (readonly [AlgorithmId, string, object, string, number])[] = [
  ['a2c', 'CartPole-v1', { ...rollouts, learningRate: fall }, 'learningRate', 0],
  ['q-learning', 'FrozenLake-v1', { numEnvs: 1, epsilonEnd: 0.05, reportEverySteps: 20 }, 'epsilon', 0.05],
];

describe('a finished run that gets more steps', () => {
  it.each(moving)('keeps what the schedules of %s on %s had reached', async (algorithm, env, config, metric, end) => {
    (await train(algorithm, env, { steps: 200, preset: false, config, saveTo: algorithm })).dispose();
    const events = await told(algorithm, { steps: 400 });
    const values = metricOf(events, metric);
    expect(values.length).toBeGreaterThan(2);
    expect(new Set(values)).toEqual(new Set([end]));
    expect(warningsOf(events)).toHaveLength(1);
    const [warning] = warningsOf(events);
    const what = algorithm === 'q-learning' ? 'Schedules and exploration' : 'Schedules';
    expect(warning).toContain(`${what} keep their 200 steps`);
    expect(warning).toContain('Give stretch for schedules to spread them over 400 steps');
    // The next ones know it too.
    expect(described(algorithm)).toMatchObject({ steps: 400, scheduledSteps: 200 });
    expect(new Set(metricOf(await told(algorithm, { steps: 440 }), metric))).toEqual(new Set([end]));
    expect(described(algorithm)).toMatchObject({ steps: 440, scheduledSteps: 200 });
  });

  it('has them spread anew where that is asked for, and says what moves', async () => {
    const events = await told('a2c', { steps: 880, schedules: 'stretch' });
    // 3.5e-4 half-way.
    const values = metricOf(events, 'learningRate');
    expect(values[0]).toBeGreaterThan(3e-4);
    expect(values.at(-1)).toBe(0);
    expect(warningsOf(events)).toEqual([
      'Schedules go from 200 steps (learningRate 0) to 880 steps (learningRate 0.00035), back on what they had reached.',
    ]);
    expect(described('a2c')).not.toHaveProperty('scheduledSteps');
    expect(described('a2c').steps).toBe(880);
  });

  it('says nothing where its steps stay the same', async () => {
    const stop = new AbortController();
    const options = { steps: 200, preset: false, config: { ...rollouts, learningRate: fall }, saveTo: 'same' };
    await train('a2c', 'CartPole-v1', { ...options, signal: stop.signal, onEvent: ({ step }) => step >= 100 && stop.abort() });
    const events = await told('same', {});
    expect(warningsOf(events)).toEqual([]);
    expect(metricOf(events, 'learningRate').at(-1)).toBe(0);
    expect(described('same')).not.toHaveProperty('scheduledSteps');
  });
});

describe('what a run was told', () => {
  const evaluation = { everySteps: 60, episodes: 2, seed: 9 };
  const options = { steps: 200, preset: false, config: rollouts };
  const stepsOf = (events: readonly RunEvent[], type: RunEvent['type']) =>
    events.flatMap(event => (event.type === type ? [event.step] : []));

  it('holds when it goes on', async () => {
    const stop = new AbortController();
    const said = { evaluation, checkpointEverySteps: 80, engine: 'tensorflow' } as const;
    const halt = (event: RunEvent) => event.step >= 100 && stop.abort();
    await train('a2c', 'CartPole-v1', { ...options, ...said, saveTo: 'kept', signal: stop.signal, onEvent: halt });
    expect(described('kept')).toMatchObject(said);
    const before = read('kept');
    const events: RunEvent[] = [];
    const run = await openSavedRun('kept');
    expect(run.engine).toContain('tensorflow: ');
    for await (const event of run.events()) events.push(event);
    expect(stepsOf(events, 'eval')).toEqual([120, 180]);
    expect(stepsOf(events, 'checkpoint')).toEqual([160, 200]);
    expect((await run.evaluate()).returns).toHaveLength(2);
    expect(read('kept')).toBe(before);
    // What is told anew takes the place of that alone.
    expect(stepsOf(await told('kept', { steps: 400, evaluation: { everySteps: 100 } }), 'eval')).toEqual([300, 400]);
    expect(described('kept')).toMatchObject({ ...said, evaluation: { ...evaluation, everySteps: 100 } });
  });

  it.each([
    [{ evaluation: { everySteps: 0 } }, 'evaluation.everySteps must be an integer >= 1, got 0'],
    [{ evaluation: { episodes: 1.5 } }, 'evaluation.episodes must be an integer >= 1, got 1.5'],
    [{ evaluation: { seed: -1 } }, 'evaluation.seed must be an integer >= 0, got -1'],
    [{ checkpointEverySteps: 0 }, 'checkpointEverySteps must be an integer >= 1, got 0'],
  ])('is refused out of range, and nothing is written: %o', async (wrong, expected) => {
    await expect(train('a2c', 'CartPole-v1', { ...options, ...wrong, saveTo: 'wrong' })).rejects.toThrow(expected);
    await expect(load('wrong')).rejects.toThrow('must exist');
    const before = read('kept');
    const again = resume('kept', { steps: 900, ...wrong });
    await expect(again).rejects.toThrow(ConfigError);
    expect(read('kept')).toBe(before);
  });
});

describe('the engine of a run', () => {
  const options = { steps: 200, preset: false, config: rollouts };
  const half = (events: RunEvent['type'] = 'step') => {
    const stop = new AbortController();
    return { signal: stop.signal, onEvent: ({ type, step }: RunEvent) => type === events && step >= 100 && stop.abort() };
  };
  const stateOf = (folder: string) => readCheckpoint(join(folder, 'checkpoint.bin')).state.agent as { readonly vectors: object };
  const programsOf = (folder: string) => readCheckpoint(join(folder, 'checkpoint.bin')).header.extra?.programs;

  it('is kept with what it chose for each program, and both hold when it goes on', async () => {
    await train('a2c', 'CartPole-v1', { ...options, saveTo: 'chosen', ...half() });
    expect(described('chosen').engine).toBe('onnx+wasm');
    const chosen = programsOf('chosen') as Record<string, string>;
    expect(new Set(Object.values(chosen))).toEqual(new Set(['wasm']));
    expect(Object.keys(chosen).length).toBeGreaterThanOrEqual(3);

    // Against the rule, and the other way round than the machine that goes on would have it.
    const choices = Object.fromEntries(Object.keys(chosen).map(key => [key, 'onnx'] as const));
    const other = () => createEngine('onnx+wasm', { choices });
    await train('a2c', 'CartPole-v1', { ...options, saveTo: 'other', engine: await other(), ...half() });
    expect(programsOf('other')).toEqual(choices);
    expect(stateOf('other').vectors).not.toEqual(stateOf('chosen').vectors);
    await resume('other');
    expect(programsOf('other')).toMatchObject(choices);
    await train('a2c', 'CartPole-v1', { ...options, saveTo: 'whole', engine: await other() });
    expect(stateOf('other')).toEqual(stateOf('whole'));
  });

  it.each([undefined, 'auto'])('of a run of before, which names %s, is ONNX Runtime for all of it', async engine => {
    const folder = `before-${engine}`;
    await train('a2c', 'CartPole-v1', { ...options, saveTo: folder, engine: 'onnx', ...half() });
    expect(described(folder).engine).toBe('onnx');
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...described(folder), engine }));
    const run = await openSavedRun(folder);
    expect(run.engine).toContain('onnx: ');
    for await (const _ of run.events());
    run.dispose();
    expect(described(folder).engine).toBe('onnx');
    await train('a2c', 'CartPole-v1', { ...options, saveTo: `whole-${folder}`, engine: 'onnx' });
    expect(stateOf(folder)).toEqual(stateOf(`whole-${folder}`));
  });

  it('is another one where that is asked for', async () => {
    await train('a2c', 'CartPole-v1', { ...options, saveTo: 'moved', ...half() });
    await resume('moved', { engine: 'wasm' });
    expect(described('moved').engine).toBe('wasm');
    expect(programsOf('moved')).toBeUndefined();
  });
});

describe('the description of a run', () => {
  const edit = (folder: string, change: object) => {
    const before = read(folder);
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...JSON.parse(before), ...change }));
    return before;
  };

  it('is refused when the environment was told something else', async () => {
    const options = { steps: 40, preset: false, config: rollouts, envOptions: { maxEpisodeSteps: 50 } };
    (await train('a2c', 'CartPole-v1', { ...options, saveTo: 'edited' })).dispose();
    const before = edit('edited', { envOptions: { maxEpisodeSteps: 500 } });
    for (const attempt of [() => resume('edited', { steps: 80 }), () => load('edited')]) {
      await expect(attempt()).rejects.toThrow(CheckpointError);
      await expect(attempt()).rejects.toThrow(
        'envOptions in config.json must be {"maxEpisodeSteps":50} as in the checkpoint, got {"maxEpisodeSteps":500}',
      );
    }
    for (const change of [{ her: 'future:4' }, { envOptions: undefined }]) {
      writeFileSync('edited/config.json', before);
      edit('edited', change);
      await expect(resume('edited', { steps: 80 })).rejects.toThrow('as in the checkpoint');
    }
    writeFileSync('edited/config.json', before);
    expect((await resume('edited', { steps: 80 })).step).toBe(80);
  });

  it.each([
    { scheduledSteps: 0 },
    { evaluation: 5 },
    { evaluation: { everySteps: '10' } },
    { checkpointEverySteps: -1 },
    { engine: 'abacus' },
    { envOptions: [] },
  ])('is damaged with %o', async change => {
    const before = edit('edited', change);
    await expect(resume('edited', { steps: 120 })).rejects.toThrow('config.json must describe a run');
    writeFileSync('edited/config.json', before);
  });

  it('stays as it was until everything was checked', async () => {
    const [before, metrics] = [read('edited'), read('edited', 'metrics.jsonl')];
    await expect(resume('edited', { steps: 10 })).rejects.toThrow('there must be steps left');
    const checkpoint = readFileSync('edited/checkpoint.bin');
    writeFileSync('edited/checkpoint.bin', checkpoint.subarray(0, checkpoint.length - 8));
    await expect(resume('edited', { steps: 120 })).rejects.toThrow(CheckpointError);
    writeFileSync('edited/checkpoint.bin', checkpoint);
    // Opened, but not begun.
    (await openSavedRun('edited', { steps: 120 })).dispose();
    expect([read('edited'), read('edited', 'metrics.jsonl')]).toEqual([before, metrics]);
  });
});
