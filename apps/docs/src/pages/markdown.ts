/**
 * Prose from a comment or a schema as Markdown: nothing in it is taken for HTML, a template or a formula; code spans stay as they
 * are.
 */
export function prose(text: string): string {
  return text
    .split(/(`[^`\n]*`)/)
    .map((part, i) => (i % 2 === 1 ? part : escapeProse(part)))
    .join('');
}

function escapeProse(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('{{', '&#123;&#123;').replaceAll(/[*$]/g, '\\$&');
}

/** A Markdown table; cells may hold Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A value as code in a table. */
export function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

/** Text with arXiv identifiers and DOIs as links. */
export function withPaperLinks(text: string): string {
  return text
    .replaceAll(/arXiv:(\d{4}\.\d{4,5})/g, '[arXiv:$1](https://arxiv.org/abs/$1)')
    .replaceAll(/doi:(10\.[^\s,;)]+[^\s,;).])/g, '[doi:$1](https://doi.org/$1)');
}

/** Parts of a page with a blank line between them; empty parts are left out. */
export function page(parts: readonly (string | null | undefined | false)[]): string {
  return `${parts.filter(part => part).join('\n\n')}\n`;
}

/** Parts of a paragraph of prose, one behind the other. */
export function paragraph(...parts: readonly string[]): string {
  return parts.join(' ');
}
