import { type DescribedField, flagText } from '@zpin/contracts';
import { code, prose, table } from './markdown.ts';

/** Settings of an algorithm, or options of an environment: a table, on a phone a card for each. */
export function settingsTable(fields: readonly DescribedField[]): string {
  const rows = table(
    ['setting', 'default', 'accepts', 'unit', 'meaning'],
    fields.map(field => [
      code(field.name),
      field.default === undefined ? 'must be given' : code(flagText(field.default)),
      prose(field.accepts),
      prose(field.unit ?? ''),
      prose(field.meaning),
    ]),
  );
  return `<div class="settings">\n\n${rows}\n\n</div>`;
}
