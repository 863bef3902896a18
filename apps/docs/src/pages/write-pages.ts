import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AtariEnv } from '@zpin/atari';
import '@zpin/atari/register';
import { presetOf } from '@zpin/core';
import { type EnvEntry, listEnvs, loadEnv, makeEnv } from '@zpin/envs';
import { algorithmIds, loadAlgorithm } from 'zpin/catalog';
import { algorithmFigures } from '../figures/algorithm-figures.ts';
import { drawBars } from '../figures/bars.ts';
import { drawFigure } from '../figures/draw.ts';
import { themes } from '../figures/figure.ts';
import { encodeNetwork } from '../live/plain-policy.ts';
import { type AlgorithmContent, parseContent } from './algorithm-content.ts';
import { type AlgorithmFacts, sourceOf } from './algorithm-facts.ts';
import { algorithmIndex, algorithmPage, type FamilyMember, familyPage, figureFile } from './algorithm-page.ts';
import { changelogPage, releaseNotes, unreleasedChanges } from './changelog-page.ts';
import { darkSvg } from './dark-svg.ts';
import { declaration } from './declaration.ts';
import { parseEnvironment } from './environment-content.ts';
import { type EnvironmentGroup, environmentIndex, environmentPage } from './environment-page.ts';
import { filmedPolicies, isFilmed } from './film-files.ts';
import { homePolicy, homePolicyFile } from './home-policy.ts';
import { curveFile, curvePicture, experimentFile, experimentPicture, measuredCurves } from './learning-pictures.ts';
import { livePages } from './live-pages.ts';
import { metricFile, metricPicture, shownMetrics, type UpdateMetrics, updateMetrics } from './metric-pictures.ts';
import { type Navigation, navigationFile, readNavigation, type SidebarGroup } from './navigation.ts';
import { algorithmPath, environmentFile, environmentPath } from './paths.ts';
import { environmentSpeeds, peerResults } from './peer-results.ts';
import { contentFolder, packageSources, root, type SourceFile, siteFolder } from './repository.ts';
import {
  type ExperimentResult,
  experimentResults,
  learningResults,
  offlineResults,
  publishedResults,
  resultsFolder,
} from './results.ts';
import { classComment } from './source-comment.ts';
import { speedChart } from './speed-chart.ts';

/** The pages made from the code, by their path in the site's folder, and how they are found. */
export interface GeneratedPages {
  readonly files: ReadonlyMap<string, string>;
  readonly algorithmGroups: readonly SidebarGroup[];
  readonly environmentGroups: readonly SidebarGroup[];
  /** Of each page of an algorithm or an environment, the file of the repository that holds its words. */
  readonly words: Readonly<Record<string, string>>;
}

/** Headings of algorithms, by folder of their source; others come under the name of their folder. */
const algorithmHeadings: Readonly<Record<string, string>> = {
  'packages/value-based/src/tabular': 'Tables',
  'packages/value-based/src': 'Action values',
  'packages/onpolicy/src': 'Policy gradients',
  'packages/offpolicy/src': 'Actor-critics with replay',
  'packages/hrl/src': 'Hierarchies',
  'packages/offline/src': 'Fixed data',
};

/** Headings of environments, by folder of their source in `packages/envs/src`. */
const environmentHeadings: Readonly<Record<string, string>> = {
  classic: 'Classic control',
  tabular: 'Tabular worlds',
  box2d: 'Box2D',
  minatar: '10 × 10 games',
  goal: 'Goals',
  mujoco: 'MuJoCo',
  'mujoco/fetch': 'Robot arm',
  'packages/atari/src': 'Atari',
};

/** Makes the pages of all algorithms and environments, from the registries of `zpin` and of `@zpin/envs`, Atari games included. */
export async function generatePages(): Promise<GeneratedPages> {
  const sources = packageSources();
  const specs = listEnvs().map(({ spec }) => spec);
  const facts: AlgorithmFacts[] = [];
  for (const id of algorithmIds) facts.push({ algorithm: await loadAlgorithm(id), source: sourceOf(id, sources) });
  const envs: { entry: EnvEntry; source: SourceFile; description: string }[] = [];
  for (const entry of listEnvs()) envs.push({ entry, ...(await describeEnv(entry, sources)) });

  const drawn = new Set(
    specs.map(({ id }) => id).filter(id => existsSync(join(root, 'packages', 'envs', 'pictures', `${environmentFile(id)}.png`))),
  );

  const [measured, live] = [learningResults(), livePages()];
  const [peers, speeds] = [peerResults(), environmentSpeeds()];
  const thresholds = new Map(envs.map(({ entry: { spec } }) => [spec.id, spec.rewardThreshold]));
  const files = new Map(algorithmFiles(facts, sources, env => thresholds.get(env) ?? null));
  for (const { entry, source, description } of envs) {
    const { id } = entry.spec;
    const presets = facts.flatMap(({ algorithm }) =>
      [presetOf(algorithm, id)]
        .filter(preset => preset !== undefined)
        .map(({ totalSteps }) => ({
          id: algorithm.id,
          title: algorithm.title,
          totalSteps,
          isOffline: algorithm.learnsFrom === 'dataset',
        })),
    );
    const name = basename(source.path, '.ts');
    files.set(
      `environments/${environmentFile(id)}.md`,
      environmentPage({
        ...{ entry, description, presets },
        source: source.path,
        hasPicture: drawn.has(id),
        filmed: isFilmed(id) ? filmedPolicies().find(({ env }) => env === id) : undefined,
        results: measured.filter(({ env }) => env === id),
        content: parseEnvironment(name, readContent(`environments/${name}.md`)),
        peer: peers.get(id),
        speed: speeds.get(id),
        live: live.filter(({ environments }) => environments.includes(id)),
      }),
    );
  }

  const algorithmGroups = grouped(facts, ({ source }) => dirname(source.path), algorithmHeadings);
  const environmentGroups = grouped(
    envs,
    ({ source }) => dirname(source.path).replace('packages/envs/src/', ''),
    environmentHeadings,
  );
  files.set('algorithms/index.md', algorithmIndex(algorithmGroups.map(({ text, members }) => ({ text, facts: members }))));
  files.set('algorithms/family.md', familyPage(facts.map(familyMember)));
  const listed: EnvironmentGroup[] = environmentGroups.map(({ text, members }) => ({
    text,
    entries: members.map(({ entry }) => entry),
  }));
  files.set('environments/index.md', environmentIndex(listed, drawn));
  files.set('changelog.md', changelogPage(unreleasedChanges(), releaseNotes()));
  for (const theme of themes) files.set(`algorithms/pictures/speed.${theme}.svg`, drawBars(speedChart(), theme));
  for (const name of ['cliff-paths', 'episode-weights']) {
    const svg = readFileSync(join(resultsFolder, 'experiments', `${name}.svg`), 'utf8');
    files.set(`algorithms/pictures/${name}.light.svg`, svg);
    files.set(`algorithms/pictures/${name}.dark.svg`, darkSvg(name, svg));
  }
  const words = Object.fromEntries([
    ...facts.map(({ algorithm: { id } }) => [`algorithms/${id}.md`, `apps/docs/content/algorithms/${id}.md`] as const),
    ...envs.map(({ entry, source }) => {
      const written = `apps/docs/content/environments/${basename(source.path, '.ts')}.md`;
      return [`environments/${environmentFile(entry.spec.id)}.md`, written] as const;
    }),
  ]);
  return {
    files,
    words,
    algorithmGroups: algorithmGroups.map(({ text, members }) => ({
      text,
      items: members.map(({ algorithm: { id } }) => ({ text: id, link: algorithmPath(id) })),
    })),
    environmentGroups: listed.map(({ text, entries }) => ({
      text,
      items: entries.map(({ spec: { id } }) => ({ text: id, link: environmentPath(id) })),
    })),
  };
}

/** Pages and pictures of the algorithms, by their path in the site's folder. */
function* algorithmFiles(
  facts: readonly AlgorithmFacts[],
  sources: readonly SourceFile[],
  threshold: (env: string) => number | null,
): Generator<[path: string, text: string]> {
  const [results, offline, published] = [learningResults(), offlineResults(), publishedResults()];
  const [experiments, curves, live] = [experimentResults(), measuredCurves(), livePages()];
  for (const experiment of experiments) yield* experimentFiles(experiment);
  for (const fact of facts) {
    const { id } = fact.algorithm;
    const content = readAlgorithm(id);
    const figure = algorithmFigures[id];
    if (!figure) throw new Error(`generatePages: ${id} must have a picture, got none. Add one to src/figures.`);
    const metrics = updateMetrics(id);
    const own = curves.filter(({ algo }) => algo === id);
    const text = algorithmPage({
      ...{ ...fact, content, figure, metrics, results, offline, published, threshold },
      code: content.code.map(name => shownCode(name, fact.source, sources)),
      curves: own.map(({ env, runs }) => ({ env, seeds: runs.length })),
      pictures: experiments.filter(({ algorithms }) => algorithms.includes(id)),
      live: live.filter(({ algorithms }) => algorithms.includes(id)),
    });
    yield [`algorithms/${id}.md`, text];
    for (const theme of themes) {
      yield [`algorithms/pictures/${figureFile(id, theme)}`, drawFigure(figure, theme)];
      for (const name of metrics ? shownMetrics(metrics) : []) {
        yield [`algorithms/pictures/${metricFile(id, name, theme)}`, metricPicture(metrics as UpdateMetrics, name, theme)];
      }
      for (const curve of own) yield [`algorithms/pictures/${curveFile(curve, theme)}`, curvePicture(curve, theme)];
    }
  }
}

function* experimentFiles(experiment: ExperimentResult): Generator<[path: string, text: string]> {
  for (const panel of experiment.panels.keys()) {
    for (const theme of themes) {
      yield [`algorithms/pictures/${experimentFile(experiment, panel, theme)}`, experimentPicture(experiment, panel, theme)];
    }
  }
}

function familyMember({ algorithm: { id, title } }: AlgorithmFacts): FamilyMember {
  const { after, adds } = readAlgorithm(id);
  return { id, title, after, adds };
}

function readAlgorithm(id: string): AlgorithmContent {
  return parseContent(id, readContent(`algorithms/${id}.md`));
}

/** A declaration of the algorithm's own file, or of another as `core/src/x.ts:name`. */
function shownCode(written: string, own: SourceFile, sources: readonly SourceFile[]): { path: string; text: string } {
  const [name = '', file] = written.split(':').reverse();
  const source = file === undefined ? own : sources.find(({ path }) => path === `packages/${file}`);
  if (!source)
    throw new Error(`generatePages: code must be of a file in packages, got ${written}. Write it as core/src/x.ts:name.`);
  return { path: source.path, text: declaration(source.text, name) };
}

/** Writes what the first page plays to where the site serves it. */
export async function writeHomePolicy(): Promise<void> {
  const file = join(siteFolder, 'public', homePolicyFile);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, encodeNetwork(await homePolicy()));
}

/** Writes pages into the site; those of things that are gone are deleted. What the site's navigation needs lies beside them. */
export function writePages({ files, algorithmGroups, environmentGroups, words }: GeneratedPages): void {
  for (const path of readNavigation().files) if (!files.has(path)) rmSync(join(siteFolder, path), { force: true });
  for (const [path, text] of files) {
    const file = join(siteFolder, path);
    mkdirSync(dirname(file), { recursive: true });
    // Pages that did not change keep their time, so that nothing is made of them anew.
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  }
  const navigation: Navigation = { files: [...files.keys()], algorithmGroups, environmentGroups, words };
  writeFileSync(navigationFile, JSON.stringify(navigation));
}

/** The file of its class, which says in a comment what the rules are. */
async function describeEnv({ spec: { id } }: EnvEntry, sources: readonly SourceFile[]) {
  const name = await classOf(id);
  const source = sources.find(
    ({ path, text }) => /^packages\/(envs|atari)\//.test(path) && text.includes(`export class ${name} `),
  );
  if (!source) throw new Error(`generatePages: the class of ${id} must be exported by a file of its package, got ${name}.`);
  return { source, description: classComment(source.text, name) };
}

/** Name of the class of an environment. Most Atari games cannot be made without their cartridge. */
async function classOf(id: string): Promise<string> {
  if (id.startsWith('Atari/')) return AtariEnv.name.replace(/^_/, '');
  await loadEnv(id);
  const env = makeEnv(id);
  env.close?.();
  // A bundler may have put an underscore before the name.
  return env.constructor.name.replace(/^_/, '');
}

function readContent(path: string): string {
  const file = join(contentFolder, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Members under headings, in the order of the headings. */
function grouped<Member>(
  members: readonly Member[],
  keyOf: (member: Member) => string,
  headings: Readonly<Record<string, string>>,
) {
  const keys = [...new Set([...Object.keys(headings), ...members.map(keyOf)])];
  return keys
    .map(key => ({
      text: headings[key] ?? key.split('/').at(-2) ?? key,
      members: members.filter(member => keyOf(member) === key),
    }))
    .filter(group => group.members.length > 0);
}
