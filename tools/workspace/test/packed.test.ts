import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, type Packed, pack, run } from '../src/packing.ts';
import { published, root } from '../src/repository.ts';

// Every package as a user gets it: built, packed, and installed with npm outside the workspace.
const require = createRequire(import.meta.url);
const scratch = mkdtempSync(join(tmpdir(), 'zpin-packed-'));
let packed: readonly Packed[];

beforeAll(() => {
  packed = pack(
    published().map(({ path }) => path.slice(root.length).replaceAll('\\', '/')),
    scratch,
  );
}, 600_000);

// Thousands of files: longer than a hook may take by default on a busy machine.
afterAll(() => rmSync(scratch, { recursive: true, force: true }), 300_000);

/** A folder of its own in which packages are installed. */
function folderOf(name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  return folder;
}

describe('some libraries, type-checked and trained from', () => {
  const names = ['contracts', 'core', 'envs', 'onpolicy'];
  const peers = ['@tensorflow/tfjs-core', 'onnxruntime-node'];
  const consumer = fileURLToPath(new URL('consumer', import.meta.url));
  let folder: string;

  beforeAll(() => {
    folder = folderOf('libraries');
    cpSync(consumer, folder, { recursive: true });
    const versions = peers.map(name => [name, (require(`${name}/package.json`) as { version: string }).version] as const);
    const own = packed.filter(({ name }) => names.includes(name.replace('@zpin/', '')));
    install(folder, own, Object.fromEntries(versions), ['--ignore-scripts']);
  }, 300_000);

  test('the types of all resolve in a project of its own, for ES modules and CommonJS', () => {
    expect(run(process.execPath, [require.resolve('typescript/bin/tsc'), '--project', folder], folder)).toBe('');
  }, 120_000);

  test('PPO trains on CartPole, and DPPO in threads, from an ES module and from CommonJS, with equal results', () => {
    const [esm, cjs] = ['train.mjs', 'train.cjs'].map(file => JSON.parse(run(process.execPath, [file], folder)));
    expect(esm).toEqual(cjs);
    expect(esm.steps).toBe(8192);
    expect(esm.episodes).toBeGreaterThan(50);
    expect(esm.lateReturn).toBeGreaterThan(2 * esm.earlyReturn);
    expect(esm.threads.obs.length).toBe(16);
    expect(esm.threads.last.step).toBe(256);
  }, 120_000);

  test('no package ships its tests, or asks for the workspace', () => {
    for (const name of names) {
      const installed = join(folder, 'node_modules', '@zpin', name);
      const manifest = readFileSync(join(installed, 'package.json'), 'utf8');
      expect(manifest).not.toMatch(/workspace:|catalog:/);
      expect(
        run(process.execPath, ['-e', "console.log(fs.readdirSync('.', { recursive: true }).join('\\n'))"], installed),
      ).not.toMatch(/\.test\.ts/);
    }
  });
});

describe('the command line, with npm alone, install scripts allowed, without ONNX Runtime', () => {
  let folder: string;

  beforeAll(() => {
    folder = folderOf('command-line');
    install(folder, packed, {});
  }, 300_000);

  /** Runs the command as its README says. */
  const zpin = (...args: string[]) => run('npx', ['--no-install', '@zpin/cli', ...args], folder);

  test('nothing that comes with it has an install script, or is native', () => {
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
    };
    const names = Object.keys(lock.packages);
    expect(names).toContain('node_modules/zpin');
    expect(names.filter(name => lock.packages[name]?.hasInstallScript)).toEqual([]);
    expect(names.filter(name => name.includes('onnxruntime'))).toEqual([]);
  });

  test('the three lines of the README train an agent', () => {
    const block = /^```ts\n([\s\S]*?)^```/m.exec(readFileSync(join(root, 'README.md'), 'utf8')) as RegExpExecArray;
    writeFileSync(join(folder, 'first.mjs'), block[1].replace('{ seed: 1 }', '{ seed: 1, steps: 4096 }'));
    expect(block[1].trim().split('\n')).toHaveLength(3);
    expect(run(process.execPath, ['first.mjs'], folder)).toMatch(/meanReturn: \d+/);
  }, 300_000);

  test('it trains, resumes and evaluates', () => {
    const out = zpin('train', 'ppo', '--env', 'CartPole-v1', '--steps', '4096', '--run-dir', 'run', '--eval-episodes', '5');
    expect(out).toMatch(/trained 4,096 steps/);
    expect(readdirSync(join(folder, 'run')).sort()).toEqual([
      'checkpoint.bin',
      'config.json',
      'curve.svg',
      'metrics.jsonl',
      'policy.bin',
      'policy.onnx',
      'progress.csv',
      'summary.json',
    ]);
    expect(zpin('train', '--resume', 'run', '--steps', '6144', '--eval-episodes', '5')).toMatch(/from step 4,096/);
    expect(JSON.parse(zpin('eval', 'run', '--episodes', '20', '--json'))).toMatchObject({ steps: 6144, evalEpisodes: 20 });
  }, 300_000);

  test('every family of algorithms is found', () => {
    const { algorithms } = JSON.parse(zpin('list', '--json')) as { algorithms: readonly { id: string }[] };
    expect(algorithms.length).toBeGreaterThan(35);
    for (const [id, env] of [
      ['q-learning', 'FrozenLake-v1'],
      ['discrete-sac', 'CartPole-v1'],
      ['option-critic', 'FourRooms-v0'],
      ['dppo', 'CartPole-v1'],
    ] as const) {
      zpin(
        'train',
        id,
        '--env',
        env,
        '--steps',
        '64',
        '--no-preset',
        '--eval-episodes',
        '1',
        '--quiet',
        '--run-dir',
        `run-${id}`,
      );
      expect(existsSync(join(folder, `run-${id}`, 'summary.json'))).toBe(true);
    }
  }, 300_000);

  test('the workspace still finds it under its short name', () => {
    const found = JSON.parse(run('pnpm', ['--filter', 'cli', 'list', '--json', '--depth', '-1'], root)) as { name: string }[];
    expect(found.map(({ name }) => name)).toEqual(['@zpin/cli']);
    const script = readFileSync(join(root, 'scripts', 'zpin.mjs'), 'utf8');
    const [, filter] = /build\('([^']+)'\)/.exec(script) as RegExpExecArray;
    const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');
    const plan = JSON.parse(run(process.execPath, [turbo, 'run', 'build', `--filter=${filter}`, '--dry=json'], root));
    expect(plan.packages).toContain('@zpin/cli');
    expect(plan.tasks.length).toBeGreaterThan(10);
  });
});
