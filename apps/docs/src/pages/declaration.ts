/**
 * A declaration on the first floor of a source file, with the comment above it: from its line to the line that closes it.
 * @throws Error when there is none of this name
 */
export function declaration(source: string, name: string): string {
  const lines = source.split('\n');
  const isStart = new RegExp(`^(?:export )?(?:async )?(?:function|const|class) ${name}\\b`);
  const start = lines.findIndex(line => isStart.test(line));
  if (start < 0) throw new Error(`declaration: the file must declare ${name}, got no such line. Correct the name in the page.`);
  const length = lines.slice(start).findIndex(line => /^(?:[})\]]+;?|\S.*;)$/.test(line));
  let first = start;
  if (lines[start - 1]?.trim().endsWith('*/')) {
    first--;
    while (!lines[first]?.startsWith('/**')) first--;
  }
  return lines.slice(first, start + length + 1).join('\n');
}
