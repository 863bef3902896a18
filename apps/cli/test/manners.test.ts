import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { algorithmIds } from 'zpin/catalog';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { progressLine } from '../src/sinks/evaluation-line.ts';
import { FakeIo } from './fake-io.ts';
import { runCli, tinyRun } from './run-cli.ts';

inScratchFolder();

const ESCAPE = '\u001b';
const COMMANDS = [
  ...['train', 'eval', 'record', 'play', 'watch', 'status', 'stop', 'collect', 'fqe', 'check-env', 'plot', 'sweep', 'worker'],
  ...['list', 'init', 'doctor', 'completion'],
];
const helps = [[], ...COMMANDS.map(command => [command]), ['train', 'ppo'], ['train', 'td3'], ['help', 'record']].map(argv =>
  argv[0] === 'help' ? argv : [...argv, '--help'],
);

/** Lines that are longer than the terminal, but for those of one word that is. */
function tooLong(text: string, columns: number): string[] {
  return text.split('\n').filter(line => line.length > columns && line.trim().includes(' '));
}

const words = (text: string) => text.split(/\s+/).join(' ');

describe('help', () => {
  it.each(helps)('of %j %j %j is whole in 60, 80 and 200 columns, in colour and without', async (...argv) => {
    const given = argv.filter(word => word !== undefined);
    const { out: plain } = await runCli(given);
    expect(tooLong(plain, 80)).toEqual([]);
    for (const columns of [60, 80, 200]) {
      const { out, exitCode } = await runCli(given, { columns, isTTY: true, env: { NO_COLOR: '1' } });
      expect([exitCode, tooLong(out, columns)]).toEqual([0, []]);
      expect(words(out)).toBe(words(plain));
    }
    const coloured = await runCli(given, { columns: 80, isTTY: true });
    expect(coloured.out).toContain(`${ESCAPE}[1mUsage:${ESCAPE}[22m`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what begins a colour is one
    expect(coloured.out.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
  });

  it('is asked for in two ways', async () => {
    const [asked, flagged] = [await runCli(['help', 'eval']), await runCli(['eval', '--help'])];
    expect(asked).toMatchObject({ exitCode: 0, out: flagged.out });
  });
});

it.each(['--version', '-V'])('%s tells the version', async flag => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const { exitCode, out } = await runCli([flag]);
  expect([exitCode, out]).toEqual([0, `${version}\n`]);
});

describe('list', () => {
  it.each([60, 80, 200])('fits into %d columns', async columns => {
    const { out } = await runCli(['list'], { columns });
    expect(tooLong(out, columns)).toEqual([]);
  });

  it('tells actions and package of each algorithm', async () => {
    const { out } = await runCli(['list', 'algorithms'], { columns: 80 });
    expect(out).toMatch(/^ {2}ppo +any +onpolicy/m);
    expect(out).toMatch(/^ {2}dqn +discrete +value-based/m);
    expect(out).toMatch(/^ {2}sac +continuous +offpolicy/m);
    const { algorithms } = JSON.parse((await runCli(['list', 'algorithms', '--json'])).out);
    expect(algorithms.find(({ id }: { id: string }) => id === 'a3c')).toMatchObject({ package: '@zpin/onpolicy' });
  });

  it('gives programs whole rows, without colours', async () => {
    const { out } = await runCli(['list', 'presets']);
    expect(out.split('\n').filter(line => line.includes('learningRate')).length).toBeGreaterThan(20);
    for (const line of out.trimEnd().split('\n').slice(1)) expect(line).toMatch(/^ {2}[a-z0-9-]+ +\S+ +[\d,]+ steps/);
    expect(out).not.toContain(ESCAPE);
  });
});

describe('completion', () => {
  const offered = (...line: string[]) => {
    const script = `source ./zpin.bash; COMP_WORDS=(${line.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${line.length - 1}; _zpin; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.split('\n').filter(word => word !== '');
  };

  beforeAll(async () => writeFileSync('zpin.bash', (await runCli(['completion', 'bash'])).out));

  it('offers commands, algorithms, environments and choices', () => {
    expect(offered('zpin', '')).toEqual([...COMMANDS, 'help', '--help', '--version']);
    expect(offered('zpin', 'train', '')).toEqual(algorithmIds);
    expect(offered('zpin', 'train', 'ppo', '--env', 'CartP')).toEqual(['CartPole-v1', 'CartPole-v0']);
    expect(offered('zpin', 'train', 'ppo', '--engine', 't')).toEqual(['tensorflow']);
    expect(offered('zpin', 'train', 'ppo', '--activation', '')).toEqual(['tanh', 'relu', 'relu6']);
    expect(offered('zpin', 'train', 'dqn', '--wrap', 'frame')).toEqual(['frame-stack:']);
    expect(offered('zpin', 'list', '')).toEqual(['algorithms', 'envs', 'presets', 'policies']);
    expect(offered('zpin', 'train', 'ppo', '--config', 'zp')).toEqual(['zpin.bash']);
    expect(offered('zpin', 'eval', 'zp')).toEqual([]);
  });

  it.each([['train', 'ppo'], ['train', 'sarsa'], ['eval'], ['check-env'], ['plot']])(
    'offers all flags that help of %s %s shows',
    async (...line) => {
      const argv = line.filter(word => word !== undefined);
      const { out } = await runCli([...argv, '--help']);
      const shown = [...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag);
      expect(offered('zpin', ...argv, '--').toSorted()).toEqual(shown.toSorted());
    },
  );

  it.each(['zsh', 'fish'])('%s has the same flags, with their meanings', async shell => {
    const { out, exitCode } = await runCli(['completion', shell]);
    expect(exitCode).toBe(0);
    const flag =
      shell === 'zsh'
        ? "'--clip-range:how far the probability ratio may move from 1'"
        : "-l clip-range -x -d 'how far the probability ratio may move from 1'";
    expect(out).toContain(flag);
    for (const id of algorithmIds) expect(out).toMatch(new RegExp(`\\b${id}\\b`));
    // No quote is left open.
    expect((out.replaceAll("\\'", '').match(/'/g)?.length ?? 0) % 2).toBe(0);
  });
});

describe('what computes, and where', () => {
  const computing = [['train', 'ppo'], ['eval'], ['play'], ['record'], ['collect'], ['fqe'], ['sweep']];
  const others = COMMANDS.filter(name => !computing.some(([command]) => command === name));

  it.each(computing)('is said to %s %s by --engine and --device', async (...line) => {
    const argv = line.filter(word => word !== undefined);
    const { out } = await runCli([...argv, '--help']);
    expect(out).toContain('--engine <name>');
    expect(out).toContain('--device <name>');
    const given = { train: ['--env', 'CartPole-v1'], fqe: ['hub:ppo/CartPole-v1', '--dataset', 'none.zpin'] }[argv[0]] ?? [
      argv[0] === 'sweep' ? 'ppo' : 'hub:ppo/CartPole-v1',
    ];
    const { err, exitCode } = await runCli([...argv, ...given, '--device', 'cuda'], { isTTY: true });
    expect(err).toMatch(/: --device must be cpu or webgpu, got "cuda"\. Choose one of them\.\n$/);
    expect([exitCode, err.split('\n').length]).toEqual([2, 2]);
  });

  it.each(others)('is nothing that %s has', async command => {
    const { err, exitCode } = await runCli([command, '--device', 'cpu']);
    const text = `zpin ${command}: flags must be known, got "--device". zpin ${command} --help shows all.\n`;
    expect([exitCode, err]).toEqual([2, text]);
  });

  it.each([
    [['collect', '--env', 'CartPole-v1', '--engine', 'wasm'], '--engine goes with a run folder, got "wasm".'],
    [['collect', '--env', 'CartPole-v1', '--device', 'webgpu'], '--device goes with a run folder, got "webgpu".'],
    [['sweep', 'show', 'sweeps/a', '--engine', 'wasm'], '--engine goes with a sweep that begins, got "wasm".'],
    [['sweep', 'best', 'sweeps/a', '--device', 'cpu'], '--device goes with a sweep that begins, got "cpu".'],
  ])('%j is refused', async (argv, text) => {
    const { err, exitCode } = await runCli(argv);
    expect(err).toContain(text);
    expect([exitCode, err.split('\n').length]).toEqual([2, 2]);
  });
});

describe('wrong use is answered by one line and code 2', () => {
  it.each([
    [['pppo'], 'zpin: the command must be known, got "pppo". Write zpin train ppo --env CartPole-v1, for example.'],
    [['resume', 'runs/a'], 'zpin: the command must be known, got "resume". Write zpin train --resume runs/'],
    [['tune'], 'zpin: the command must be known, got "tune". Write zpin sweep ppo --env CartPole-v1.'],
    [['train', 'her'], 'zpin train: the algorithm must be known, got "her". Known are a2c, '],
    [['train', 'ppo', '--env', 'Pendulm'], '--env must be a known environment, got "Pendulm". Did you mean Pendulum-v1?'],
    [
      ['ppo', '--env', 'CartPole-v1'],
      'zpin: the command must be known, got "ppo". Write zpin train ppo --env CartPole-v1, for example.',
    ],
    [['trian'], 'Did you mean train? Otherwise: zpin --help shows all.'],
    [['train', 'pppo', '--env', 'CartPole-v1'], 'zpin train: the algorithm must be known, got "pppo". Did you mean ppo?'],
    [['train', 'ppo', '--env', 'CartPoel-v1'], '--env must be a known environment, got "CartPoel-v1". Did you mean CartPole-v1?'],
    [['train', 'ppo', '--clip-rnage', '0.2'], 'flags must be known, got "--clip-rnage". Did you mean --clip-range?'],
    [['train', 'ppo', '--lr', '0.1'], 'flags must be known, got "--lr". Did you mean --learning-rate?'],
    [['train', 'ppo', '--total_timesteps', '100'], 'got "--total_timesteps". Did you mean --steps?'],
    [['train', '--resume', 'runs/a', '--lr', '0.1'], 'flags must be known, got "--lr". zpin train --help shows all.'],
    [['eval', '--episodes'], 'zpin eval: the flag must have a value, got "--episodes".'],
    [['eval', 'a', 'b'], 'zpin eval: there must be fewer arguments, got "a b".'],
    [['help', 'trian'], 'got "trian"'],
    [['completion'], 'zpin completion: the shell must be one of bash, zsh, fish, got "nothing". Write zpin completion bash >'],
    [['completion', 'fsh'], 'got "fsh". Write zpin completion fish >'],
    [['check-env'], 'zpin check-env: an environment must be named, got "nothing". Write zpin check-env ./maze.ts'],
    [['check-env', 'CartPol-v1'], 'must be a known environment, got "CartPol-v1". Did you mean CartPole-v1?'],
    [['check-env', 'CartPole-v1', '--steps', '0'], 'zpin check-env: --steps must be an integer in [1, 1000000], got "0".'],
    [['list', 'algoritms'], 'Write zpin list algorithms.'],
  ])('%j', async (argv, part) => {
    const { exitCode, out, err } = await runCli(argv);
    expect(err).toContain(part);
    expect([exitCode, out, err.split('\n').length]).toEqual([2, '', 2]);
  });

  it('names commands that the user has', async () => {
    const { err } = await runCli(['eval'], { command: 'npm run zpin --' });
    expect(err).toMatch(/^zpin eval: .* Write npm run zpin -- eval runs\/ppo-CartPole-v1-seed1, for example\.\n$/);
  });
});

it('a folder that goes away while a run writes is told in the form of all errors', async () => {
  let isGone = false;
  const { exitCode, err } = await runCli(tinyRun('ppo', 'gone', '--steps', '2000', '--checkpoint-every', '500'), {
    onWrite: () => {
      if (!isGone) rmSync('gone', { recursive: true, force: true });
      isGone = true;
    },
  });
  expect(exitCode).toBe(1);
  expect(err).toMatch(
    /^zpin train: .*gone.* must be there to be read and written, got "ENOENT: no such file or directory"\. It was moved or deleted: .*\.$/m,
  );
});

it('a line of progress is never wider than the terminal', () => {
  const io = new FakeIo({ isTTY: true, columns: 20, tick: 1000 });
  progressLine(io).show(() => 'evaluation: 10/100 episodes, 2,000 steps');
  expect(io.out).toBe('\r\u001b[Kevaluation: 10/100 ');
});
