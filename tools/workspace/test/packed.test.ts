import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../src/repository.ts';

// Three packages as a user gets them: packed, installed with npm outside the workspace, type-checked, and trained from.
const packed = ['core', 'envs', 'onpolicy'];
const peers = ['@tensorflow/tfjs', 'onnxruntime-node'];
const consumer = fileURLToPath(new URL('consumer', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'zpin-packed-'));
const require = createRequire(import.meta.url);

/** Runs a command without the settings that npm or pnpm handed down to this process, and returns what it printed. */
function run(command: string, args: readonly string[], cwd: string): string {
  const clean = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|NODE_ENV|VITEST)/i.test(name));
  const env = { ...Object.fromEntries(clean), ONNXRUNTIME_NODE_INSTALL: 'skip', TURBO_TELEMETRY_DISABLED: '1' };
  const windows = process.platform === 'win32';
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: windows });
}

beforeAll(() => {
  const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo');
  run(process.execPath, [turbo, 'run', 'build', ...packed.map(name => `--filter=@zpin/${name}`)], root);
  const tarballs = packed.map(folder => {
    const output = run('pnpm', ['pack', '--json', '--pack-destination', scratch], join(root, 'packages', folder));
    return [`@zpin/${folder}`, `file:${(JSON.parse(output) as { filename: string }).filename}`] as const;
  });
  const versions = peers.map(name => [name, (require(`${name}/package.json`) as { version: string }).version] as const);
  const dependencies = Object.fromEntries([...tarballs, ...versions]);
  writeFileSync(join(scratch, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  cpSync(consumer, scratch, { recursive: true });
  run('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], scratch);
}, 300_000);

// Thousands of files: longer than a hook may take by default on a busy machine.
afterAll(() => rmSync(scratch, { recursive: true, force: true }), 300_000);

test('the types of all three resolve in a project of its own, for ES modules and CommonJS', () => {
  expect(run(process.execPath, [require.resolve('typescript/bin/tsc'), '--project', scratch], scratch)).toBe('');
}, 120_000);

test('PPO trains on CartPole, and DPPO in threads, from an ES module and from CommonJS, with equal results', () => {
  const [esm, cjs] = ['train.mjs', 'train.cjs'].map(file => JSON.parse(run(process.execPath, [file], scratch)));
  expect(esm).toEqual(cjs);
  expect(esm.steps).toBe(8192);
  expect(esm.episodes).toBeGreaterThan(50);
  expect(esm.lateReturn).toBeGreaterThan(2 * esm.earlyReturn);
  expect(esm.threads.obs.length).toBe(16);
  expect(esm.threads.last.step).toBe(256);
}, 120_000);

test('no package ships its tests, or asks for the workspace', () => {
  for (const folder of packed) {
    const installed = join(scratch, 'node_modules', '@zpin', folder);
    const manifest = readFileSync(join(installed, 'package.json'), 'utf8');
    expect(manifest).not.toMatch(/workspace:|catalog:/);
    expect(
      run(process.execPath, ['-e', "console.log(fs.readdirSync('.', { recursive: true }).join('\\n'))"], installed),
    ).not.toMatch(/\.test\.ts/);
  }
});
