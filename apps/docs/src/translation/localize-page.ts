import { posix } from 'node:path';
import { headingLevel, splitBlocks } from './blocks.ts';
import { chineseFolder } from './chinese-folder.ts';

/** In the place of the site's folder: deep enough for links that leave it. */
const deepFolder = '/the/repository/apps/docs/site';

/** Where a page is in Chinese: `guide/first-run.md` as `zh/guide/first-run.md`. */
export function chinesePath(path: string): string {
  return `${chineseFolder}/${path}`;
}

/**
 * A page made for the folder of the Chinese ones: its headings keep the anchors of the English ones, so that links into a page hold in
 * both languages; links lead to Chinese pages where there are some, and pictures are those of the English page,
 * but for those that are drawn with words in them.
 * @param path of the English page @param hasChinese whether a page, named by its English path, is there in Chinese
 * @throws Error when the headings are not those of the English page
 */
export function localizePage(path: string, english: string, chinese: string, hasChinese: (path: string) => boolean): string {
  const folder = posix.dirname(path);
  const target = (link: string): string => {
    if (/^(?:\w+:|#)/.test(link)) return link;
    if (link.startsWith('/')) return hasChinese(pageOf(link)) ? `/${chineseFolder}${link}` : link;
    const file = posix.join(folder, link);
    // Pictures with words in them are drawn in both languages.
    const home = /^algorithms\/pictures\//.test(file) ? posix.join(deepFolder, chineseFolder) : deepFolder;
    return posix.relative(posix.join(deepFolder, chineseFolder, folder), posix.join(home, file)).replace(/^(?!\.)/, './');
  };
  const text = withAnchors(path, english, chinese);
  // What stands in code stays as it is, and so do formulas, in which brackets may follow each other as in a link.
  return text
    .split(/(^ *```[\s\S]*?^ *```|`[^`\n]*`|^\$\$$[\s\S]*?^\$\$|\$[^$\n]+\$)/m)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part
            .replaceAll(/\]\(([^)\s]+)\)/g, (_, link: string) => `](${target(link)})`)
            .replaceAll(/ (src|srcset|href)="([^"]+)"/g, (_, name: string, link: string) => ` ${name}="${target(link)}"`),
    )
    .join('');
}

/** The page that a link of the site leads to: `/guide/first-run#x` as `guide/first-run.md`. */
export function pageOf(link: string): string {
  const [name = ''] = link.slice(1).split('#');
  return /(?:^|\/)$/.test(name) ? `${name}index.md` : `${name}.md`;
}

/** Headings with the anchors of their English ones. */
function withAnchors(path: string, english: string, chinese: string): string {
  const anchors = anchorsOf(english);
  const blocks = splitBlocks(chinese);
  const count = blocks.filter(block => headingLevel(block) > 0).length;
  if (count !== anchors.length) {
    throw new Error(
      `localizePage: ${path} must have its ${anchors.length} headings in Chinese too, got ${count}. Bring both pages into the same order.`,
    );
  }
  let next = 0;
  return `${blocks.map(block => (headingLevel(block) > 0 ? `${block.text} {#${anchors[next++]}}` : block.text)).join('\n\n')}\n`;
}

/** Anchors of all headings of a page, as VitePress makes them: of equal ones the later ones are numbered. */
export function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return splitBlocks(markdown)
    .filter(block => headingLevel(block) > 0)
    .map(({ text }) => {
      const [, own] = / \{#([^}\s]+)\}$/.exec(text) ?? [];
      if (own) return own;
      const anchor = slug(text.replace(/^#+ /, ''));
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${count}`;
    });
}

/** A heading as an anchor. */
function slug(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replaceAll(/^-|-$/g, '')
    .replace(/^(\d)/, '_$1')
    .toLowerCase();
}
