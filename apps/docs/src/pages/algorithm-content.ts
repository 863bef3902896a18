/** What is written by hand on the page of every algorithm, in the order of the page. */
export const writtenSections = ['Idea', 'Equations', 'Pseudo-code', 'Metrics', 'Pitfalls', 'References'] as const;

export type WrittenSection = (typeof writtenSections)[number];

/** A file of `content/algorithms`. */
export interface AlgorithmContent {
  /** Id of the algorithm that it builds on; null for the beginning of a family. */
  readonly after: string | null;
  /** What it adds to that one, or what a family is about: words that go on after a colon. */
  readonly adds: string;
  /** Functions that are shown beside the pseudo-code: names in the file of the algorithm, or paths and names as `core/src/x.ts:name`. */
  readonly code: readonly string[];
  readonly sections: Readonly<Record<WrittenSection, string>>;
}

/**
 * Reads what is written about an algorithm.
 * @param id named in errors @throws Error when something is missing, empty, unknown or in another order
 */
export function parseContent(id: string, text: string): AlgorithmContent {
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  const fields = new Map(head.split('\n').map(line => [line.split(':')[0], line.slice(line.indexOf(':') + 1).trim()] as const));
  const field = (name: string) => {
    const value = fields.get(name);
    if (!value)
      throw new Error(`parseContent: the head of ${id}.md must say ${name}, got nothing. Begin the file with after, adds, code.`);
    return value;
  };
  const parts = body
    .split(/^## /m)
    .slice(1)
    .map(part => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()] as const);
  const found = parts.map(([name]) => name);
  if (found.join() !== writtenSections.join()) {
    throw new Error(
      `parseContent: ${id}.md must have the sections ${writtenSections.join(', ')}, got ${found.join(', ') || 'none'}. Write them so.`,
    );
  }
  const empty = parts.find(([, content]) => content === '');
  if (empty) throw new Error(`parseContent: section ${empty[0]} of ${id}.md must say something, got nothing. Write it.`);
  const after = field('after');
  return {
    after: after === 'none' ? null : after,
    adds: field('adds'),
    code: field('code').split(/\s+/),
    sections: Object.fromEntries(parts) as Readonly<Record<WrittenSection, string>>,
  };
}

/** Names in the first column of the table of metrics. */
export function explainedMetrics({ sections }: AlgorithmContent): string[] {
  return [...sections.Metrics.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names]) =>
    [...(names as string).matchAll(/`(\w+)`/g)].map(([, name]) => name as string),
  );
}
