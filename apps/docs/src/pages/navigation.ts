import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { siteFolder } from './repository.ts';

export interface SidebarGroup {
  readonly text: string;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}

/** What was generated, as the site's configuration needs it. */
export interface Navigation {
  /** Paths in the site's folder. */
  readonly files: readonly string[];
  readonly algorithmGroups: readonly SidebarGroup[];
  readonly environmentGroups: readonly SidebarGroup[];
  /** Of a generated page, the file of the repository that holds its words, by the path in the site's folder. */
  readonly words: Readonly<Record<string, string>>;
}

export const navigationFile = join(siteFolder, '.pages.json');

/** Empty before the pages were made for the first time. */
export function readNavigation(): Navigation {
  if (!existsSync(navigationFile)) return { files: [], algorithmGroups: [], environmentGroups: [], words: {} };
  return JSON.parse(readFileSync(navigationFile, 'utf8'));
}
