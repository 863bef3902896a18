// `pnpm api`: writes what each package exports, with its types, to `api/` in the folder of the package. `pnpm api --check`
// compares instead, and fails when something differs: no export changes unseen. Needs the packages built.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { fail, root } from './toolchain.mjs';

const { values: flags } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

/** @type {string[]} */
const changed = [];
for (const folder of readdirSync(join(root, 'packages'))) {
  const path = join(root, 'packages', folder);
  /** @type {{ name: string, exports: Record<string, { import?: { types: string } }> }} */
  const { name, exports } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  for (const [entry, target] of Object.entries(exports)) {
    const types = target.import?.types;
    if (!types) continue;
    const file = `${entry === '.' ? 'index' : entry.slice(2)}.api.md`;
    if (hasChanged(path, join(path, types), file)) changed.push(`packages/${folder}/api/${file}, of ${join(name, entry)}`);
  }
}
if (changed.length > 0 && flags.check) {
  fail(
    `api: what packages export must be what their reports say, got changes of\n  ${changed.join('\n  ')}\nRun pnpm api, and commit.`,
  );
}
console.log(changed.length === 0 ? 'api: as the reports say' : `api: written\n  ${changed.join('\n  ')}`);

/**
 * Whether an entry of a package differs from its report.
 * @param {string} projectFolder
 * @param {string} mainEntryPointFilePath declarations, as they were built
 * @param {string} reportFileName
 */
function hasChanged(projectFolder, mainEntryPointFilePath, reportFileName) {
  if (!existsSync(mainEntryPointFilePath)) fail(`api: packages must be built, got no ${mainEntryPointFilePath}. Run pnpm build.`);
  const reportFolder = join(projectFolder, 'node_modules', '.api');
  mkdirSync(reportFolder, { recursive: true });
  const silent = { default: { logLevel: 'none' } };
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(projectFolder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: /** @type {import('@microsoft/api-extractor').IConfigFile} */ ({
      projectFolder,
      mainEntryPointFilePath,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            module: 'nodenext',
            moduleResolution: 'nodenext',
            target: 'es2023',
            lib: ['es2023', 'dom'],
            strict: true,
            skipLibCheck: true,
          },
        },
      },
      apiReport: { enabled: true, reportFileName, reportFolder, reportTempFolder: join(reportFolder, 'temporary') },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: { compilerMessageReporting: silent, extractorMessageReporting: silent, tsdocMessageReporting: silent },
      newlineKind: 'lf',
    }),
  });
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: message => {
      message.handled = true;
    },
  });
  const report = withSortedUnions(readFileSync(join(reportFolder, reportFileName), 'utf8'));
  const committed = join(projectFolder, 'api', reportFileName);
  if (existsSync(committed) && readFileSync(committed, 'utf8') === report) return false;
  if (!flags.check) {
    mkdirSync(join(projectFolder, 'api'), { recursive: true });
    writeFileSync(committed, report);
  }
  return true;
}

/**
 * A report with the words of each union of words in alphabetical order. The compiler writes them in the order in which it
 * met them, which depends on what else was built, and when.
 * @param {string} report
 */
function withSortedUnions(report) {
  return report.replace(/"[^"\n]*"(?: \| "[^"\n]*")+/g, union => union.split(' | ').sort().join(' | '));
}
