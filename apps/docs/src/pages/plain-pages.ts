import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chineseFolder } from '../translation/chinese-folder.ts';
import { english, type Translate } from '../translation/translate.ts';

/** A page as programs read it. */
export interface PlainPage {
  /** Its path on the site: `guide/first-run.md`. */
  readonly path: string;
  readonly title: string;
  readonly text: string;
}

/** Sections of the site in `llms.txt`, by the folder of their pages. */
const sections: Readonly<Record<string, string>> = {
  guide: 'Guide',
  course: 'Course',
  algorithms: 'Algorithms',
  environments: 'Environments',
  live: 'Agents that learn in the page',
  api: 'API',
};

/**
 * A page without what only a browser can show: the head of the file, the pictures of dark pages, films and live agents; links lead to
 * pages like itself.
 */
export function plainPage(path: string, source: string, t: Translate = english): PlainPage {
  const text = source
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    // What stands in code stays as it is.
    .split(/(^```[\s\S]*?^```)/m)
    .map((part, i) => (i % 2 === 1 ? part : plainWords(part, t)))
    .join('')
    .trim();
  return { path, title: /^# (.*?)(?: \{#[^}]*\})?$/m.exec(text)?.[1] ?? path, text: `${text}\n` };
}

function plainWords(text: string, t: Translate): string {
  return text
    .replaceAll(/<Live\w+[^>]*\/>|<HomeAgent \/>/g, t('*(An agent learns here, in the page.)*'))
    .replaceAll(/ ?!\[[^\]]*\]\([^)]*\)\{\.only-dark[^}]*\}/g, '')
    .replaceAll(/(!\[[^\]]*\]\([^)]*\))\{[^}]*\}/g, '$1')
    .replaceAll(/<picture>.*?alt="([^"]*)".*?<\/picture>/g, '$1')
    .replaceAll(/^ *<\/?(?:div|figure|figcaption|details|summary)[^>]*>(?:.*<\/summary>)?(?:<\/figure>)? *$/gm, '')
    .replaceAll(/<\/?(?:figure|figcaption)>/g, '')
    .replaceAll(/\]\((\/[^)#\s]*)(#[^)\s]*)?\)/g, (_, target: string, anchor = '') => `](${markdownPath(target)}${anchor})`)
    .replaceAll(/\n{3,}/g, '\n\n');
}

/** `/guide/first-run` as the file that programs read. */
function markdownPath(target: string): string {
  if (/\.\w+$/.test(target)) return target;
  return target.endsWith('/') ? `${target}index.md` : `${target}.md`;
}

/** The page that tells programs where all others of a language are. @param base path of these pages, with slashes at both ends */
export function llmsText(
  title: string,
  description: string,
  pages: readonly PlainPage[],
  base: string,
  t: Translate = english,
): string {
  const parts = Object.entries(sections).map(([folder, heading]) => {
    const own = pages.filter(({ path }) => path.startsWith(`${folder}/`));
    const lines = own.map(({ path, title: name }) => `- [${name}](${base}${path})`);
    return lines.length === 0 ? '' : `## ${t(heading)}\n\n${lines.join('\n')}\n`;
  });
  const about = t('Every page is there as Markdown, under its address with `.md` behind it.');
  return [`# ${title}\n`, `> ${description}\n`, `${about}\n`, ...parts.filter(part => part !== '')].join('\n');
}

/** Writes `llms.txt`, one for each language, and each page as Markdown beside itself, into the built site. */
export function writePlainPages(options: {
  readonly title: string;
  readonly description: string;
  /** Paths of the sources of all pages. */
  readonly pages: readonly string[];
  readonly sources: string;
  readonly output: string;
  readonly base: string;
  /** Gives words in Chinese. */
  readonly chinese: Translate;
}): void {
  const { title, description, sources, output, base, chinese } = options;
  const folder = `${chineseFolder}/`;
  const languageOf = (path: string) => (path.startsWith(folder) ? chinese : english);
  const pages = options.pages.map(path => plainPage(path, readFileSync(join(sources, path), 'utf8'), languageOf(path)));
  for (const { path, text } of pages) {
    mkdirSync(dirname(join(output, path)), { recursive: true });
    writeFileSync(join(output, path), text);
  }
  writeFileSync(join(output, 'llms.txt'), llmsText(title, description, pages, base));
  const own = pages
    .filter(({ path }) => path.startsWith(folder))
    .map(page => ({ ...page, path: page.path.slice(folder.length) }));
  const text = llmsText(title, chinese(description), own, `${base}${folder}`, chinese);
  writeFileSync(join(output, chineseFolder, 'llms.txt'), text);
}
