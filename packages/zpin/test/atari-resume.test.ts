import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { differences } from '../../../tools/testing/algorithm-case.ts';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { openRun, resume } from '../src/index.ts';
import { RunFolder } from '../src/node.ts';

inScratchFolder();

const settings = {
  dqn: {
    env: 'Atari/Catch-v5',
    steps: 150,
    config: {
      hiddenSizes: [4],
      batchSize: 4,
      learningStarts: 60,
      trainEverySteps: 10,
      targetUpdateEverySteps: 50,
      bufferSize: 100,
    },
  },
  ppo: {
    env: 'Atari/Bricks-v5',
    steps: 128,
    config: { hiddenSizes: [4], numEnvs: 2, rolloutLength: 16, batchSize: 16, epochs: 2 },
  },
} as const;
const wrappers = ['atari', 'episodic-life'];

/** Everything that a run left: its checkpoint, which holds weights, memory, generators and consoles; its policy and its metrics. */
function left(path: string) {
  const folder = new RunFolder(path);
  const { state } = folder.readCheckpoint('test', folder.describe('test'));
  const metrics = readFileSync(join(path, 'metrics.jsonl'), 'utf8').split('\n');
  // The clock is none of it.
  return {
    state,
    episodes: metrics.filter(line => /"type":"(episode|update)"/.test(line)),
    policy: readFileSync(join(path, 'policy.bin')),
  };
}

it.each(['dqn', 'ppo'] as const)('%s on Atari, stopped and gone on with, leaves what an undisturbed run leaves', async id => {
  const { env, ...options } = settings[id];
  for (const saveTo of ['whole', 'stopped']) {
    const run = await openRun(id as 'dqn', env, { ...options, wrappers, preset: false, seed: 3, saveTo: `${id}-${saveTo}` });
    for await (const { type, step } of run.events()) {
      // In the midst of an episode and of a round of updates.
      if (saveTo === 'stopped' && type === 'step' && step >= 70) break;
    }
    run.dispose();
  }
  (await resume(`${id}-stopped`)).dispose();
  const [whole, stopped] = [left(`${id}-whole`), left(`${id}-stopped`)];
  expect(whole.episodes.length).toBeGreaterThan(4);
  expect(stopped.episodes).toEqual(whole.episodes);
  expect(differences(stopped.state, whole.state)).toEqual([]);
  expect(Buffer.compare(stopped.policy, whole.policy)).toBe(0);
});
