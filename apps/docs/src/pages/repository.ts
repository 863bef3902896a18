import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the workspace. */
export const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** Where VitePress finds its pages. */
export const siteFolder = join(root, 'apps', 'docs', 'site');

/** Beside the generated pages: what is written by hand for some of them. */
export const contentFolder = join(root, 'apps', 'docs', 'content');

/** Address under which files of the repository can be seen; without it they are named, not linked. */
export const repositoryUrl = process.env.ZPIN_REPOSITORY_URL?.replace(/\/$/, '');

export interface SourceFile {
  /** Path in the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Sources of all packages, tests left out. */
export function packageSources(): SourceFile[] {
  return readdirSync(join(root, 'packages')).flatMap(folder => {
    const source = join(root, 'packages', folder, 'src');
    return readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map(name => {
        const file = join(source, name);
        return { path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8') };
      });
  });
}

/** The path of a file as Markdown, linked where the repository can be seen. */
export function sourceLink(path: string): string {
  return repositoryUrl ? `[\`${path}\`](${repositoryUrl}/${path})` : `\`${path}\``;
}
