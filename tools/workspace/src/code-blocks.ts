/** One fenced block of TypeScript in a Markdown file. */
export interface CodeBlock {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly code: string;
}

/** The blocks that open with ` ```ts ` and nothing else; other languages and blocks with a longer info string are left out. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; lines: string[] } | undefined;
  for (const [i, text] of markdown.split('\n').entries()) {
    if (open && text === '```') {
      blocks.push({ line: open.line, code: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else if (open) open.lines.push(text);
    else if (text === '```ts') open = { line: i + 1, lines: [] };
  }
  if (open) throw new Error(`codeBlocks: every fence must be closed, got an open one in line ${open.line}. Close it.`);
  return blocks;
}
