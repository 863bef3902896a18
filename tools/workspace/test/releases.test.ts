import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { published, readManifest, root } from '../src/repository.ts';

const changesets = createRequire(join(root, 'package.json')).resolve('@changesets/cli/bin.js');

/** What a package may be released as, by its name. */
type Versions = Readonly<Record<string, string>>;

describe('a release, played in a copy of the manifests', () => {
  const copy = mkdtempSync(join(tmpdir(), 'zpin-release-'));
  const packages = published().map(({ path, manifest }) => ({ name: manifest.name, path: path.slice(root.length) }));
  let first: Versions;
  let second: Versions;

  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.org', ...args], { cwd: copy, stdio: 'pipe' });

  /** Commits what is there, applies the changesets, and reads the versions. */
  function release(): Versions {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'before');
    execFileSync(process.execPath, [changesets, 'version'], { cwd: copy, stdio: 'pipe' });
    return Object.fromEntries(packages.map(({ name, path }) => [name, readManifest(join(copy, path)).version]));
  }

  beforeAll(() => {
    for (const file of ['package.json', 'pnpm-workspace.yaml', '.changeset'])
      cpSync(join(root, file), join(copy, file), { recursive: true });
    for (const group of ['packages', 'apps', 'tools'])
      for (const folder of readdirSync(join(root, group)))
        for (const file of ['package.json', 'CHANGELOG.md']) {
          const path = join(group, folder, file);
          if (existsSync(join(root, path))) cpSync(join(root, path), join(copy, path));
        }
    cpSync(join(root, 'benchmarks', 'package.json'), join(copy, 'benchmarks', 'package.json'));
    git('init', '--quiet');
    first = release();
    writeFileSync(
      join(copy, '.changeset', 'next.md'),
      "---\n'@zpin/core': minor\n'@zpin/envs': patch\n---\n\nThe next change.\n",
    );
    second = release();
  }, 120_000);

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('no package becomes 1.0.0 by what changed in another one', () => {
    expect(Object.keys(first)).toHaveLength(packages.length);
    expect(Object.entries(first).filter(([, version]) => !version.startsWith('0.'))).toEqual([]);
    expect(Object.entries(second).filter(([, version]) => !version.startsWith('0.'))).toEqual([]);
  });

  test('the first release is 0.1.0 for all', () => {
    const unreleased = packages.filter(({ path }) => readManifest(join(root, path)).version === '0.0.0');
    expect(unreleased.filter(({ name }) => first[name] !== '0.1.0')).toEqual([]);
  });

  test('what changes moves as its changeset says, what stands on it follows, and nothing else moves', () => {
    const moved = (name: string) => [0, 1, 2].map(i => Number(second[name].split('.')[i]) - Number(first[name].split('.')[i]));
    expect(moved('@zpin/core').slice(0, 2)).toEqual([0, 1]);
    expect(moved('@zpin/envs')).toEqual([0, 0, 1]);
    // ^0.1.0 is not 0.2.0: without a version of its own, an algorithm would bring a core of its own.
    expect(moved('@zpin/onpolicy')).toEqual([0, 0, 1]);
    expect(moved('zpin')).toEqual([0, 0, 1]);
    expect(moved('@zpin/contracts')).toEqual([0, 0, 0]);
    expect(moved('@zpin/plot')).toEqual([0, 0, 0]);
  });

  test('what was changed is told in the changelogs, and no changeset is left', () => {
    expect(readFileSync(join(copy, 'packages/core/CHANGELOG.md'), 'utf8')).toMatch(/The next change\./);
    expect(readdirSync(join(copy, '.changeset')).filter(file => file.endsWith('.md'))).toEqual([]);
  });
});

test('no package has another one of the workspace as a peer', () => {
  const names = new Set(published().map(({ manifest }) => manifest.name));
  const peers = published().flatMap(({ manifest }) =>
    Object.keys(manifest.peerDependencies ?? {}).filter(name => names.has(name)),
  );
  expect(peers).toEqual([]);
});

describe('the workflows', () => {
  interface Workflow {
    readonly jobs: Readonly<
      Record<
        string,
        {
          readonly needs?: string;
          readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
          readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
        }
      >
    >;
  }
  const folder = join(root, '.github', 'workflows');
  const workflows = readdirSync(folder).map(file => parse(readFileSync(join(folder, file), 'utf8')) as Workflow);
  const { jobs } = parse(readFileSync(join(folder, 'test.yml'), 'utf8')) as Workflow;

  test('each package has a job of its own, on three systems, from the oldest Node on', () => {
    const matrix = jobs.package.strategy?.matrix ?? {};
    expect(matrix.package).toEqual(published().map(({ path }) => basename(path)));
    expect(matrix.system.map(system => system.split('-')[0])).toEqual(['ubuntu', 'macos', 'windows']);
    const oldest = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { node: string } }).engines.node;
    expect(`>=${matrix.node[0]}`).toBe(oldest);
    expect(matrix.node.map(version => Number.parseInt(version, 10))).toEqual([20, 22, 24]);
    expect(readFileSync(join(root, '.nvmrc'), 'utf8').trim()).toBe(matrix.node[0]);
  });

  test('run what is there: scripts of the workspace, actions of the repository', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const steps = workflows.flatMap(workflow => Object.values(workflow.jobs).flatMap(job => job.steps));
    const commands = steps.flatMap(({ run }) => /^pnpm ([\w:]+)/.exec(run ?? '')?.[1] ?? []);
    expect(commands.length).toBeGreaterThan(5);
    expect(commands.filter(name => !(name in scripts))).toEqual([]);
    const own = steps.flatMap(({ uses }) => (uses?.startsWith('./') ? [uses] : []));
    expect(own.filter(path => !existsSync(join(root, path, 'action.yml')))).toEqual([]);
  });
});
