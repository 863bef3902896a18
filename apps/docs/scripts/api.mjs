// Writes the API reference, from the comments in the sources, to site/api: a page for every import path of every package; for one that exports
// much, a page for each folder and file of its sources.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter, DeclarationReflection, ReflectionKind } from 'typedoc';

const docs = fileURLToPath(new URL('..', import.meta.url));
const root = join(docs, '..', '..');

/**
 * Where each import path of a package begins, by source file.
 * @type {Map<string, string>}
 */
const entries = new Map();
/** What a package is for. @type {Map<string, string>} */
const purposes = new Map();
for (const folder of readdirSync(join(root, 'packages'))) {
  const manifestFile = join(root, 'packages', folder, 'package.json');
  /** @type {{ name: string, description: string, exports: Record<string, string | Record<string, string>> }} */
  const { name, description, exports } = JSON.parse(readFileSync(manifestFile, 'utf8'));
  purposes.set(name, description);
  for (const [path, conditions] of Object.entries(exports)) {
    const source = typeof conditions === 'object' ? conditions['@zpin/source'] : undefined;
    if (source) entries.set(join(dirname(manifestFile), source), join(name, path));
  }
}

const app = await Application.bootstrapWithPlugins({
  entryPoints: [...entries.keys()].filter(file => existsSync(file)),
  plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
  tsconfig: join(docs, 'tsconfig.api.json'),
  out: join(docs, 'site', 'api'),
  // @ts-expect-error: options of the two plugins
  docsRoot: join(docs, 'site'),
  readme: 'none',
  name: 'API',
  excludePrivate: true,
  excludeInternal: true,
  // zod, which core hands on.
  excludeExternals: true,
  disableSources: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  skipErrorChecking: true,
  logLevel: 'Error',
  router: 'module',
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  useCodeBlocks: true,
  sanitizeComments: true,
});
/** Exports of an import path from which on they are spread over several pages. */
const MANY = 12;

/**
 * Puts what a module exports into modules of its own: one for each folder of the sources, and for each file outside of them.
 * @param {import('typedoc').ProjectReflection} project
 * @param {DeclarationReflection} module
 * @param {string} folder of the sources
 */
function spread(project, module, folder) {
  /** @type {Map<string, DeclarationReflection>} */
  const parts = new Map();
  for (const child of [...(module.children ?? [])]) {
    const file = project.getSymbolIdFromReflection(child)?.fileName ?? '';
    const path = relative(folder, file);
    if (file === '' || path.startsWith('..')) continue;
    const name = (path.split(sep)[0] ?? '').replace(/\.ts$/, '');
    let part = parts.get(name);
    if (!part) {
      part = new DeclarationReflection(name, ReflectionKind.Module, module);
      project.registerReflection(part, undefined, undefined);
      parts.set(name, part);
    }
    module.removeChild(child);
    child.parent = part;
    part.addChild(child);
  }
  for (const part of parts.values()) module.addChild(part);
}

// Modules are called as they are imported, not after their files.
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, context => {
  for (const reflection of context.project.getReflectionsByKind(ReflectionKind.Module)) {
    const file = context.project.getSymbolIdFromReflection(reflection)?.fileName ?? '';
    reflection.name = entries.get(file) ?? reflection.name;
    const isLarge = reflection instanceof DeclarationReflection && (reflection.children?.length ?? 0) > MANY;
    if (isLarge && entries.has(file)) spread(context.project, reflection, dirname(file));
  }
  // What a class has from its base is told there.
  for (const reflection of context.project.getReflectionsByKind(ReflectionKind.All)) {
    if (reflection instanceof DeclarationReflection && reflection.inheritedFrom) context.project.removeReflection(reflection);
  }
});
const project = await app.convert();
if (!project) throw new Error('api: the sources must be readable, got errors. Correct those above.');
await app.generateOutputs(project);
if (app.logger.hasErrors()) throw new Error('api: the reference must be written, got errors. Correct those above.');

// The list of all import paths says what each package is for.
const api = join(docs, 'site', 'api');
const index = join(api, 'index.md');
const listed = readFileSync(index, 'utf8').replaceAll(/^- \[(.+)\]\(.+\)$/gm, (line, name) => {
  const purpose = purposes.get(name);
  return purpose ? `${line}: ${purpose}` : line;
});
const began =
  'Every import path of every package, with what it exports. The types link to each other; what a class has from its base is told there.';
writeFileSync(index, listed.replace('## Modules', `${began}\n\n## Modules`));

/**
 * The headings of a page with their anchors, as VitePress makes them: the second of equal ones ends in -1.
 * @param {string} file
 */
function headingsOf(file) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  return [...readFileSync(file, 'utf8').matchAll(/^(#+) (.*)$/gm)].map(([, { length: level } = '', text = '']) => {
    const anchor = text
      .toLowerCase()
      .replaceAll(/[\W_]+/g, '-')
      .replaceAll(/^-|-$/g, '');
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return { level, text, anchor: count === 0 ? anchor : `${anchor}-${count}` };
  });
}

// Where a type was moved to a page of its own, links count a heading that is not there: #envstate-1 in place of #envstate.
const files = readdirSync(api, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.md'));
const headings = new Map(files.map(name => [join(api, name), headingsOf(join(api, name))]));
const anchors = new Map([...headings].map(([file, found]) => [file, new Set(found.map(({ anchor }) => anchor))]));
for (const file of anchors.keys()) {
  const text = readFileSync(file, 'utf8');
  const mended = text.replaceAll(/\]\(([^()#\s]*)#([\w-]+)-1\)/g, (link, path, anchor) => {
    const found = anchors.get(path === '' ? file : join(dirname(file), path));
    return found?.has(anchor) && !found.has(`${anchor}-1`) ? `](${path}#${anchor})` : link;
  });
  if (mended !== text) writeFileSync(file, mended);
}

// A page that only leads to others says what its package is for, and what each of them has.
for (const [name, purpose] of purposes) {
  const file = join(api, name, 'index.md');
  if (!anchors.has(file)) continue;
  const parts = readFileSync(file, 'utf8').replaceAll(/^- \[(.+)\]\((.+)\)$/gm, (line, _, path) => {
    const members = headings.get(join(dirname(file), path))?.filter(({ level }) => level === 3) ?? [];
    const links = members.map(({ text, anchor }) => `[\`${text.replaceAll(/[\\()]/g, '')}\`](${path}#${anchor})`);
    return `${line}: ${links.join(', ')}`;
  });
  writeFileSync(file, parts.replace('## Modules', `${purpose}\n\n## Modules`));
}
