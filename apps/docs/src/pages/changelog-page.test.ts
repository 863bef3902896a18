import { expect, test } from 'vitest';
import { changelogPage, parseChange, unreleasedChanges } from './changelog-page.ts';
import { prose } from './markdown.ts';

test('each change stands once, under its package or with all that it touches, releases behind them', () => {
  const both = parseChange('a.md', "---\n'@zpin/core': minor\nzpin: patch\n---\n\nFaster by a < b.\n\nMore.\n");
  const one = parseChange('b.md', '---\nzpin: minor\n---\nA name `x<y>`.\n');
  const other = parseChange('c.md', "---\n'@zpin/core': patch\n---\nMended.\n");
  const text = changelogPage([both, one, other], new Map([['zpin', '# zpin\n\n## 1.0.0\n\n- First.\n']]));
  expect(text).toContain(
    '## Not released yet\n\n### @zpin/core\n\n::: details 1 change\n- Mended.\n:::\n\n### zpin\n\n::: details 1 change\n- A name `x<y>`.\n:::\n\n### Several packages\n\n::: details 1 change\n- **@zpin/core, zpin:** Faster by a &lt; b.\n  More.\n:::\n',
  );
  expect(text.slice(text.indexOf('## zpin\n\n## 1.0.0'))).toBe('## zpin\n\n## 1.0.0\n\n- First.\n');
  expect(changelogPage([], new Map())).not.toContain('Not released');
});

test('the page tells no change twice', () => {
  const text = changelogPage(unreleasedChanges(), new Map());
  for (const { text: change } of unreleasedChanges()) {
    const line = prose(change.split('\n')[0] as string);
    expect(text.split(line).length, line).toBe(2);
  }
});

test('a change that says nothing is refused', () => {
  expect(() => parseChange('c.md', '---\nzpin: minor\n---\n\n')).toThrow('c.md must name its packages');
  expect(() => parseChange('d.md', 'Something.')).toThrow('d.md must name its packages');
});

test('all changes of the repository can be read', () => {
  for (const { packages, text } of unreleasedChanges()) {
    expect(text.length).toBeGreaterThan(10);
    for (const kind of packages.values()) expect(['major', 'minor', 'patch']).toContain(kind);
  }
});
