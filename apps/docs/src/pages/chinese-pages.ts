import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chinesePath, localizePage } from '../translation/localize-page.ts';
import { mergePage } from '../translation/merge-page.ts';
import { createTranslator, type Dictionary, type Translator } from '../translation/translate.ts';
import { readChinese } from './content.ts';
import { contentFolder, siteFolder } from './repository.ts';

/** Pages that are English in both languages: what changed is written down once. */
export const englishOnly = ['changelog.md'] as const;

/** Translates what the code of the pages, the schemas and the measurements say. */
export function chineseTranslator(): Translator {
  const file = join(contentFolder, 'zh', 'words.json');
  return createTranslator(JSON.parse(readFileSync(file, 'utf8')) as Dictionary);
}

/** Pages that were written by hand, by their path in the site's folder, with what they include in its place. */
export function writtenPages(): ReadonlyMap<string, string> {
  const names = readdirSync(siteFolder, { recursive: true, encoding: 'utf8' })
    .filter(name => /^(?:index|(?:guide|course|live)\/.*)\.md$/.test(name))
    .sort();
  return new Map(names.map(name => [name, withIncludes(join(siteFolder, name))]));
}

function withIncludes(file: string): string {
  const text = readFileSync(file, 'utf8');
  return text.replaceAll(/<!--@include: (\S+?)-->/g, (_, path: string) => readFileSync(join(dirname(file), path), 'utf8').trim());
}

export interface ChinesePages {
  /** Under the folder of the Chinese pages. */
  readonly files: ReadonlyMap<string, string>;
  /** Why pages, named by their English paths, are not there in Chinese; until they are, links lead to the English ones. */
  readonly problems: ReadonlyMap<string, string>;
}

/**
 * All pages in Chinese.
 * @param english pages that are made from the code @param generate makes one of them in Chinese, by its path; throws when its words are
 * missing or do not fit
 */
export function chinesePages(
  english: ReadonlyMap<string, string>,
  generate: (path: string) => string,
  { t }: Translator,
): ChinesePages {
  const written = writtenPages();
  const sources = new Map([...written, ...english]);
  const [drafts, problems] = [new Map<string, string>(), new Map<string, string>()];
  for (const [path, source] of sources) {
    if (englishOnly.some(name => name === path)) continue;
    try {
      drafts.set(path, written.has(path) ? mergePage(path, source, readChinese(path), t) : generate(path));
    } catch (error) {
      problems.set(path, error instanceof Error ? error.message : String(error));
    }
  }
  const hasChinese = (path: string) => drafts.has(path) || path === 'api/index.md';
  const files = [...drafts].map(([path, draft]): [string, string] => [
    chinesePath(path),
    localizePage(path, sources.get(path) ?? '', draft, hasChinese),
  ]);
  // The reference is English; one page in Chinese says what there is.
  return { files: new Map([...files, [chinesePath('api/index.md'), readChinese('api/index.md')]]), problems };
}
