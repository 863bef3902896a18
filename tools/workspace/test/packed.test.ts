import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../testing/chromium.mjs';
import { buildAsConfigured, bundledBytes, bundlers } from '../src/bundling.ts';
import { chosen, install, megabytes, type Packed, pack, run } from '../src/packing.ts';
import { resultInChromium, resultInDevelopment, resultInNode, writePage } from '../src/pages.ts';
import { published, root } from '../src/repository.ts';

// Every package as a user gets it: built, packed, and installed with npm outside the workspace.
const require = createRequire(import.meta.url);
/** Pages run in it where there is one, in any case in Node.js. */
const chromium = findChromium();
const scratch = mkdtempSync(join(tmpdir(), 'zpin-packed-'));
const consumer = fileURLToPath(new URL('consumer', import.meta.url));
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

/** The packages of these names, as they were packed. */
function ofNames(...names: readonly string[]): Packed[] {
  return packed.filter(({ name }) => names.includes(name.replace('@zpin/', '')));
}

const versionOf = (name: string) => (require(`${name}/package.json`) as { version: string }).version;

describe('what an installation weighs', () => {
  test('environments alone: no more than their contracts', () => {
    const folder = folderOf('environments');
    install(folder, ofNames('contracts', 'envs'), {});
    expect(chosen(folder)).toEqual(['@zpin/contracts', '@zpin/envs']);
    expect(megabytes(folder)).toBeLessThan(5);
  }, 300_000);

  test('with what trains them: twelve packages of others and three of zpin, 53 MB', () => {
    const folder = folderOf('training');
    install(folder, ofNames('contracts', 'core', 'envs'), { '@tensorflow/tfjs-core': versionOf('@tensorflow/tfjs-core') });
    const names = chosen(folder);
    expect(names.filter(name => !name.startsWith('@zpin/')).length, names.join(' ')).toBeLessThanOrEqual(12);
    expect(names.filter(name => name.startsWith('@zpin/'))).toHaveLength(3);
    expect(megabytes(folder)).toBeLessThan(53);
  }, 300_000);
});

describe('in a page', () => {
  const names = ['contracts', 'core', 'envs', 'onpolicy'];
  /** Bytes that a page may take, minified. */
  const limits = { 'env.js': 60_000, 'ppo.js': 700_000 };
  const entries = Object.keys(limits) as (keyof typeof limits)[];
  /** What each module comes to in Node.js, unbundled. */
  const expected: Record<string, unknown> = {};
  let project: string;

  beforeAll(() => {
    project = folderOf('page');
    cpSync(fileURLToPath(new URL('pages', import.meta.url)), project, { recursive: true });
    install(project, ofNames(...names), { '@tensorflow/tfjs-core': versionOf('@tensorflow/tfjs-core') });
    for (const entry of entries) {
      const print = `await import('./${entry}'); console.log(JSON.stringify(globalThis.result))`;
      expected[entry] = JSON.parse(run(process.execPath, ['--input-type=module', '--eval', print], project));
    }
  }, 300_000);

  test('an environment starts where Gymnasium does, and PPO learns', () => {
    const { obs } = expected['env.js'] as { obs: readonly number[] };
    expect(obs.map(value => value.toFixed(8))).toEqual(['0.01823519', '-0.04461790', '-0.02796401', '-0.03156282']);
    const { engine, returns } = expected['ppo.js'] as { engine: string; returns: readonly number[] };
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(engine).toBe('wasm');
    expect(mean(returns.slice(-20))).toBeGreaterThan(3 * mean(returns.slice(0, 20)));
  });

  describe.each(Object.entries(bundlers))('made by %s', (name, bundle) => {
    test.each(entries)(
      '%s is small, and does the same bit for bit',
      async entry => {
        const output = join(project, 'bundled', name, entry.replace('.js', ''));
        await bundle({ project, entry, output });
        expect(bundledBytes(output)).toBeLessThan(limits[entry]);
        expect(resultInNode(output, entry)).toEqual(expected[entry]);
        if (chromium) expect(await resultInChromium(chromium, output, writePage(output, entry))).toEqual(expected[entry]);
      },
      300_000,
    );
  });

  test.each(chromium ? entries : [])(
    "%s does the same on Vite's server for development",
    async entry => {
      expect(await resultInDevelopment(chromium as string, project, writePage(project, entry))).toEqual(expected[entry]);
    },
    300_000,
  );
});

// The native library of tfjs-node comes from a host of its own, by an install script, and is not fetched here: what is held is that there
// is one tfjs-core for all, and that the next backend trains.
describe('beside the whole of TensorFlow.js', () => {
  const names = ['contracts', 'core', 'envs', 'onpolicy'];
  const version = versionOf('@tensorflow/tfjs-core');
  const copies = (folder: string) => chosen(folder).filter(name => name === '@tensorflow/tfjs-core').length;

  test('it trains on what is there, with one set of kernels and gradients, and so does a model of the user', () => {
    const folder = folderOf('beside');
    cpSync(join(consumer, 'beside.mjs'), join(folder, 'beside.mjs'));
    install(folder, ofNames(...names), { '@tensorflow/tfjs-node': version }, ['--ignore-scripts']);
    expect(copies(folder)).toBe(1);
    const { slope, ...rest } = JSON.parse(run(process.execPath, ['beside.mjs', '@tensorflow/tfjs'], folder));
    const engine = expect.stringMatching(/TensorFlow.js on cpu/);
    expect(rest).toEqual({ isShared: true, engine, steps: 512, said: [] });
    expect(slope).toBeCloseTo(2, 3);
  }, 300_000);

  test('with the build for GPUs npm chooses one tfjs-core too', () => {
    const folder = folderOf('beside-gpu');
    install(folder, ofNames(...names), { '@tensorflow/tfjs-node-gpu': version }, ['--package-lock-only']);
    expect(chosen(folder)).toContain('@tensorflow/tfjs-node-gpu');
    expect(copies(folder)).toBe(1);
  }, 300_000);
});

describe('some libraries, type-checked and trained from', () => {
  const names = ['contracts', 'core', 'envs', 'onpolicy'];
  const peers = ['@tensorflow/tfjs-core', 'onnxruntime-node'];
  let folder: string;

  beforeAll(() => {
    folder = folderOf('libraries');
    cpSync(consumer, folder, { recursive: true });
    const versions = peers.map(name => [name, versionOf(name)] as const);
    install(folder, ofNames(...names), Object.fromEntries(versions), ['--ignore-scripts']);
  }, 300_000);

  test('the types of all resolve in a project of its own, for ES modules and CommonJS, those of others too', () => {
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
      'log.jsonl',
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

  test('it plays a trained policy, which comes with it', () => {
    const told = JSON.parse(zpin('eval', 'hub:ppo/CartPole-v1', '--episodes', '20', '--json'));
    expect(told).toMatchObject({ algo: 'ppo', env: 'CartPole-v1', evalReturnMean: 500, evalEpisodes: 20 });
    expect(zpin('list', 'policies')).toMatch(/^ {2}hub:ppo\/CartPole-v1 +500.0 ± 0 /m);
  }, 300_000);

  test('the project that it writes installs, holds its types, passes its test, and trains', () => {
    zpin('init', 'maze');
    const project = join(folder, 'maze');
    const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    // What was packed in the place of what would be published, with what that needs.
    const dependencies = { ...manifest.dependencies, ...Object.fromEntries(packed.map(({ name, tarball }) => [name, tarball])) };
    writeFileSync(join(project, 'package.json'), JSON.stringify({ ...manifest, dependencies }));
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], project);
    const npm = (script: string, ...more: string[]) => run('npm', ['run', '--silent', script, '--', ...more], project);
    expect(npm('types')).toBe('');
    expect(npm('test')).toMatch(/pass 2/);
    expect(npm('check')).toContain('Nothing breaks the contract');
    expect(npm('train', '--steps', '6000', '--quiet')).toContain('; solved (threshold -12)');
    expect(readdirSync(join(project, 'runs', 'ppo-Walk-v0-seed1'))).toContain('policy.onnx');
  }, 300_000);

  test('the page of the guide is bundled as the guide says, and a worker of it trains', async () => {
    const project = join(folder, 'guide');
    mkdirSync(project);
    const guide = readFileSync(join(root, 'apps', 'docs', 'site', 'guide', 'browser.md'), 'utf8');
    const files = [...guide.matchAll(/^```js\n\/\/ ([\w.-]+)\n([\s\S]*?)^```/gm)].map(([, name, code]) => [name, code] as const);
    expect(files.map(([name]) => name)).toEqual(['train-worker.js', 'page.js', 'vite.config.js']);
    const heard = "worker.addEventListener('message', ({ data }) => { if (data.step > 2000) globalThis.result = data.type; });\n";
    for (const [name, code] of files) writeFileSync(join(project, name), name === 'page.js' ? code + heard : code);
    const page = writePage(project, 'page.js');
    const output = join(project, 'dist');
    await buildAsConfigured(project, page, output);
    const made = readdirSync(join(output, 'assets'));
    expect(made.filter(name => name.startsWith('train-worker'))).toHaveLength(1);
    if (chromium) expect(await resultInChromium(chromium, output, page)).toBe('episode');
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
