import { type DescribedField, flagText } from '@zpin/contracts';
import { code, prose, table } from './markdown.ts';

/** Settings of an algorithm, or options of an environment. */
export function settingsTable(fields: readonly DescribedField[]): string {
  return table(
    ['setting', 'default', 'accepts', 'unit', 'meaning'],
    fields.map(field => [
      code(field.name),
      field.default === undefined ? 'must be given' : code(flagText(field.default)),
      prose(field.accepts),
      prose(field.unit ?? ''),
      prose(field.meaning),
    ]),
  );
}
