import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { codeBlocks } from '../src/code-blocks.ts';
import { root } from '../src/repository.ts';
import { fakeMlflow } from './fake-mlflow.ts';

// Each block of TypeScript in a README and in the guide is a program of its own: it must type-check and run. The files lie here,
// where every package of the workspace can be imported by its name.
const folder = fileURLToPath(new URL('.readme', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'zpin-readme-'));
const home = process.cwd();
// In the place of Python, which need not be there.
const fakePython = join(root, 'packages', 'python', 'test', 'fake-python.mjs');

const readmes = ['.', ...['packages', 'apps'].flatMap(group => readdirSync(join(root, group)).map(name => `${group}/${name}`))]
  .map(path => join(path, 'README.md'))
  .filter(path => existsSync(join(root, path)));

const guide = ['guide', 'course'].flatMap(folder => {
  const path = join('apps/docs/site', folder);
  return readdirSync(join(root, path)).map(name => join(path, name));
});

const programs = [...readmes, ...guide].flatMap(readme =>
  codeBlocks(readFileSync(join(root, readme), 'utf8')).map(({ line, code }) => {
    const file = join(folder, `${readme.replaceAll(/[^a-z]+/gi, '-').toLowerCase()}-${line}.ts`);
    return { name: `${readme}:${line}`, file, code };
  }),
);

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { file, code } of programs) writeFileSync(file, `${code}export {};\n`);
  const compilerOptions = { noUnusedLocals: false };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../../../tsconfig.base.json', compilerOptions, include: ['*.ts'] }),
  );
  process.chdir(scratch);
});

afterAll(() => {
  process.chdir(home);
  for (const path of [folder, scratch]) rmSync(path, { recursive: true, force: true });
});

test('every package has a README, with code that shows how to use it', () => {
  for (const name of readdirSync(join(root, 'packages'))) {
    expect(programs.map(program => program.name.split(':')[0])).toContain(join('packages', name, 'README.md'));
  }
});

test('the code in the READMEs and the guide has no type errors', () => {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  let errors = '';
  try {
    execFileSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    errors = (error as { stdout: string }).stdout;
  }
  expect(errors).toBe('');
}, 600_000);

test('an algorithm of one’s own takes 50 lines in the guide, without comments', () => {
  const [own] = programs.filter(({ name }) => name.includes('own-algorithm'));
  const lines = own.code.replaceAll(/\/\*\*[\s\S]*?\*\//g, '').split('\n');
  expect(lines.filter(line => line.trim() !== '' && !line.trim().startsWith('//')).length).toBeLessThanOrEqual(50);
});

describe('the code in the READMEs and the guide runs', () => {
  const mlflow = fakeMlflow();

  beforeAll(async () => {
    vi.stubEnv('ZPIN_PYTHON', fakePython);
    vi.stubEnv('MLFLOW_TRACKING_URI', await mlflow.start());
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    mlflow.stop();
  });

  test.each(programs)(
    '$name',
    async ({ file }) => {
      vi.spyOn(console, 'log').mockImplementation(() => {});
      await import(/* @vite-ignore */ file);
    },
    120_000,
  );

  test('and what logs to MLflow has told it of a whole run', () => {
    const [create, ...batches] = mlflow.requests;
    const end = batches.pop();
    expect(create).toMatchObject({ path: '/api/2.0/mlflow/runs/create', body: { run_name: 'dqn on CartPole-v1, seed 1' } });
    expect(end).toMatchObject({ path: '/api/2.0/mlflow/runs/update', body: { run_id: 'run-1', status: 'FINISHED' } });
    expect(batches.every(({ path, body }) => path.endsWith('runs/log-batch') && body.run_id === 'run-1')).toBe(true);
    expect(batches[0].body.params).toContainEqual({ key: 'batchSize', value: '64' });
    const metrics = batches.flatMap(({ body }) => (body.metrics ?? []) as { key: string; step: number }[]);
    expect(metrics.filter(({ key }) => key === 'evalReturn').map(({ step }) => step)).toEqual([500, 1000, 1500, 2000]);
    expect(new Set(metrics.map(({ key }) => key))).toContain('loss');
  });
});
