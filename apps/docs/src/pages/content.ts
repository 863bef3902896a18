import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mergePage } from '../translation/merge-page.ts';
import type { Translate } from '../translation/translate.ts';
import { type AlgorithmContent, parseContent } from './algorithm-content.ts';
import { type EnvironmentSection, parseEnvironment } from './environment-content.ts';
import { contentFolder } from './repository.ts';

/** What is written by hand about algorithms and environments, in one language. */
export interface Content {
  /** @throws Error when it is not there, or not as it should be */
  algorithm(id: string): AlgorithmContent;
  /** @param name of the source file @throws Error when it is not there, or not as it should be */
  environment(name: string): Readonly<Record<EnvironmentSection, string>>;
}

export const englishContent: Content = {
  algorithm: id => parseContent(id, read(`algorithms/${id}.md`)),
  environment: name => parseEnvironment(name, read(`environments/${name}.md`)),
};

/** Chinese words in the place of the English ones; equations and code are those of the English files. */
export function chineseContent(t: Translate): Content {
  return {
    algorithm(id) {
      const source = read(`algorithms/${id}.md`);
      const { after, code } = parseContent(id, source);
      // What is cited keeps the words of its authors.
      const [written, references] = splitAt(source, '## References\n');
      const merged = mergePage(`algorithms/${id}.md`, written, readChinese(`algorithms/${id}.md`), t);
      const [, adds = ''] = /^---\nadds: (.*)\n---\n/.exec(merged) ?? [];
      const body = merged.replace(/^---\n[\s\S]*?\n---\n/, '');
      return parseContent(
        `zh/${id}`,
        `---\nafter: ${after ?? 'none'}\nadds: ${adds}\ncode: ${code.join(' ')}\n---\n${body}\n${references}`,
      );
    },
    environment(name) {
      const path = `environments/${name}.md`;
      return parseEnvironment(`zh/${name}`, mergePage(path, read(path), readChinese(path), t));
    },
  };
}

function splitAt(text: string, mark: string): [before: string, from: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
}

/** File of the Chinese words of a page or a part of one, by the path of the English one. */
export function chineseFile(path: string): string {
  return join(contentFolder, 'zh', path);
}

/** @throws Error when there are none */
export function readChinese(path: string): string {
  if (!existsSync(chineseFile(path))) throw new Error(`readChinese: content/zh/${path} must be there, got none. Write it.`);
  return readFileSync(chineseFile(path), 'utf8');
}

function read(path: string): string {
  const file = join(contentFolder, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
