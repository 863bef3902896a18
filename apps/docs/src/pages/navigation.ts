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
}

export const navigationFile = join(siteFolder, '.pages.json');

/** Empty before the pages were made for the first time. */
export function readNavigation(): Navigation {
  if (!existsSync(navigationFile)) return { files: [], algorithmGroups: [], environmentGroups: [] };
  return JSON.parse(readFileSync(navigationFile, 'utf8'));
}
