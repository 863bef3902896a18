/** Kinds of blocks that hold words, which every language says in its own way. */
const proseKinds = ['heading', 'table', 'list', 'text'] as const;
/** Kinds of blocks that all languages share. */
const sharedKinds = ['head', 'code', 'math', 'html', 'picture'] as const;

export type ProseKind = (typeof proseKinds)[number];
export type BlockKind = ProseKind | (typeof sharedKinds)[number];

/** A part of a page of Markdown between two blank lines. */
export interface Block {
  readonly kind: BlockKind;
  readonly text: string;
}

/** Cuts a page into blocks. Code and formulas are blocks of their own, whatever stands in them. */
export function splitBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split('\n');
  let at = 0;
  const take = (isEnd: (line: string) => boolean, withEnd: boolean): string => {
    const start = at++;
    while (at < lines.length && !isEnd(lines[at] ?? '')) at++;
    if (withEnd) at++;
    return lines.slice(start, at).join('\n');
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const fence = /^ *(```+|:::)/.exec(line)?.[1];
    if (line.trim() === '') at++;
    else if (at === 0 && line === '---') blocks.push({ kind: 'head', text: take(end => end === '---', true) });
    else if (fence) blocks.push({ kind: 'code', text: take(end => end.trim() === fence, true) });
    else if (line === '$$') blocks.push({ kind: 'math', text: take(end => /^\$\$/.test(end), true) });
    else {
      const text = take(end => end.trim() === '' || end === '$$' || /^ *(```|:::)/.test(end), false);
      blocks.push({ kind: kindOf(text), text });
    }
  }
  return blocks;
}

function kindOf(text: string): BlockKind {
  if (/^#+ /.test(text)) return 'heading';
  if (text.startsWith('|')) return 'table';
  if (/^(?:\[?<picture|!\[)/.test(text)) return 'picture';
  // A cell of a page's grid may begin with a tag; a line of prose does not.
  if (text.startsWith('<')) return 'html';
  return /^ *(?:[-*]|\d+\.) /.test(text) ? 'list' : 'text';
}

/** Whether a block holds words. */
export function isProse({ kind }: Block): boolean {
  return proseKinds.some(prose => prose === kind);
}

/** Depth of a heading; 0 of anything else. */
export function headingLevel({ kind, text }: Block): number {
  return kind === 'heading' ? text.indexOf(' ') : 0;
}

/** What must be alike in two languages: `heading 2`, or the kind alone. */
export function shapeOf(block: Block): string {
  return block.kind === 'heading' ? `heading ${headingLevel(block)}` : block.kind;
}
