import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { published, readManifest, root } from '../src/repository.ts';

const { homepage, repository } = readManifest(root);

describe.each(published())('$manifest.name', ({ path, manifest }) => {
  test('carries the licence of the workspace', () => {
    expect(manifest.license).toBe('MIT');
    expect(readFileSync(join(path, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
  });

  test('says where it comes from and what it is about', () => {
    const directory = path.slice(root.length).replaceAll('\\', '/').replace(/^\//, '');
    expect(manifest.repository).toEqual({ ...repository, directory });
    expect(manifest.homepage).toBe(`${homepage}/tree/main/${directory}#readme`);
    expect(manifest.keywords).toContain('reinforcement-learning');
    expect(manifest.private).toBeUndefined();
  });

  test('has a README that opens with its name', () => {
    expect(readFileSync(join(path, 'README.md'), 'utf8').split('\n')[0]).toBe(`# ${manifest.name}`);
  });
});

test.each(readdirSync(join(root, '.changeset')).filter(name => name.endsWith('.md')))(
  'changeset %s is about packages that exist',
  file => {
    const [, packages, text] = readFileSync(join(root, '.changeset', file), 'utf8').split('---\n');
    const names = packages
      .trim()
      .split('\n')
      .map(line => /^'(.+)': (?:patch|minor|major)$/.exec(line)?.[1]);
    const known = [...published().map(({ manifest }) => manifest.name), 'docs'];
    expect(names.filter(name => name === undefined || !known.includes(name))).toEqual([]);
    expect(text.trim()).not.toBe('');
  },
);
