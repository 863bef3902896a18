// Writes the API reference, from the comments in the sources, to site/api: one page per import path of every package.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter, DeclarationReflection, ReflectionKind } from 'typedoc';

const docs = fileURLToPath(new URL('..', import.meta.url));
const root = join(docs, '..', '..');

/**
 * Where each import path of a package begins, by source file.
 * @type {Map<string, string>}
 */
const entries = new Map();
for (const folder of readdirSync(join(root, 'packages'))) {
  const manifestFile = join(root, 'packages', folder, 'package.json');
  /** @type {{ name: string, exports: Record<string, string | Record<string, string>> }} */
  const { name, exports } = JSON.parse(readFileSync(manifestFile, 'utf8'));
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
// Modules are called as they are imported, not after their files.
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, context => {
  for (const reflection of context.project.getReflectionsByKind(ReflectionKind.Module)) {
    const file = context.project.getSymbolIdFromReflection(reflection)?.fileName ?? '';
    reflection.name = entries.get(file) ?? reflection.name;
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
