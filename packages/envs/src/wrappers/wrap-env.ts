import { type Env, InputError, message, type NumericArray, nearestName, type SpaceValue } from '@zpin/contracts';
import { atariView } from '../atari/atari-view.ts';
import { EpisodicLife } from '../atari/episodic-life.ts';
import type { AnyEnv } from '../env-entry.ts';
import { ChannelsLast } from './channels-last.ts';
import { ClipAction } from './clip-action.ts';
import { ClipReward } from './clip-reward.ts';
import { DiscretizeAction } from './discretize-action.ts';
import { DiscretizeObservation } from './discretize-observation.ts';
import { FlattenObservation } from './flatten-observation.ts';
import { FrameStack } from './frame-stack.ts';
import { GrayscaleObservation } from './grayscale-observation.ts';
import { OneHotObservation } from './one-hot-observation.ts';
import { RepeatAction } from './repeat-action.ts';
import { RescaleAction } from './rescale-action.ts';
import { ResizeObservation } from './resize-observation.ts';
import { ScaleReward } from './scale-reward.ts';
import { SelectObservation } from './select-observation.ts';
import { CartPoleReward, MountainCarReward } from './shaped-rewards.ts';
import { StickyAction } from './sticky-action.ts';
import { TerminalReward } from './terminal-reward.ts';
import { TimeAwareObservation } from './time-aware-observation.ts';

type Arguments = readonly (readonly number[])[];

/** A wrapper that is known by name, so that it can be written on a command line or into a settings file. */
export interface WrapperEntry {
  readonly name: string;
  /** What may stand behind the name, for example `:bins`; empty when nothing may. */
  readonly usage: string;
  /** What it does, one line. */
  readonly meaning: string;
  /** Lists of numbers that must and may be given. */
  readonly arguments: readonly [least: number, most: number];
  /** Whether it only eases learning: where agents are judged, it is left out. */
  readonly isForTraining?: boolean;
  wrap(env: AnyEnv, lists: Arguments): AnyEnv;
}

const one = (lists: Arguments, index: number) => lists[index]?.[0];

/** The wrappers that `makeEnv` takes by name, in alphabetical order. */
export const wrappers: readonly WrapperEntry[] = [
  {
    name: 'atari',
    usage: '',
    meaning:
      'shows Atari as papers do: idle and FIRE at the start, FIRE after a lost life, four frames as one, grey, 84 by 84, the last four; pays signs',
    arguments: [0, 0],
    wrap: env => atariView(env),
  },
  {
    name: 'cart-pole-reward',
    usage: '',
    meaning: 'pays CartPole for a cart in the middle and a straight pole',
    arguments: [0, 0],
    wrap: env => new CartPoleReward(env),
  },
  {
    name: 'channels-last',
    usage: '',
    meaning: 'turns pictures [channels, height, width] into [height, width, channels]',
    arguments: [0, 0],
    wrap: env => new ChannelsLast(env),
  },
  {
    name: 'clip-action',
    usage: '',
    meaning: 'clips actions to the bounds',
    arguments: [0, 0],
    wrap: env => new ClipAction(env) as AnyEnv,
  },
  {
    name: 'clip-reward',
    usage: '',
    meaning: 'pays the sign of the reward',
    arguments: [0, 0],
    wrap: env => new ClipReward(env),
  },
  {
    name: 'discretize-action',
    usage: ':bins',
    meaning: 'offers evenly spaced values for each number of a Box action',
    arguments: [1, 1],
    wrap: (env, lists) => new DiscretizeAction(env, one(lists, 0) ?? Number.NaN) as AnyEnv,
  },
  {
    name: 'discretize-observation',
    usage: ':bins[:low:high]',
    meaning: 'sorts a Box observation into bins; each part is one number for all, or a list with one for each number',
    arguments: [1, 3],
    wrap: (env, [bins = [], low, high]) =>
      new DiscretizeObservation(env, {
        bins: bins.length === 1 ? (bins[0] as number) : bins,
        ...(low && { low }),
        ...(high && { high }),
      }),
  },
  {
    name: 'episodic-life',
    usage: '',
    meaning: 'ends an episode of training with each life, and goes on with the next; evaluation plays whole games',
    arguments: [0, 0],
    isForTraining: true,
    wrap: env => new EpisodicLife(env as Env<SpaceValue, number>) as AnyEnv,
  },
  {
    name: 'flatten-observation',
    usage: '',
    meaning: 'shows any observation as one row of numbers',
    arguments: [0, 0],
    wrap: env => new FlattenObservation(env),
  },
  {
    name: 'frame-stack',
    usage: ':count',
    meaning: 'shows the last observations together',
    arguments: [1, 1],
    wrap: (env, lists) => new FrameStack(env, one(lists, 0) ?? Number.NaN),
  },
  {
    name: 'grayscale',
    usage: '',
    meaning: 'shows colour pictures in grey',
    arguments: [0, 0],
    wrap: env => new GrayscaleObservation(env),
  },
  {
    name: 'mountain-car-reward',
    usage: '',
    meaning: 'pays MountainCar for its height over the valley',
    arguments: [0, 0],
    wrap: env => new MountainCarReward(env),
  },
  {
    name: 'one-hot-observation',
    usage: '',
    meaning: 'shows an index as a row of zeros and a one',
    arguments: [0, 0],
    wrap: env => new OneHotObservation(env),
  },
  {
    name: 'repeat-action',
    usage: ':count',
    meaning: 'plays each action several times, and pays the sum of the rewards',
    arguments: [1, 1],
    wrap: (env, lists) => new RepeatAction(env as Env<SpaceValue, SpaceValue>, one(lists, 0) ?? Number.NaN) as AnyEnv,
  },
  {
    name: 'rescale-action',
    usage: '[:low:high]',
    meaning: 'stretches actions in [-1, 1], or between other bounds, to the bounds of the environment',
    arguments: [0, 2],
    wrap: (env, lists) => new RescaleAction(env, one(lists, 0), one(lists, 1)) as Env<SpaceValue, NumericArray> as AnyEnv,
  },
  {
    name: 'resize',
    usage: ':height[:width]',
    meaning: 'shrinks pictures',
    arguments: [1, 2],
    wrap: (env, lists) => new ResizeObservation(env, one(lists, 0) ?? Number.NaN, one(lists, 1)),
  },
  {
    name: 'scale-reward',
    usage: ':scale[:shift]',
    meaning: 'pays (reward + shift) · scale',
    arguments: [1, 2],
    wrap: (env, lists) => new ScaleReward(env, one(lists, 0) ?? Number.NaN, one(lists, 1)),
  },
  {
    name: 'select-observation',
    usage: ':indices',
    meaning: 'shows only some numbers of a Box observation',
    arguments: [1, 1],
    wrap: (env, [indices = []]) => new SelectObservation(env, indices),
  },
  {
    name: 'sticky-action',
    usage: '[:probability]',
    meaning: 'sometimes plays the previous action again',
    arguments: [0, 1],
    wrap: (env, lists) => new StickyAction(env, one(lists, 0)),
  },
  {
    name: 'terminal-reward',
    usage: ':reward',
    meaning: 'pays another reward for the step that ends the task',
    arguments: [1, 1],
    wrap: (env, lists) => new TerminalReward(env, one(lists, 0) ?? Number.NaN),
  },
  {
    name: 'time-aware-observation',
    usage: '',
    meaning: 'adds the share of the time limit that is over',
    arguments: [0, 0],
    wrap: env => new TimeAwareObservation(env),
  },
];

/** Those of the wrappers that stay where agents are judged: without what only eases learning. Unknown ones stay, to be refused. */
export function evaluationWrappers(specs: readonly string[]): string[] {
  const left = new Set(wrappers.filter(({ isForTraining }) => isForTraining).map(({ name }) => name));
  return specs.filter(spec => !left.has(spec.split(':', 1)[0] as string));
}

/**
 * Puts wrappers around an environment, the first one innermost. Each is written as its name, with lists of numbers behind colons
 * where it takes some: `discretize-action:11`, `discretize-observation:6,12:-2,-3:2,3`.
 * @throws InputError when a name is unknown or an argument is not a list of numbers; SpaceError when a wrapper does not fit the
 * spaces
 */
export function wrapEnv(env: AnyEnv, specs: readonly string[]): AnyEnv {
  return specs.reduce((inner, spec) => {
    const [name = '', ...parts] = spec.split(':');
    const entry = wrappers.find(candidate => candidate.name === name);
    if (!entry) {
      const names = wrappers.map(candidate => candidate.name);
      const near = nearestName(name, names);
      const remedy = near ? `Did you mean ${near}` : `Known are ${names.join(', ')}`;
      throw new InputError(message('wrapEnv', 'the wrapper must be known', name, remedy));
    }
    const lists = parts.map(part => part.split(',').map(text => (text.trim() === '' ? Number.NaN : Number(text))));
    const [least, most] = entry.arguments;
    if (lists.length < least || lists.length > most || lists.flat().some(Number.isNaN)) {
      const form = `${entry.name}${entry.usage}`;
      throw new InputError(message('wrapEnv', `the wrapper must be written as ${form}`, spec, 'Lists are numbers with commas'));
    }
    return entry.wrap(inner, lists);
  }, env);
}
