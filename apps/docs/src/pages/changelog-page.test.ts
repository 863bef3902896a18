import { expect, test } from 'vitest';
import { changelogPage, parseChange, unreleasedChanges } from './changelog-page.ts';

test('changes stand under each of their packages, releases behind them', () => {
  const both = parseChange('a.md', "---\n'@zpin/core': minor\nzpin: patch\n---\n\nFaster by a < b.\n");
  const one = parseChange('b.md', '---\nzpin: minor\n---\nA name `x<y>`.\n');
  const text = changelogPage([both, one], new Map([['zpin', '# zpin\n\n## 1.0.0\n\n- First.\n']]));
  expect(text).toContain('### @zpin/core\n\n- Faster by a &lt; b.\n\n### zpin\n\n- Faster by a &lt; b.\n- A name `x<y>`.');
  expect(text.slice(text.indexOf('## zpin\n\n## 1.0.0'))).toBe('## zpin\n\n## 1.0.0\n\n- First.\n');
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
