/**
 * Words of a text as the search of the site finds them: of Chinese, which has no spaces, every two neighbouring characters, so that any
 * word of two or more characters is found wherever it stands; and the last one of each stretch, so that a single character is found too.
 * Sent to the reader's browser as text: nothing outside of it may be used.
 */
export function indexTerms(text: string): string[] {
  return text.split(/[\n\r\p{Z}\p{P}]+/u).flatMap(word =>
    (word.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? []).flatMap(part => {
      if (!/\p{Script=Han}/u.test(part)) return [part];
      const characters = [...part];
      return characters.map((character, i) => character + (characters[i + 1] ?? ''));
    }),
  );
}

/** What is asked for, as `indexTerms` has cut it: of a stretch of Chinese its pairs alone, or its only character. */
export function queryTerms(text: string): string[] {
  return text.split(/[\n\r\p{Z}\p{P}]+/u).flatMap(word =>
    (word.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu) ?? []).flatMap(part => {
      const characters = [...part];
      if (!/\p{Script=Han}/u.test(part) || characters.length === 1) return [part];
      return characters.slice(1).map((character, i) => (characters[i] ?? '') + character);
    }),
  );
}
