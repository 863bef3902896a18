import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atariGames } from '../live/atari-messages.ts';
import { cartPoleAlgorithms } from '../live/cart-pole-messages.ts';
import { type Experiment, initialValues, Values } from '../live/experiment.ts';
import { experimentOf } from '../live/experiments.ts';
import { gridAlgorithms, gridWorlds } from '../live/grid-messages.ts';
import type { Translate } from '../translation/translate.ts';
import { siteFolder } from './repository.ts';

/** A page on which an agent learns. */
export interface LivePage {
  /** Where the site has it: `/live/pendulum`. */
  readonly path: string;
  /** Its heading. */
  readonly title: string;
  readonly environments: readonly string[];
  readonly algorithms: readonly string[];
}

/** Live pages and lessons, by what their agents are and where they learn. */
export function livePages(): LivePage[] {
  return ['live', 'course'].flatMap(folder =>
    readdirSync(join(siteFolder, folder))
      .filter(name => name.endsWith('.md'))
      .flatMap(name => {
        const text = readFileSync(join(siteFolder, folder, name), 'utf8');
        const shown = [...text.matchAll(/^<(Live\w+)(?: id="([\w-]+)")?/gm)].map(([, component, id]) => shows(component, id));
        if (shown.length === 0) return [];
        return {
          path: `/${folder}/${name.replace('.md', '')}`,
          title: /^# (.*)$/m.exec(text)?.[1] ?? name,
          environments: shown.flatMap(({ environments }) => environments),
          algorithms: shown.flatMap(({ algorithms }) => algorithms),
        };
      }),
  );
}

/** Links to those of them that a page is about; empty where there are none. */
export function liveLinks(pages: readonly LivePage[], t: Translate): string {
  return pages.map(({ path, title }) => `[${t(title)}](${path})`).join(t(', '));
}

function shows(component = '', id = ''): Pick<LivePage, 'environments' | 'algorithms'> {
  if (component === 'LiveCartPole') return { environments: ['CartPole-v1'], algorithms: cartPoleAlgorithms };
  if (component === 'LiveGrid') return { environments: gridWorlds, algorithms: gridAlgorithms };
  if (component === 'LiveAtari') return { environments: atariGames.map(game => `Atari/${game}-v5`), algorithms: ['double-dqn'] };
  const experiment: Experiment = experimentOf(id);
  const { env, algorithm } = experiment.plan(new Values(initialValues(experiment)));
  const choice = experiment.controls.find(control => control.name === 'algorithm');
  return { environments: [env], algorithms: choice?.kind === 'choice' ? choice.choices : [algorithm] };
}
