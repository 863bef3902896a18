import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli, TINY, tinyRun } from './run-cli.ts';

inScratchFolder();
const describeRun = (folder: string) => JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'));

describe('environment options and wrappers', () => {
  it('are kept with the run, and hold in training, resuming and evaluation', async () => {
    const { exitCode, err } = await runCli([
      ...['train', 'dqn', '--env', 'Pendulum-v1', ...TINY.dqn, '--eval-episodes', '2', '--quiet'],
      ...['--run-dir', 'options', '--steps', '120'],
      ...['--env-option', 'maxEpisodeSteps=30', '--env-option', 'gravity=9.81', '--wrap', 'discretize-action:5'],
    ]);
    expect([exitCode, err]).toEqual([0, '']);
    expect(describeRun('options').envOptions).toEqual({ maxEpisodeSteps: 30, gravity: 9.81, wrappers: ['discretize-action:5'] });
    expect((await runCli(['train', '--resume', 'options', '--steps', '150', '--quiet'])).exitCode).toBe(0);
    const { out } = await runCli(['eval', 'options', '--episodes', '2']);
    expect(out).toContain('mean length 30');
  });

  it('let a tabular agent see numbers', async () => {
    const { exitCode, err } = await runCli([
      ...['train', 'q-learning', '--env', 'CartPole-v1', '--steps', '300', '--eval-episodes', '2', '--quiet', '--no-preset'],
      ...['--run-dir', 'bins', '--wrap', 'discretize-observation:3,3,6,3:-2.4,-2,-0.21,-2:2.4,2,0.21,2'],
    ]);
    expect([exitCode, err]).toEqual([0, '']);
  });

  it.each([
    [['--env-option', 'suttonBartoReward'], /--env-option must be written as name=value, got "suttonBartoReward"/],
    [
      ['--env-option', 'suttonReward=true'],
      /must be an option of CartPole-v1, got "suttonReward". Did you mean suttonBartoReward\?/,
    ],
    [['--env-option', 'suttonBartoReward=yes'], /--env-option suttonBartoReward must be true or false, got "yes"/],
    [['--env-option', 'maxEpisodeSteps=0'], /--env-option maxEpisodeSteps must be an integer >= 1 or null, got "0"/],
    [['--env-option', 'maxEpisodeSteps=many'], /maxEpisodeSteps must be an integer >= 1 or null, got "many"/],
    [
      ['--env', 'LunarLander-v3', '--env-option', 'gravity=9.81'],
      /--env-option gravity must be a number in \(-12, 0\), got "9.81". For example gravity=-10/,
    ],
    [['--env', 'FrozenLake-v1', '--env-option', 'rewardSchedule=1,0'], /must be a list of numbers \(3\), got "1,0"/],
    [['--env', 'Hopper-v5', '--env-option', 'healthyZRange=0.8,Infinity'], /healthyZRange must be finite/],
    [['--env', 'Hopper-v5', '--env-option', 'healthyZRange=2,1'], /must be two numbers, the smaller one first, got \[2,1\]/],
    [['--wrap', 'frame-stak:4'], /the wrapper must be known, got "frame-stak". Did you mean frame-stack/],
    [['--wrap', 'frame-stack'], /must be written as frame-stack:count, got "frame-stack"/],
    [['--wrap', 'frame-stack:four'], /must be written as frame-stack:count, got "frame-stack:four"/],
    [['--wrap', 'discretize-action:5'], /DiscretizeAction/],
    [['--num-envs', '1000000000'], /--num-envs must be at most 65536, got 1000000000/],
  ])('%j is refused before anything is made', async (extra, text) => {
    const { exitCode, err } = await runCli(tinyRun('ppo', 'never', ...extra));
    expect(err).toMatch(text);
    expect(exitCode).toBe(2);
    expect(() => readFileSync('never/config.json')).toThrow(/ENOENT/);
  });
});

describe('record', () => {
  it('films whole episodes', async () => {
    await runCli(tinyRun('ppo', 'filmed', '--steps', '128', '--quiet', '--env-option', 'maxEpisodeSteps=12'));
    const { exitCode, out, err } = await runCli(['record', 'filmed', '--out', 'two.gif', '--episodes', '2', '--fps', '20']);
    expect([exitCode, err]).toEqual([0, '']);
    const lengths = [.../in (\d+) steps, .* in (\d+) steps/.exec(out)!.slice(1)].map(Number);
    const film = readFileSync('two.gif');
    expect(film.toString('latin1', 0, 6)).toBe('GIF89a');
    // Every control block is one picture: the first of each episode, and one after each step.
    const control = Buffer.from([0x21, 0xf9, 4, 4]);
    let hundredths = 0;
    for (let at = film.indexOf(control); at >= 0; at = film.indexOf(control, at + 1)) hundredths += film.readUInt16LE(at + 4);
    expect(hundredths).toBe(5 * (lengths[0] + lengths[1] + 2));
    const cut = await runCli(['record', 'filmed', '--max-steps', '3']);
    expect(cut.out).toContain('return 3 in 3 steps');
    expect(cut.out).toContain('filmed/episode.gif');
  });

  it('films each episode by itself, in numbered files', async () => {
    const more = ['--episodes', '2', '--max-steps', '3'];
    const { exitCode, out, err } = await runCli(['record', 'filmed', '--separate', '--out', 'each.gif', ...more]);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(
      /return 3 in 3 steps, the most that --max-steps allows, 3 in 3 steps, the most that --max-steps allows\n.*each-1\.gif {2}\(.*\n.*each-2\.gif {2}\(/,
    );
    // Other episodes, other pictures.
    expect(readFileSync('each-1.gif').equals(readFileSync('each-2.gif'))).toBe(false);
    // Pictures of each step: the first one, and one after each step.
    await runCli(['record', 'filmed', '--separate', '--format', 'png', ...more]);
    for (const k of [1, 2]) expect(readdirSync(`filmed/episode-${k}`)).toEqual([0, 1, 2, 3].map(t => `000${t}.png`));
  });

  it('says what a video needs', async () => {
    vi.stubEnv('ZPIN_FFMPEG', join(process.cwd(), 'no-ffmpeg'));
    const { exitCode, err } = await runCli(['record', 'filmed', '--out', 'film.mp4']);
    vi.unstubAllEnvs();
    expect(exitCode).toBe(2);
    expect(err).toMatch(/^zpin record: the format mp4 needs ffmpeg, got ".*no-ffmpeg"\. Install ffmpeg, name it by ZPIN_FFMPEG,/);
  });

  it.each([
    [['record'], /a run folder must be given/],
    [['record', 'nowhere'], /the run folder must exist/],
    [
      ['record', 'filmed', '--out', 'film.avi'],
      /--out must end in .gif or .mp4, got "film.avi". Or take --format png and a folder/,
    ],
    [['record', 'filmed', '--out', 'film.gif', '--format', 'mp4'], /--out must end in .mp4, got "film.gif"/],
    [['record', 'filmed', '--out', 'film.gif', '--format', 'png'], /--out must name a folder, got "film.gif"/],
    [['record', 'filmed', '--format', 'avi'], /--format must be a known one, got "avi". Use one of gif, mp4, png/],
    [['record', 'filmed', '--out', 'no/such/film.gif'], /the folder of --out must exist/],
    [['record', 'filmed', '--fps', '90'], /--fps must be an integer in \[1, 50\], got "90"/],
  ])('%j is refused', async (argv, text) => {
    const { exitCode, err } = await runCli(argv);
    expect(err).toMatch(text);
    expect(exitCode).toBe(2);
  });
});
