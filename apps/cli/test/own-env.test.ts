import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint } from '@zpin/core/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli, TINY } from './run-cli.ts';

const folder = inScratchFolder();

/** TypeScript that Node cannot run by leaving types out: an enum, a property of the constructor, an import without an ending. */
const LINE = `import type { EnvSpec } from '@zpin/contracts';
import { LENGTH } from './length';

enum Way { Left, Right }

export default class Line {
  readonly spec: EnvSpec = {
    id: 'Line-v0',
    observationSpace: { type: 'discrete', n: LENGTH, start: 0 },
    actionSpace: { type: 'discrete', n: 2, start: 0 },
    maxEpisodeSteps: 20,
    rewardThreshold: 1,
  };

  #at = 0;
  #steps = 0;

  constructor(private readonly first = 1) {}

  reset() {
    this.#at = this.first;
    this.#steps = 0;
    return { obs: this.#at, info: {} };
  }

  step(action: Way) {
    if (action !== Way.Left && action !== Way.Right) throw new Error('no such way: ' + action);
    this.#at = Math.max(0, this.#at + (action === Way.Right ? 1 : -1));
    this.#steps++;
    const terminated = this.#at === LENGTH - 1;
    return { obs: this.#at, reward: terminated ? 1 : 0, terminated, truncated: !terminated && this.#steps === 20, info: {} };
  }

  state() {
    return { at: this.#at, steps: this.#steps };
  }

  restore({ at, steps }: { at: number; steps: number }) {
    this.#at = at;
    this.#steps = steps;
  }

  render() {
    return { width: 1, height: 1, data: Uint8ClampedArray.of(this.#at, 0, 0) };
  }
}
`;

const LENGTH = 'export const LENGTH: number = 5;\n';

/** A world of one step. */
const world = (id: string, more = '') => `{
  spec = {
    id: '${id}',
    observationSpace: { type: 'discrete', n: 2, start: 0 },
    actionSpace: { type: 'discrete', n: 2, start: 0 },
    maxEpisodeSteps: null,
    rewardThreshold: null,
  };
  reset() { return { obs: 0, info: {} }; }
  step(action) {
    if (action !== 0 && action !== 1) throw new Error('no such action');
    return { obs: 1, reward: action, terminated: true, truncated: false, info: {} };
  }
  ${more}
}`;

/** In a process of its own: one process loads a file once. */
function inProcess(...argv: readonly string[]) {
  const options = ['--conditions=@zpin/source', '--import', typescript, main];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, ...argv], { encoding: 'utf8' });
  return { exitCode: status, out: stdout, err: stderr };
}
const typescript = new URL('../../../tools/testing/typescript.mjs', import.meta.url).href;
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const describeRun = (run: string) => JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));

beforeAll(() => {
  mkdirSync('envs');
  writeFileSync('envs/line.ts', LINE);
  writeFileSync('envs/length.ts', LENGTH);
});

describe('check-env', () => {
  it('finds nothing in what is right, and says how to train in it', async () => {
    const { exitCode, out, err } = await runCli(['check-env', './envs/line.ts']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^Line-v0\n {2}observation {2}Discrete\(5\)\n {2}action {7}Discrete\(2\)\n {2}episode {6}at most 20 steps\n/,
    );
    expect(out).toContain('\nNothing breaks the contract in some 300 steps of each check.\n');
    expect(out.endsWith('train in it with: zpin train ppo --env ./envs/line.ts\n')).toBe(true);
  });

  it('says what is broken, where, and how to mend it, in the width of the terminal', async () => {
    const step = `step(action) {
    if (this.isTired) throw new Error('too tired');
    this.isTired = true;
    return { obs: 3, reward: Number.NaN, terminated: true, truncated: false, info: {} };
  }`;
    writeFileSync('tired.mjs', `export class Tired ${world('Tired-v0', step)}`);
    const { exitCode, out, err } = await runCli(['check-env', 'tired.mjs'], { columns: 60 });
    expect([exitCode, err]).toEqual([1, '']);
    expect(out.replaceAll(/\n +/g, ' ')).toContain(
      'space it threw: too tired, at tired.mjs:15:29. → Mend what the message names.',
    );
    expect(out).toContain('state (advice)\n');
    expect(out).toMatch(/^\d breaches of the contract in some 300 steps of each check,\n1 piece of advice\.\n$/m);
    expect(Math.max(...out.split('\n').map(line => line.length))).toBeLessThanOrEqual(60);
    const { out: json } = await runCli(['check-env', 'tired.mjs', '--json', '--steps', '5']);
    expect(JSON.parse(json)).toMatchObject({
      type: 'check',
      env: 'Tired-v0',
      steps: 5,
      violations: expect.arrayContaining([
        { rule: 'space', severity: 'breach', problem: 'it threw: too tired', remedy: 'Mend what the message names' },
      ]),
    });
  });

  it('checks environments that are known by name, with their options and wrappers', async () => {
    const { exitCode, out } = await runCli(['check-env', 'Pendulum-v1', '--wrap', 'discretize-action:5', '--steps', '30']);
    expect([exitCode, out.includes('action       Discrete(5)')]).toEqual([0, true]);
  });
});

describe('a run in an environment from a file', () => {
  const settings = ['--learning-rate', '0.3', '--eval-episodes', '3', '--quiet'];

  it('keeps the file, and all commands find it from anywhere', async () => {
    const { exitCode, err } = await runCli(['train', 'q-learning', '--env', 'envs/line.ts', '--steps', '300', ...settings]);
    expect([exitCode, err]).toEqual([0, '']);
    const run = join(folder, 'runs/q-learning-Line-v0-seed1');
    expect(describeRun(run)).toMatchObject({ env: 'Line-v0', envFile: { path: join(folder, 'envs/line.ts') } });
    process.chdir('envs');
    const evaluated = await runCli(['eval', run, '--episodes', '2']);
    const filmed = await runCli(['record', run]);
    const collected = await runCli(['collect', run, '--steps', '50']);
    process.chdir(folder);
    // Three steps to the right.
    expect(evaluated.out).toContain('2 greedy episodes, mean return 1 ± 0, mean length 3; threshold 1 reached');
    expect(filmed.out).toMatch(/^q-learning on Line-v0: return 1 in 3 steps\n/);
    expect(collected.out).toMatch(/^q-learning after 300 steps on Line-v0: 50 transitions/);
    const random = await runCli(['collect', '--env', './envs/line.ts', '--steps', '50']);
    expect(random.out).toMatch(/^a random policy on Line-v0: 50 transitions.*\n.*Line-v0-random\.zpin\n$/);
  });

  it('goes on bit for bit', async () => {
    const train = [
      'train',
      'q-learning',
      '--env',
      './envs/line.ts',
      '--epsilon-start',
      '0.5',
      '--epsilon-end',
      '0.5',
      ...settings,
    ];
    await runCli([...train, '--steps', '200', '--run-dir', 'whole']);
    await runCli([...train, '--steps', '90', '--run-dir', 'halves']);
    const { exitCode } = await runCli(['train', '--resume', 'halves', '--steps', '200', '--quiet']);
    expect(exitCode).toBe(0);
    // All but the steps that each was begun with.
    const left = (run: string) => {
      const { agent, ...rest } = readCheckpoint(join(run, 'checkpoint.bin')).state;
      return { ...rest, agent: { ...(agent as object), plannedSteps: 0 } };
    };
    expect(left('halves')).toEqual(left('whole'));
    expect(describeRun('halves').envFile).toEqual(describeRun('whole').envFile);
  });

  it('says that a file that it imports has changed, once, and is told where it lies now', () => {
    const changed = /^warning: .*line\.ts has changed since the run was trained: the environment may be another one/m;
    renameSync('envs', 'moved');
    writeFileSync('moved/length.ts', 'export const LENGTH: number = 5; // as before\n');
    const lost = inProcess('eval', 'whole');
    expect(lost.err).toMatch(/^zpin eval: --env must be a file that is there, got ".*line\.ts"\. Looked for .*\n$/);
    expect(lost.exitCode).toBe(2);
    const more = inProcess('train', '--resume', 'whole', '--env', './moved/line.ts', '--steps', '220', '--quiet');
    expect(more.err).toMatch(changed);
    expect([more.exitCode, describeRun('whole').envFile.path]).toEqual([0, join(folder, 'moved/line.ts')]);
    expect(inProcess('eval', 'whole', '--episodes', '2')).toMatchObject({ exitCode: 0, err: '' });
    writeFileSync('moved/length.ts', 'export const LENGTH: number = 6;\n');
    const other = inProcess('eval', 'whole');
    expect([other.exitCode, other.err.includes('Discrete(6)')]).toEqual([2, true]);
    renameSync('moved', 'envs');
    writeFileSync('envs/length.ts', LENGTH);
  });

  it('takes no environment by name instead of its own', async () => {
    const { exitCode, err } = await runCli(['train', '--resume', 'halves', '--env', 'CartPole-v1', '--steps', '400']);
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--env must be the file of its environment, got "CartPole-v1"')]);
  });

  it('never runs a file that came with the run folder', async () => {
    writeFileSync('halves/evil.mjs', "throw new Error('was run');\n");
    const description = readFileSync('halves/config.json', 'utf8');
    const { envFile, ...told } = JSON.parse(description);
    for (const argv of [
      ['eval', 'halves'],
      ['train', '--from', 'halves'],
    ]) {
      const refusal = async (changed: object) => {
        writeFileSync('halves/config.json', JSON.stringify(changed));
        return runCli(argv);
      };
      const inside = await refusal({ ...told, envFile: { ...envFile, path: join(folder, 'halves/evil.mjs') } });
      expect([inside.exitCode, inside.err]).toEqual([2, expect.stringContaining('must lie outside of the run folder')]);
      const near = await refusal({ ...told, envFile: { ...envFile, path: './halves/evil.mjs' } });
      expect([near.exitCode, near.err]).toEqual([2, expect.stringContaining('config.json must describe a run')]);
      // By a name that is a file, beside everything that guards those.
      const named = await refusal({ ...told, env: './halves/evil.mjs' });
      expect([named.exitCode, named.err]).toEqual([2, expect.stringContaining('config.json must describe a run')]);
    }
    writeFileSync('halves/config.json', description);
    rmSync('halves/evil.mjs');
  });

  it('trains in worker threads too', async () => {
    const tiny = ['--workers', '2', '--num-envs', '2', '--rollout-length', '16', '--hidden-sizes', '8', '--eval-episodes', '2'];
    const { exitCode, err } = await runCli(['train', 'a3c', '--env', './envs/line.ts', '--steps', '200', ...tiny, '--quiet']);
    expect([exitCode, err]).toEqual([0, '']);
  });

  it('ends with what the environment threw, and the line', async () => {
    const step = `step() {
    throw new RangeError('no more');
  }`;
    writeFileSync('throwing.mjs', `export default class Throwing ${world('Throwing-v0', step)}`);
    const { exitCode, err } = await runCli(['train', 'ppo', '--env', './throwing.mjs', ...TINY.ppo, '--quiet']);
    expect(exitCode).toBe(1);
    expect(err).toContain('the environment must not throw, got "no more"');
    expect(err).toMatch(/\n {2}at throwing\.mjs:15:11\n$/);
  });
});

describe('what a file exports', () => {
  const played = async (name: string, text: string, ...more: string[]) => {
    writeFileSync(name.replace(/#.*/, ''), text);
    return runCli(['check-env', `./${name}`, '--steps', '20', ...more]);
  };

  it.each([
    ['class.mjs', `export default class A ${world('A-v0')}`],
    ['function.js', `class A ${world('A-v0')}\nexport default () => new A();`],
    ['named.mts', `export class A ${world('A-v0')}\nexport const gravity: number = 9.81;`],
    ['common.cjs', `module.exports = class A ${world('A-v0')}`],
    ['compiled.cjs', `exports.__esModule = true;\nexports.default = class A ${world('A-v0')}`],
    ['entry.mjs', `class A ${world('A-v0')}\nexport default { spec: new A().spec, create: () => new A() };`],
    ['two.mjs#A', `export class A ${world('A-v0')}\nexport class B ${world('B-v0')}`],
    ['waits.ts', `const ready: number = await Promise.resolve(1);\nexport default class A ${world('A-v0')}\nexport { ready };`],
  ])('%s', async (name, text) => {
    const id = `${name.replace(/[.#].*/, '')}-v0`;
    const { exitCode, out, err } = await played(name, text.replaceAll('A-v0', id));
    expect([exitCode, err, out.split('\n')[0]]).toEqual([0, '', id]);
  });

  it('options of an entry are options of the command line', async () => {
    const entry = `class A ${world('Options-v0')}
      const gravity = { schema: { type: 'number', minimum: 0 }, default: 9.81, meaning: 'pull', unit: 'm/s^2' };
      export default { spec: new A().spec, options: { gravity }, create: (spec, { gravity }) => {
        if (gravity !== 2) throw new Error('gravity ' + gravity);
        return new A();
      } };`;
    expect((await played('options.mjs', entry, '--env-option', 'gravity=2')).exitCode).toBe(0);
    const wrong = await played('options.mjs', entry, '--env-option', 'gravity=-2');
    expect([wrong.exitCode, wrong.err]).toEqual([2, expect.stringContaining('--env-option gravity must be a number >= 0')]);
  });

  it('a shorter limit is kept, a longer one is refused', async () => {
    const short = await runCli(['check-env', './envs/line.ts', '--env-option', 'maxEpisodeSteps=3']);
    expect([short.exitCode, short.out.includes('at most 3 steps')]).toEqual([0, true]);
    const long = await runCli(['check-env', './envs/line.ts', '--env-option', 'maxEpisodeSteps=30']);
    expect([long.exitCode, long.err]).toEqual([
      2,
      expect.stringMatching(/maxEpisodeSteps of .*line\.ts must be at most its own 20, got 30\. Export an entry/),
    ]);
  });

  it.each([
    ['none.ts', 'export {};', 'none.ts must export an environment, got "no exports". Export a class'],
    ['number.ts', 'export default 3;', 'number.ts must export an environment, got "number". Export a class'],
    ['object.mjs', `export default new (class ${world('A-v0')})();`, 'got "one object". Export its class'],
    [
      'pair.mjs',
      `export class A ${world('A-v0')}\nexport class B ${world('B-v0')}`,
      'got "A, B". Choose one, for example ./pair.mjs#A,',
    ],
    ['one.mjs#C', `export class A ${world('A-v0')}`, 'must export what it is asked for, got "C". It exports A'],
    ['slow.mjs', `export default async () => new (class ${world('A-v0')})();`, 'must make an environment, got "a promise". Load'],
    ['same.mjs', `const a = new (class ${world('A-v0')})();\nexport default () => a;`, 'gives one object twice'],
    [
      'taken.mjs',
      `export default class ${world('CartPole-v1')}`,
      'the id of the environment ./taken.mjs must be new, got "CartPole-v1"',
    ],
    [
      'limit.mjs',
      `export default class ${world('A-v0').replace('maxEpisodeSteps: null', 'maxEpisodeSteps: 0')}`,
      'spec.maxEpisodeSteps of the environment ./limit.mjs must be an integer >= 1 or null, got 0.',
    ],
    ['nameless.mjs', `export default class ${world('')}`, 'must be a name without spaces, got "". Write id:'],
    [
      'space.mjs',
      `export default class ${world('A-v0').replace(/observationSpace.*/, '')}`,
      'the environment ./space.mjs: spec.observationSpace must be a space, got undefined.',
    ],
    [
      'argument.mjs',
      `export default class A { constructor({ size }) {} reset() {} step() {} }`,
      'The class, or the function, is called without arguments',
    ],
    [
      'still.mjs',
      `export default class ${world('A-v0').replace('step(', 'move(')}`,
      'must make an object with spec, reset and step, got "an object without step". Export a class',
    ],
    [
      'syntax.ts',
      'export default class A {\n  spec = {\n    foo:\n  };\n}\n',
      'syntax.ts must load, got "the error ParseError: ',
    ],
    [
      'throws.ts',
      'const x: number = 1;\nthrow new Error("no map");\n',
      'must load, got "the error no map". Look at throws.ts:2:7.',
    ],
    ['import.mjs', 'import "./nothing.mjs";', 'must load, got "the error Cannot find module'],
    ['env.py', 'pass', 'must be a file of TypeScript or JavaScript, got "./env.py". Its name must end in'],
  ])('%s is refused in one line', async (name, text, part) => {
    const { exitCode, out, err } = await played(name, text);
    expect([exitCode, out, err.split('\n').length]).toEqual([2, '', 2]);
    expect(err).toContain(part);
  });

  it('a file that is not there is refused', async () => {
    const { exitCode, err } = await runCli(['train', 'ppo', '--env', './nowhere.ts']);
    expect([exitCode, err]).toEqual([
      2,
      expect.stringMatching(/^zpin train ppo: --env must be a file that is there, got "\.\/nowhere\.ts"\. Looked for \//),
    ]);
  });
});
