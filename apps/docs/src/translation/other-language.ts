import { chineseFolder } from './chinese-folder.ts';

/**
 * Where a page is in the other language. An English page that is not there in Chinese leads to the nearest one that is.
 * @param path of the page in the site's folder @param withoutChinese English pages that have no Chinese one, the API left out
 */
export function otherLanguage(
  path: string,
  withoutChinese: readonly string[],
): { readonly link: string; readonly isSame: boolean } {
  if (path.startsWith(`${chineseFolder}/`)) return { link: linkTo(path.slice(chineseFolder.length + 1)), isSame: true };
  const candidates = [path, path.replace(/[^/]*$/, 'index.md'), path.replace(/\/.*$/, '/index.md'), 'index.md'];
  const isThere = (name: string) => (name.startsWith('api/') ? name === 'api/index.md' : !withoutChinese.includes(name));
  const isReal = (name: string) => name === path || /^(?:(?:course|algorithms|environments|api)\/)?index\.md$/.test(name);
  const found = candidates.find(name => isReal(name) && isThere(name)) ?? 'index.md';
  return { link: linkTo(`${chineseFolder}/${found}`), isSame: found === path };
}

function linkTo(path: string): string {
  return `/${path.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '.html')}`;
}
