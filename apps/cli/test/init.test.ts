import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { adviceOf, type DoctorFacts } from '../src/doctor-facts.ts';
import { TOOL_RANGES } from '../src/project-template.ts';
import { runCli } from './run-cli.ts';

const scratch = inScratchFolder();
const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = ['--conditions=@zpin/source', '--import', new URL('tools/testing/typescript.mjs', `file://${root}`).href];

/** Runs a file in the project, on the sources of this workspace. */
function inProject(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...sources, ...argv], {
    cwd: join(scratch, 'maze'),
    encoding: 'utf8',
  });
  return { exitCode: status, out: stdout, err: stderr };
}

describe('zpin init', () => {
  it('writes a project that runs as it is', async () => {
    const { exitCode, out, err } = await runCli(['init', 'maze']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('Now:\n  cd maze\n  npm install\n  npm run train\n');
    const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync('maze/package.json', 'utf8'));
    for (const range of Object.values(dependencies)) expect(range).toMatch(/^\^\d+\.\d+\.\d+$/);
    expect(devDependencies).toEqual(TOOL_RANGES);
    // What `npm install` does with packages that are published.
    for (const [name, at] of [
      ...['contracts', 'envs'].map(folder => [`@zpin/${folder}`, `packages/${folder}`]),
      ['zpin', 'packages/zpin'],
      ['@tensorflow/tfjs-core', 'apps/cli/node_modules/@tensorflow/tfjs-core'],
    ]) {
      mkdirSync(join('maze/node_modules', name, '..'), { recursive: true });
      symlinkSync(realpathSync(join(root, at)), join('maze/node_modules', name));
    }
    const zpin = (line: string) => inProject(join(root, 'apps/cli/src/main.ts'), ...line.split(' ').slice(1));
    expect(zpin(scripts.check)).toMatchObject({ exitCode: 0, out: expect.stringContaining('Nothing breaks the contract') });
    expect(inProject('env.test.ts')).toMatchObject({ exitCode: 0, out: expect.stringMatching(/# pass 2|pass 2/) });
    const trained = zpin(`${scripts.train.replace('20000', '6000')} --quiet`);
    expect([trained.exitCode, trained.err]).toEqual([0, '']);
    expect(trained.out).toContain('; solved (threshold -12)');
    const { config } = JSON.parse(readFileSync('maze/runs/ppo-Walk-v0-seed1/config.json', 'utf8'));
    expect(config).toMatchObject({ numEnvs: 4, hiddenSizes: [32, 32] });
    const script = readFileSync('maze/train.ts', 'utf8');
    writeFileSync('maze/train.ts', script.replace('20_000', '6000'));
    const byScript = inProject('train.ts');
    expect(Number(/^mean return of 20 episodes: (\S+)\n$/.exec(byScript.out)?.[1])).toBeGreaterThan(-12);
  });

  it('takes the tools of this workspace: the loader that files of environments are loaded by, and what its types are checked with', () => {
    const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
    const versions = Object.keys(TOOL_RANGES).map(name => {
      const [, version] = new RegExp(`^ {2}'?${name}'?: \\^?(\\S+)`, 'm').exec(catalog) ?? [];
      return [name, `^${version}`];
    });
    expect(Object.fromEntries(versions)).toEqual(TOOL_RANGES);
  });

  it('names the package after the folder, as npm takes names', async () => {
    mkdirSync('_My Maze!/.git', { recursive: true });
    expect((await runCli(['init', '_My Maze!'])).exitCode).toBe(0);
    expect(JSON.parse(readFileSync('_My Maze!/package.json', 'utf8')).name).toBe('my-maze');
    expect(readFileSync('_My Maze!/README.md', 'utf8')).toMatch(/^# my-maze\n/);
  });

  it.runIf(process.platform === 'linux')('refuses a place where no folder can be, and does not try for ever', async () => {
    const { exitCode, out, err } = await runCli(['init', '/proc/x']);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(
      /^zpin init: the folder must be a place to write to, got "\/proc\/x"\. Choose another one: ENOENT: .*\n$/,
    );
  });

  it.each([['full'], ['full/file'], ['full/file/below']])('refuses %s, and leaves it as it is', async dir => {
    mkdirSync('full', { recursive: true });
    writeFileSync('full/file', 'x');
    const { exitCode, out, err } = await runCli(['init', dir]);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(/^zpin init: the folder must be (new or empty|a place to write to), got "full.*"\. .*\n$/);
    expect(readdirSync('full')).toEqual(['file']);
  });
});

describe('zpin doctor', () => {
  const healthy: DoctorFacts = {
    zpin: '1.0.0',
    node: '20.19.0',
    platform: 'linux x64',
    cores: 4,
    memory: { total: 2 ** 34, free: 2 ** 33 },
    engines: [
      { name: 'onnx', description: 'onnx: native', problem: null },
      { name: 'wasm', description: 'wasm: a module', problem: null },
    ],
    packages: [],
    python: { command: 'python3', isChosen: false, version: null, gymnasium: null },
    tensorflowCopies: [],
  };
  const python = { command: 'py', isChosen: true, version: null, gymnasium: null };

  it('advises nothing where nothing is wrong: Python is no need', () => {
    expect(adviceOf(healthy)).toEqual([]);
  });

  it.each<[string, Partial<DoctorFacts>, boolean]>([
    ['Node 20.18.3 is too old: install 20.19 or newer.', { node: '20.18.3' }, true],
    ['Node 18.20.0 is too old', { node: '18.20.0' }, true],
    ['npm install onnxruntime-node --ignore-scripts', { engines: [{ name: 'onnx', description: null, problem: 'no' }] }, false],
    ['Engine wasm does not load: no memory.', { engines: [{ name: 'wasm', description: null, problem: 'no memory.' }] }, true],
    ['npm dedupe', { tensorflowCopies: ['/a', '/b'] }, true],
    ['Less than 512 MiB', { memory: { total: 2 ** 34, free: 2 ** 28 } }, true],
    ['ZPIN_PYTHON, py, does not run', { python }, true],
    ['py -m pip install gymnasium', { python: { ...python, version: '3.12.1' } }, true],
  ])('%s', (text, changed, isFault) => {
    expect(adviceOf({ ...healthy, ...changed })).toEqual([{ text: expect.stringContaining(text), isFault }]);
  });

  it('tells what is there, for people and for programs', async () => {
    const env = { ZPIN_PYTHON: join(scratch, 'no-python') };
    const { exitCode, out, err } = await runCli(['doctor'], { env, columns: 60 });
    expect([exitCode, err]).toEqual([1, '']);
    expect(out).toContain(`\n  Node    ${process.versions.node}, `);
    expect(out).toMatch(/^ {2}wasm +each program as one WebAssembly module/m);
    expect(out).toMatch(/^→ ZPIN_PYTHON, /m);
    expect(out.split('\n').filter(line => line.length > 60 && !line.includes(scratch))).toEqual([]);
    const json = JSON.parse((await runCli(['doctor', '--json'], { env })).out);
    expect(json.engines.map(({ name }: { name: string }) => name)).toContain('tensorflow');
    expect(json.packages[0]).toMatchObject({ name: 'onnxruntime-node', version: expect.stringMatching(/^\d+\.\d+/) });
    expect(json.advice).toContainEqual({ isFault: true, text: expect.stringContaining('does not run') });
  });
});
