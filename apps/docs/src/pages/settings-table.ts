import { type DescribedField, flagText } from '@zpin/contracts';
import { english, type Translate } from '../translation/translate.ts';
import { code, prose, table } from './markdown.ts';

/** Settings of an algorithm, or options of an environment: a table, on a phone a card for each. */
export function settingsTable(fields: readonly DescribedField[], t: Translate = english): string {
  const rows = table(
    ['setting', 'default', 'accepts', 'unit', 'meaning'].map(head => t(head)),
    fields.map(field => [
      code(field.name),
      field.default === undefined ? t('must be given') : code(flagText(field.default)),
      prose(accepts(field.accepts, t)),
      prose(t(field.unit ?? '')),
      prose(t(field.meaning)),
    ]),
  );
  return `<div class="settings">\n\n${rows}\n\n</div>`;
}

/** What a setting accepts: the words of each kind, with the numbers and names that go with them. */
function accepts(text: string, t: Translate): string {
  return text
    .split(' or ')
    .map(part => {
      const [, words = part, rest] =
        /^(an integer in|a number in|one of|a list of integers|a list of numbers|an integer|a number|a schedule such as) (.+)$/.exec(
          part,
        ) ?? [];
      if (rest === undefined) return t(part);
      return t(`${words} {values}`, { values: words === 'one of' ? rest.split(', ').join(t(', ')) : rest });
    })
    .join(t(' or '));
}
