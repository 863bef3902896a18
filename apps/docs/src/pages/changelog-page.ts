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

/** The page of changes: first what is not released yet, each change once with the packages that it touches, then the releases, package by package. */
export function changelogPage(changes: readonly Change[], notes: ReadonlyMap<string, string>): string {
  const released = [...notes].map(([id, text]) => page([`## ${id}`, prose(text.replace(/^# .*\n/, '').trim())]).trim());
  return page([
    '# Changelog',
    'What changed, for those who use it. Where something can change what a run learns, it says so.',
    ...(changes.length > 0 ? ['## Not released yet', ...freshChanges(changes)] : []),
    ...released,
  ]);
}

/** Changes under the packages that they touch: those of one package first, package by package, then those that go through several. */
function freshChanges(changes: readonly Change[]): string[] {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const heading = change.packages.size > 1 ? severalPackages : ([...change.packages.keys()][0] as string);
    groups.set(heading, [...(groups.get(heading) ?? []), change]);
  }
  const headings = [...groups.keys()].filter(id => id !== severalPackages).sort();
  return [...headings, ...(groups.has(severalPackages) ? [severalPackages] : [])].flatMap(heading => {
    const lines = groups.get(heading)?.map(change => listItem(change, heading === severalPackages)) ?? [];
    return [`### ${heading}`, folded(lines)];
  });
}

/** Behind one line to open, as there may be more than a hundred of them. */
function folded(lines: readonly string[]): string {
  return `::: details ${lines.length} ${lines.length === 1 ? 'change' : 'changes'}\n${lines.join('\n')}\n:::`;
}

const severalPackages = 'Several packages';

function listItem({ packages, text }: Change, namesPackages: boolean): string {
  const names = namesPackages ? `**${[...packages.keys()].join(', ')}:** ` : '';
  return `- ${names}${prose(text).replaceAll(/\n+/g, '\n  ')}`;
}
