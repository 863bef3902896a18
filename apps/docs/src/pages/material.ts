import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AtariEnv } from '@zpin/atari';
import '@zpin/atari/register';
import { type EnvEntry, listEnvs, loadEnv, makeEnv } from '@zpin/envs';
import { algorithmIds, loadAlgorithm } from 'zpin/catalog';
import { type AlgorithmFacts, sourceOf } from './algorithm-facts.ts';
import { environmentFile } from './paths.ts';
import { packageSources, root, type SourceFile } from './repository.ts';
import { classComment } from './source-comment.ts';

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
export interface Material {
  readonly facts: readonly AlgorithmFacts[];
  readonly envs: readonly { readonly entry: EnvEntry; readonly source: SourceFile; readonly description: string }[];
  readonly sources: readonly SourceFile[];
  /** Ids of the environments that `pnpm pictures` has drawn. */
  readonly drawn: ReadonlySet<string>;
}

/** Reads the registries and the sources. */
export async function gatherMaterial(): Promise<Material> {
  const sources = packageSources();
  const facts: AlgorithmFacts[] = [];
  for (const id of algorithmIds) facts.push({ algorithm: await loadAlgorithm(id), source: sourceOf(id, sources) });
  const envs: { entry: EnvEntry; source: SourceFile; description: string }[] = [];
  for (const entry of listEnvs()) envs.push({ entry, ...(await describeEnv(entry, sources)) });
  const pictureOf = (id: string) => join(root, 'packages', 'envs', 'pictures', `${environmentFile(id)}.png`);
  const drawn = new Set(envs.map(({ entry }) => entry.spec.id).filter(id => existsSync(pictureOf(id))));
  return { facts, envs, sources, drawn };
}

/** All algorithms under their headings. */
export const groupedAlgorithms = ({ facts }: Material) => grouped(facts, ({ source }) => dirname(source.path), algorithmHeadings);

/** All environments under their headings. */
export const groupedEnvironments = ({ envs }: Material) =>
  grouped(envs, ({ source }) => dirname(source.path).replace('packages/envs/src/', ''), environmentHeadings);

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
