import { readdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { box, discrete, type Env, type EnvSpec, type EnvState, type ResetOptions, type StepResult } from '@zpin/contracts';
import { SyncVectorEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
import { differences } from '../../../tools/testing/algorithm-case.ts';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { load, openRun, resume } from '../src/index.ts';
import { RunFolder } from '../src/node.ts';

inScratchFolder();

const SIZE = 60_000;

/** Shows its step, in many bytes; ends after 90. */
class Wide implements Env<Uint8Array, number> {
  readonly spec: EnvSpec = {
    id: 'Wide-v0',
    observationSpace: box({ low: 0, high: 255, shape: [SIZE], dtype: 'uint8' }),
    actionSpace: discrete(2),
    maxEpisodeSteps: null,
    rewardThreshold: null,
  };
  #step = 0;

  reset(_options?: ResetOptions) {
    this.#step = 0;
    return { obs: this.#obs(), info: {} };
  }

  step(action: number): StepResult<Uint8Array> {
    this.#step++;
    return { obs: this.#obs(), reward: action, terminated: this.#step === 90, truncated: false, info: {} };
  }

  state(): EnvState {
    return { step: this.#step };
  }

  restore({ step }: EnvState): void {
    this.#step = step as number;
  }

  #obs(): Uint8Array {
    return new Uint8Array(SIZE).fill(this.#step, this.#step);
  }
}

const env = (copies: number) => new SyncVectorEnv(() => new Wide(), copies);
const config = { hiddenSizes: [2], learningStarts: 10_000, bufferSize: 640 };

async function trainUntil(saveTo: string, last: number): Promise<void> {
  const run = await openRun('dqn', env, { steps: 800, config, saveTo, checkpointEverySteps: 700 });
  for await (const event of run.events()) if (event.type === 'checkpoint' && event.step === last) break;
  run.dispose();
}

it('a run whose replay memory lies in parts goes on bit for bit, and says which part it misses', async () => {
  await trainUntil('whole', 800);
  await trainUntil('part', 700);
  expect(readdirSync('part/checkpoint.bin.parts').length).toBeGreaterThan(0);
  renameSync('part', 'moved');
  (await resume('moved', { env })).dispose();
  const state = (path: string) => {
    const folder = new RunFolder(path);
    return folder.readCheckpoint('test', folder.describe('test')).state;
  };
  expect(differences(state('moved'), state('whole'))).toEqual([]);

  const [first] = readdirSync('moved/checkpoint.bin.parts');
  const part = join('moved/checkpoint.bin.parts', first);
  truncateSync(part, 1000);
  await expect(resume('moved', { env, steps: 900 })).rejects.toThrow(`${first}: the part must have`);
  rmSync(part);
  await expect(resume('moved', { env, steps: 900 })).rejects.toThrow(
    `${first} must be a readable file, got "ENOENT". It belongs to`,
  );
  // To act, nobody needs the memory.
  const loaded = await load('moved', { env });
  expect(loaded.step).toBe(800);
  loaded.dispose();
});
