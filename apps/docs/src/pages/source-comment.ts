import { prose, table, withPaperLinks } from './markdown.ts';

/** The text of the comment that a source file opens with, without its stars; empty when there is none. */
export function headerComment(source: string): string {
  const comment = /^\/\*\*\n([\s\S]*?)\n? \*\//.exec(source)?.[1];
  return comment === undefined ? '' : withoutStars(comment);
}

/** The text of the comment right above `export class NAME`, tags left out; empty when there is none. */
export function classComment(source: string, name: string): string {
  const declaration = new RegExp(`^export (?:abstract )?class ${name}\\b`, 'm').exec(source);
  if (!declaration) return '';
  const before = source.slice(0, declaration.index);
  const start = before.lastIndexOf('/**');
  const comment = /^\/\*\*([\s\S]*?)\*\/\n$/.exec(before.slice(Math.max(0, start)))?.[1] ?? '';
  return withoutStars(comment)
    .split('\n')
    .filter(line => !line.startsWith('@'))
    .join('\n')
    .trim();
}

function withoutStars(comment: string): string {
  return comment
    .split('\n')
    .map(line => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}

/**
 * A header comment as Markdown. Its paragraphs and numbered lists stay; indented lines in columns, the symbols of the paper
 * beside our names, become a table.
 */
export function commentToMarkdown(comment: string): string {
  return comment
    .split(/\n\n+/)
    .map(block => {
      const lines = block.split('\n');
      return lines.every(line => line.startsWith('  ')) ? symbolTable(lines) : withPaperLinks(numbered(lines));
    })
    .join('\n\n');
}

/** A list needs a blank line before it, and its items keep their indented continuations. */
function numbered(lines: readonly string[]): string {
  const first = lines.findIndex(line => /^\d+\. /.test(line));
  const text = lines.map(line => prose(line));
  return first > 0 ? `${text.slice(0, first).join('\n')}\n\n${text.slice(first).join('\n')}` : text.join('\n');
}

/** Two columns, told apart by two spaces or more; a line without them goes on with the row before. */
function symbolTable(lines: readonly string[]): string {
  const rows: string[][] = [];
  for (const line of lines) {
    const [left = '', ...rest] = line.trim().split(/ {2,}/);
    const last = rows.at(-1);
    if (rest.length === 0 && last && rows.length > 1) last[1] = `${last[1]} ${left}`;
    else rows.push(rest.length === 0 ? ['', left] : [left, rest.join(' ')]);
  }
  const [head = ['', ''], ...body] = rows.map(row => row.map(prose));
  return table(head, body);
}
