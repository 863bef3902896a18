/**
 * Lines of at most `width` characters, broken between words only: a word that is longer than a line stands alone in one.
 * @param first what the first line begins with
 * @param next what the others begin with; as the first when omitted
 */
export function wrapped(text: string, width: number, first = '', next = first): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const start = lines.length === 0 ? first : next;
    if (line !== '' && start.length + line.length + 1 + word.length > width) {
      lines.push(start + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push((lines.length === 0 ? first : next) + line);
  return lines;
}
