import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { page, prose } from './markdown.ts';
import { root } from './repository.ts';

/** A change as it was told when it was made. */
export interface Change {
  /** Packages that it belongs to, by name, and whether it is a `major`, `minor` or `patch` one there. */
  readonly packages: ReadonlyMap<string, string>;
  readonly text: string;
}

/** Reads a file of `.changeset`. @param name in errors @throws Error when it names no package or says nothing */
export function parseChange(name: string, source: string): Change {
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source) ?? [];
  const packages = new Map([...head.matchAll(/^['"]?([^'":]+)['"]?: *(\w+)$/gm)].map(([, id = '', kind = '']) => [id, kind]));
  const text = body.trim();
  if (packages.size === 0 || text === '')
    throw new Error(
      `parseChange: ${name} must name its packages and say what changed, got "${source.slice(0, 40)}". Write it anew.`,
    );
  return { packages, text };
}

/** Changes that no release holds yet, in the order of their files. */
export function unreleasedChanges(): Change[] {
  const folder = join(root, '.changeset');
  return readdirSync(folder)
    .filter(name => name.endsWith('.md') && name !== 'README.md')
    .sort()
    .map(name => parseChange(name, readFileSync(join(folder, name), 'utf8')));
}

/** What was written about the releases of each package, by its name. */
export function releaseNotes(): ReadonlyMap<string, string> {
  const notes = new Map<string, string>();
  for (const folder of readdirSync(join(root, 'packages'))) {
    const file = join(root, 'packages', folder, 'CHANGELOG.md');
    if (existsSync(file)) notes.set(folder === 'zpin' ? 'zpin' : `@zpin/${folder}`, readFileSync(file, 'utf8'));
  }
  return notes;
}

/** The page of changes: first what is not released yet, then the releases, package by package. */
export function changelogPage(changes: readonly Change[], notes: ReadonlyMap<string, string>): string {
  const ids = [...new Set(changes.flatMap(({ packages }) => [...packages.keys()]))].sort();
  const fresh = ids.map(id => {
    const own = changes.filter(({ packages }) => packages.has(id));
    const lines = own.map(({ text }) => `- ${prose(text).replaceAll(/\n+/g, '\n  ')}`);
    return page([`### ${id}`, lines.join('\n')]).trim();
  });
  const released = [...notes].map(([id, text]) => page([`## ${id}`, prose(text.replace(/^# .*\n/, '').trim())]).trim());
  return page([
    '# Changelog',
    'What changed, for those who use it. Where something can change what a run learns, it says so.',
    ...(fresh.length > 0 ? ['## Not released yet', ...fresh] : []),
    ...released,
  ]);
}
