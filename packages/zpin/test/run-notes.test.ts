import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { type AlgorithmId, type RunEvent, type RunOptions, resume, train } from '../src/index.ts';
import { RunFolder, readMetrics } from '../src/node.ts';

inScratchFolder();

const warningsOf = (events: readonly RunEvent[]) => events.flatMap(event => (event.type === 'warning' ? [event.message] : []));

async function warned(algorithm: AlgorithmId, env: string, options: RunOptions): Promise<string[]> {
  const events: RunEvent[] = [];
  (await train(algorithm, env, { preset: false, ...options, onEvent: event => events.push(event) })).dispose();
  return warningsOf(events);
}

describe('a run whose steps do not come to what it is told', () => {
  const nothing = (steps: number) => `nothing was learned: there was no update in ${steps} steps. Train for more`;

  it('says so before its first step, and at its end where it made no update', async () => {
    expect(
      await warned('dqn', 'CartPole-v1', { steps: 60, config: { learningStarts: 80 }, evaluation: { everySteps: 61 } }),
    ).toEqual([
      'nothing will be learned: learningStarts is 80 steps, and the run ends at 60',
      'nothing will be evaluated in training: evaluation.everySteps is 61 steps, and the run ends at 60',
      nothing(60),
    ]);
    const films = { everySteps: 300 };
    const config = { hiddenSizes: [4] };
    expect(
      await warned('ppo', 'CartPole-v1', { steps: 60, config: { ...config, rolloutLength: 30 }, films, saveTo: 'films' }),
    ).toEqual(['nothing will be filmed: films.everySteps is 300 steps, and the run ends at 60']);
  });

  it('leaves its folder free where the reader of such a note goes away', async () => {
    const options = { steps: 60, config: { learningStarts: 80 }, saveTo: 'left' };
    const onEvent = () => {
      throw new Error('enough');
    };
    await expect(train('dqn', 'CartPole-v1', { ...options, preset: false, onEvent })).rejects.toThrow('enough');
    expect(existsSync(join('left', 'run.lock'))).toBe(false);
  });

  it('says so where only its end can tell', async () => {
    expect(await warned('ppo', 'CartPole-v1', { steps: 60, config: { numEnvs: 4, rolloutLength: 16 } })).toEqual([nothing(60)]);
  });

  it('knows that updates come after learningStarts, and that copies step together', async () => {
    const config = { learningStarts: 60, hiddenSizes: [4], numEnvs: 8 };
    // To step 64.
    expect(await warned('dqn', 'CartPole-v1', { steps: 60, config })).toEqual([]);
    expect(await warned('dqn', 'CartPole-v1', { steps: 60, config: { ...config, learningStarts: 64 } })).toEqual([
      'nothing will be learned: learningStarts is 64 steps, and the run ends at 64',
      nothing(64),
    ]);
  });

  it('says nothing where all of it comes about', async () => {
    const config = { learningStarts: 30, hiddenSizes: [4] };
    expect(await warned('dqn', 'CartPole-v1', { steps: 60, config, evaluation: { everySteps: 60, episodes: 1 } })).toEqual([]);
  });
});

describe('metrics of a run that goes on', () => {
  const again = async (steps: number): Promise<string[]> => {
    const events: RunEvent[] = [];
    (await resume('run', { steps, onEvent: event => events.push(event) })).dispose();
    return warningsOf(events);
  };
  const folder = new RunFolder('run');
  const episodes = () => readMetrics(folder).filter(({ type }) => type === 'episode').length;

  it('are missed where they were cut or lost', async () => {
    await warned('q-learning', 'FrozenLake-v1', { steps: 300, config: { learningRate: 0.1, epsilonEnd: 1 }, saveTo: 'run' });
    const whole = episodes();
    expect(whole).toBeGreaterThan(10);
    expect(await again(400)).toEqual([expect.stringMatching(/^Schedules/)]);
    const before = episodes();
    const half = readMetrics(folder).slice(0, 12);
    writeFileSync(join('run', 'metrics.jsonl'), half.map(event => `${JSON.stringify(event)}\n`).join(''));
    const kept = episodes();
    expect(await again(500)).toContain(
      `metrics.jsonl tells of ${kept} of the ${before} episodes so far: what is drawn from it lacks the others`,
    );
    rmSync(join('run', 'metrics.jsonl'));
    expect(await again(600)).toContainEqual(expect.stringMatching(/^metrics\.jsonl tells of 0 of the \d+ episodes so far/));
  });
});
