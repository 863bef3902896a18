import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli } from './run-cli.ts';

inScratchFolder();

const run = (folder: string, env: string, subgoals: string, ...more: string[]) =>
  runCli([
    ...['train', 'h-dqn', '--env', env, '--subgoals', subgoals, '--run-dir', folder, ...more, '--steps', '40', '--no-preset'],
    ...['--learning-starts', '20', '--batch-size', '4', '--hidden-sizes', '8', '--eval-episodes', '1', '--quiet'],
  ]);

it('sub-goals are written on the command line, kept with the run, and gone on with', async () => {
  const { exitCode, err } = await run('doors', 'KeyDoor-v0', 'key:62, door:100,treasure:71', '--env-option', 'map=large');
  expect([exitCode, err]).toEqual([0, '']);
  expect(JSON.parse(readFileSync('doors/config.json', 'utf8'))).toMatchObject({
    config: { subgoals: ['key:62', 'door:100', 'treasure:71'] },
    envOptions: { map: 'large' },
  });
  const again = await runCli(['train', '--resume', 'doors', '--steps', '60', '--quiet']);
  expect([again.exitCode, again.err]).toEqual([0, expect.stringMatching(/^warning: Schedules and exploration keep.*\n$/)]);
});

it('sub-goals are conditions on the numbers of an observation', async () => {
  const { exitCode, err } = await run('hills', 'MountainCar-v0', 'left:0<-0.9,slow:1>-0.01&1<0.01');
  expect([exitCode, err]).toEqual([0, '']);
});

it('another form is refused in one line that says how to write it', async () => {
  const { exitCode, err } = await run('never', 'MountainCar-v0', 'left:2<-0.9');
  expect([exitCode, err]).toEqual([
    2,
    'h-dqn: a sub-goal must be name:condition, of numbers 0 to 1, got "left:2<-0.9". Write it like left:0<-0.9 or middle:0>-0.1&0<0.1.\n',
  ]);
});
