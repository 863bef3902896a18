/**
 * Lines of at most `width` characters, broken between words only: a word that is longer than a line stands alone in one.
 * @param first what the first line begins with
 * @param next what the others begin with; as the first when omitted
 * @param shown characters of `first` that are seen: colours are none
 */
export function wrapped(text: string, width: number, first = '', next = first, shown = first.length): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const [start, taken] = lines.length === 0 ? [first, shown] : [next, next.length];
    if (line !== '' && taken + shownLength(line) + 1 + shownLength(word) > width) {
      lines.push(start + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push((lines.length === 0 ? first : next) + line);
  return lines;
}

/** Narrowest last column of a table; where there is less room, it stands below the others. */
const NARROWEST = 20;

/**
 * Rows with columns of equal width, indented by two; the last column is broken between words where the line ends.
 * @param width characters of a line; infinite where rows shall stay whole
 */
export function table(rows: readonly (readonly string[])[], width: number): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map(row => shownLength(row[i] ?? '')))) ?? [];
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + 2, 2);
  const isBelow = width - before < Math.min(NARROWEST, widths.at(-1) ?? 0);
  return rows
    .map(row => {
      const cells = row.slice(0, -1).map((cell, i) => cell + ' '.repeat(widths[i] - shownLength(cell)));
      const start = `  ${cells.map(cell => `${cell}  `).join('')}`;
      const last = row.at(-1) ?? '';
      if (last === '') return start.trimEnd();
      const lines = isBelow
        ? [start.trimEnd(), ...wrapped(last, width, '      ')]
        : wrapped(last, width, start, ' '.repeat(before), before);
      return lines.join('\n');
    })
    .join('\n');
}

/** Characters of a text that are seen: colours are none. */
export function shownLength(text: string): number {
  return text.includes('\u001b') ? text.replaceAll(COLOURS, '').length : text.length;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what begins a colour is one
const COLOURS = /\u001b\[\d+m/g;
