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
import { type Figure, themes } from '../figures/figure.ts';
import { encodeNetwork } from '../live/plain-policy.ts';
import { english, type Translate, type Translator } from '../translation/translate.ts';
import { type AlgorithmFacts, sourceOf } from './algorithm-facts.ts';
import { algorithmIndex, type FamilyMember, familyPage } from './algorithm-lists.ts';
import { algorithmPage, figureFile } from './algorithm-page.ts';
import { changelogPage, releaseNotes, unreleasedChanges } from './changelog-page.ts';
import { chinesePages, chineseTranslator } from './chinese-pages.ts';
import { type Content, chineseContent, chineseFile, englishContent } from './content.ts';
import { darkSvg } from './dark-svg.ts';
import { declaration } from './declaration.ts';
import { environmentIndex, environmentPage } from './environment-page.ts';
import { filmedPolicies, isFilmed } from './film-files.ts';
import { homePolicy, homePolicyFile } from './home-policy.ts';
import { curveFile, curvePicture, experimentFile, experimentPicture, measuredCurves } from './learning-pictures.ts';
import { livePages } from './live-pages.ts';
import { metricFile, metricPicture, shownMetrics, type UpdateMetrics, updateMetrics } from './metric-pictures.ts';
import { type Navigation, navigationFile, readNavigation, type SidebarGroup } from './navigation.ts';
import { algorithmPath, environmentFile, environmentPath } from './paths.ts';
import { environmentSpeeds, peerResults } from './peer-results.ts';
import { packageSources, root, type SourceFile, siteFolder } from './repository.ts';
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
  /** Why pages, named by their English paths, are not there in Chinese. */
  readonly untranslated: ReadonlyMap<string, string>;
  /** What was asked of the words of the Chinese pages. */
  readonly translator: Translator;
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

/** What pages are made of, in any language. */
interface Material {
  readonly facts: readonly AlgorithmFacts[];
  readonly envs: readonly { readonly entry: EnvEntry; readonly source: SourceFile; readonly description: string }[];
  readonly sources: readonly SourceFile[];
  /** Ids of the environments that `pnpm pictures` has drawn. */
  readonly drawn: ReadonlySet<string>;
}

async function gatherMaterial(): Promise<Material> {
  const sources = packageSources();
  const facts: AlgorithmFacts[] = [];
  for (const id of algorithmIds) facts.push({ algorithm: await loadAlgorithm(id), source: sourceOf(id, sources) });
  const envs: { entry: EnvEntry; source: SourceFile; description: string }[] = [];
  for (const entry of listEnvs()) envs.push({ entry, ...(await describeEnv(entry, sources)) });
  const pictureOf = (id: string) => join(root, 'packages', 'envs', 'pictures', `${environmentFile(id)}.png`);
  const drawn = new Set(envs.map(({ entry }) => entry.spec.id).filter(id => existsSync(pictureOf(id))));
  return { facts, envs, sources, drawn };
}

/**
 * Makes the pages of all algorithms and environments, from the registries of `zpin` and of `@zpin/envs`, Atari games included; and all
 * pages in Chinese.
 */
export async function generatePages(): Promise<GeneratedPages> {
  const material = await gatherMaterial();
  const { facts, envs } = material;
  const pages = new Map([...textPages(material, englishContent)].map(([path, make]) => [path, make()]));
  const translator = chineseTranslator();
  const inChinese = textPages(material, chineseContent(translator.t), translator.t);
  const chinese = chinesePages(pages, path => inChinese.get(path)?.() ?? '', translator);
  const files = new Map([...pages, ...pictureFiles(facts), ...chinese.files]);
  files.set('changelog.md', changelogPage(unreleasedChanges(), releaseNotes()));

  const words = Object.fromEntries([
    ...facts.map(({ algorithm: { id } }) => [`algorithms/${id}.md`, `algorithms/${id}.md`] as const),
    ...envs.map(({ entry, source }) => {
      const written = `environments/${basename(source.path, '.ts')}.md`;
      return [`environments/${environmentFile(entry.spec.id)}.md`, written] as const;
    }),
  ]);
  const englishWords = Object.entries(words).map(([path, file]) => [path, `apps/docs/content/${file}`] as const);
  const chineseWords = [...chinese.files.keys()]
    .map(path => [path, words[path.slice(3)] ?? path.slice(3)] as const)
    .filter(([, file]) => existsSync(chineseFile(file)))
    .map(([path, file]) => [path, `apps/docs/content/zh/${file}`] as const);
  const [algorithmGroups, environmentGroups] = [groupedAlgorithms(material), groupedEnvironments(material)];
  return {
    files,
    words: Object.fromEntries([...englishWords, ...chineseWords]),
    untranslated: chinese.problems,
    translator,
    algorithmGroups: algorithmGroups.map(({ text, members }) => ({
      text,
      items: members.map(({ algorithm: { id } }) => ({ text: id, link: algorithmPath(id) })),
    })),
    environmentGroups: environmentGroups.map(({ text, members }) => ({
      text,
      items: members.map(({ entry: { spec } }) => ({ text: spec.id, link: environmentPath(spec.id) })),
    })),
  };
}

const groupedAlgorithms = ({ facts }: Material) => grouped(facts, ({ source }) => dirname(source.path), algorithmHeadings);

const groupedEnvironments = ({ envs }: Material) =>
  grouped(envs, ({ source }) => dirname(source.path).replace('packages/envs/src/', ''), environmentHeadings);

/** How each page of words is made, by its path. */
function textPages(material: Material, content: Content, t: Translate = english): ReadonlyMap<string, () => string> {
  const { facts, drawn } = material;
  const listed = groupedEnvironments(material).map(({ text, members }) => ({ text, entries: members.map(({ entry }) => entry) }));
  return new Map<string, () => string>([
    ...algorithmPages(material, content, t),
    ...environmentPages(material, content, t),
    [
      'algorithms/index.md',
      () =>
        algorithmIndex(
          groupedAlgorithms(material).map(({ text, members }) => ({ text, facts: members })),
          t,
        ),
    ],
    [
      'algorithms/family.md',
      () =>
        familyPage(
          facts.map(fact => familyMember(fact, content)),
          t,
        ),
    ],
    ['environments/index.md', () => environmentIndex(listed, drawn, t)],
  ]);
}

function environmentPages({ facts, envs, drawn }: Material, content: Content, t: Translate): [string, () => string][] {
  const [measured, live] = [learningResults(t), livePages()];
  const [peers, speeds] = [peerResults(), environmentSpeeds()];
  return envs.map(({ entry, source, description }) => {
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
    const make = () =>
      environmentPage(
        {
          ...{ entry, description, presets },
          source: source.path,
          hasPicture: drawn.has(id),
          filmed: isFilmed(id) ? filmedPolicies().find(({ env }) => env === id) : undefined,
          results: measured.filter(({ env }) => env === id),
          content: content.environment(basename(source.path, '.ts')),
          peer: peers.get(id),
          speed: speeds.get(id),
          live: live.filter(({ environments }) => environments.includes(id)),
        },
        t,
      );
    return [`environments/${environmentFile(id)}.md`, make];
  });
}

function algorithmPages({ facts, envs, sources }: Material, content: Content, t: Translate): [string, () => string][] {
  const thresholds = new Map(envs.map(({ entry: { spec } }) => [spec.id, spec.rewardThreshold]));
  const [results, offline, published] = [learningResults(t), offlineResults(), publishedResults()];
  const [experiments, curves, live] = [experimentResults(), measuredCurves(), livePages()];
  return facts.map(fact => {
    const { id } = fact.algorithm;
    const make = () => {
      const written = content.algorithm(id);
      const own = curves.filter(({ algo }) => algo === id);
      return algorithmPage(
        {
          ...{ ...fact, content: written, metrics: updateMetrics(id), figure: figureOf(id), results, offline, published },
          threshold: env => thresholds.get(env) ?? null,
          code: written.code.map(name => shownCode(name, fact.source, sources)),
          curves: own.map(({ env, runs }) => ({ env, seeds: runs.length })),
          pictures: experiments.filter(({ algorithms }) => algorithms.includes(id)),
          live: live.filter(({ algorithms }) => algorithms.includes(id)),
        },
        t,
      );
    };
    return [`algorithms/${id}.md`, make];
  });
}

function figureOf(id: string): Figure {
  const figure = algorithmFigures[id];
  if (!figure) throw new Error(`generatePages: ${id} must have a picture, got none. Add one to src/figures.`);
  return figure;
}

/** Pictures of the algorithms and of the first page, by their path in the site's folder. */
function* pictureFiles(facts: readonly AlgorithmFacts[]): Generator<[path: string, text: string]> {
  const curves = measuredCurves();
  for (const experiment of experimentResults()) yield* experimentFiles(experiment);
  for (const theme of themes) yield [`algorithms/pictures/speed.${theme}.svg`, drawBars(speedChart(), theme)];
  for (const name of ['cliff-paths', 'episode-weights']) {
    const svg = readFileSync(join(resultsFolder, 'experiments', `${name}.svg`), 'utf8');
    yield [`algorithms/pictures/${name}.light.svg`, svg];
    yield [`algorithms/pictures/${name}.dark.svg`, darkSvg(name, svg)];
  }
  for (const { algorithm } of facts) {
    const { id } = algorithm;
    const metrics = updateMetrics(id);
    for (const theme of themes) {
      yield [`algorithms/pictures/${figureFile(id, theme)}`, drawFigure(figureOf(id), theme)];
      for (const name of metrics ? shownMetrics(metrics) : []) {
        yield [`algorithms/pictures/${metricFile(id, name, theme)}`, metricPicture(metrics as UpdateMetrics, name, theme)];
      }
      for (const curve of curves.filter(({ algo }) => algo === id))
        yield [`algorithms/pictures/${curveFile(curve, theme)}`, curvePicture(curve, theme)];
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

function familyMember({ algorithm: { id, title } }: AlgorithmFacts, content: Content): FamilyMember {
  const { after, adds } = content.algorithm(id);
  return { id, title, after, adds };
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
export function writePages({ files, algorithmGroups, environmentGroups, words, untranslated, translator }: GeneratedPages): void {
  for (const [path, problem] of untranslated) console.warn(`${path} is not there in Chinese: ${problem}`);
  for (const text of translator.missing) console.warn(`content/zh/words.json has not: ${text}`);
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
