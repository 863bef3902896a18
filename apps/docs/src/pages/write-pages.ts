import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { presetOf } from '@zpin/core';
import { filmedAgent, isFilmed } from '../films/film-files.ts';
import { encodeNetwork } from '../live/plain-policy.ts';
import { chinesePath } from '../translation/localize-page.ts';
import { english, type Translate, type Translator } from '../translation/translate.ts';
import type { AlgorithmFacts } from './algorithm-facts.ts';
import { algorithmIndex, type FamilyMember, familyPage } from './algorithm-lists.ts';
import { algorithmPage } from './algorithm-page.ts';
import { changelogPage, releaseNotes, unreleasedChanges } from './changelog-page.ts';
import { chinesePages, chineseTranslator } from './chinese-pages.ts';
import { type Content, chineseContent, chineseFile, englishContent } from './content.ts';
import { declaration } from './declaration.ts';
import { environmentIndex, environmentPage } from './environment-page.ts';
import { homePolicy, homePolicyFile } from './home-policy.ts';
import { measuredCurves } from './learning-pictures.ts';
import { livePages } from './live-pages.ts';
import { gatherMaterial, groupedAlgorithms, groupedEnvironments, type Material } from './material.ts';
import { updateMetrics } from './metric-pictures.ts';
import { type Navigation, navigationFile, readNavigation, type SidebarGroup } from './navigation.ts';
import { algorithmPath, environmentFile, environmentPath } from './paths.ts';
import { environmentSpeeds, peerResults } from './peer-results.ts';
import { figureOf, pictureFiles } from './picture-files.ts';
import { type SourceFile, siteFolder } from './repository.ts';
import { experimentResults, learningResults, offlineResults, presetsOnData, publishedResults } from './results.ts';

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
  const chinesePictures = [...pictureFiles(facts, translator.words)].map(([path, svg]) => [chinesePath(path), svg] as const);
  const files = new Map([...pages, ...pictureFiles(facts), ...chinese.files, ...chinesePictures]);
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
  const [measured, live] = [[...learningResults(t), ...presetsOnData(t)], livePages()];
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
          isFilmed: isFilmed(id, 'random'),
          filmed: filmedAgent(id),
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
