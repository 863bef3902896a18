/** Gives a text in the language of a page. Names in braces are filled in: `t('{n} seeds', { n: 3 })`. */
export type Translate = (text: string, values?: Readonly<Record<string, string | number>>) => string;

/** A text with its names in braces filled in; those without a value stay as they are. */
export function fill(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The language that the code is written in. */
export const english: Translate = (text, values) => fill(text, values);

/** Words of another language by the English ones, in groups of any name. */
export type Dictionary = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Looks texts up in a dictionary, and notes what it has not, and what of it was asked for. */
export interface Translator {
  readonly t: Translate;
  /** For texts among which are names, of environments, settings or symbols: one that has no two words stays as it is when the dictionary has it not. */
  readonly words: Translate;
  /** English texts that the dictionary has not; they came out in English. */
  readonly missing: ReadonlySet<string>;
  /** English texts of the dictionary that were asked for. */
  readonly used: ReadonlySet<string>;
}

/** Breaks of lines do not count: what stands in a comment is found however it is wrapped. */
export function createTranslator(dictionary: Dictionary): Translator {
  const known = new Map(Object.values(dictionary).flatMap(group => Object.entries(group)));
  const [missing, used] = [new Set<string>(), new Set<string>()];
  const translatorOf =
    (needsWords: RegExp): Translate =>
    (text, values) => {
      const key = text.replaceAll(/\s+/g, ' ');
      const found = known.get(key);
      if (found !== undefined) used.add(key);
      else if (needsWords.test(key)) missing.add(key);
      return fill(found ?? text, values);
    };
  return { t: translatorOf(/[a-z]{2}/i), words: translatorOf(/[a-z]{2}.*[^a-z].*[a-z]{2}/i), missing, used };
}
