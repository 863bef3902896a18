import { games } from '@zpin/atari';
import { type Frame, Rng, type SpaceValue, sample } from '@zpin/contracts';
import '@zpin/atari/register';
import { type AnyEnv, encodeGif, listEnvs, loadEnv, makeEnv } from '@zpin/envs';
import type { PolicyInfo } from '@zpin/policies';
import { load } from 'zpin';
import { type RecordedPlay, recordedActions } from './recorded-play.ts';

/** Pixels across, where nothing else is said: small enough that a page with two films stays light. */
const WIDTH = 240;
/** Films end with the first episode that ends behind so many frames. */
const ENOUGH_FRAMES = 36;
/** No film is longer, where nothing else is said. */
const MOST_FRAMES = 72;
/** Frames for which the end of an episode is shown. */
const REST_FRAMES = 5;
/** Each channel has so many shades: fewer colours make smaller files. */
const SHADES = 32;
/** Of the first episode. */
export const FILM_SEED = 4;

interface Pace {
  /** Frames per second. */
  readonly fps: number;
  /** Steps of the environment between two frames. */
  readonly every: number;
  /** Pixels across at most. */
  readonly width?: number;
  /** Frames that no film goes beyond. */
  readonly most?: number;
}

/** Worlds of single moves: one step for each of five frames a second. */
const SLOW: Pace = { fps: 5, every: 1 };

/** Motion about as fast as it would be seen; names or beginnings of names of environments, the first that fits. */
const paces: readonly (readonly [id: string, pace: Pace])[] = [
  ...['CartPole-', 'LunarLander'].map(id => [id, { fps: 12.5, every: 4 }] as const),
  ...['Pendulum-', 'MountainCar', 'Reacher-'].map(id => [id, { fps: 12.5, every: 2 }] as const),
  ['Atari/Bricks', { fps: 12.5, every: 2, most: 100 }],
  ...['Acrobot-', 'TwoLinkArm', 'PointMaze-', 'Inverted', 'Atari/'].map(id => [id, { fps: 12.5, every: 1 }] as const),
  ['MinAtar/', { fps: 10, every: 1 }],
  // The ball is small.
  ['Golf-', { fps: 2.5, every: 1, width: 640 }],
  // Where the ground or most of the picture moves, films are large.
  ...['Fetch', 'Pusher-'].map(id => [id, { fps: 12.5, every: 2, width: 176 }] as const),
  ...['HalfCheetah-', 'Swimmer-'].map(id => [id, { fps: 12.5, every: 2, width: 152, most: 54 }] as const),
  ['Walker2d-', { fps: 12.5, every: 6, width: 152, most: 50 }],
  ...['Hopper-', 'Humanoid-'].map(id => [id, { fps: 12.5, every: 6, width: 176, most: 60 }] as const),
  ['BipedalWalker', { fps: 12.5, every: 4, width: 176, most: 70 }],
  ['CarRacing-', { fps: 12.5, every: 4, width: 144, most: 52 }],
  ['Ant-', { fps: 12.5, every: 2, width: 152, most: 40 }],
  ['HumanoidStandup-', { fps: 12.5, every: 6, width: 152, most: 40 }],
];

function paceOf(id: string): Pace {
  return paces.find(([name]) => id.startsWith(name))?.[1] ?? SLOW;
}

/** Steps of an environment beyond which no film goes. */
export function longestFilm(id: string): number {
  const { every, most = MOST_FRAMES } = paceOf(id);
  return most * every;
}

/** The environments that can be filmed, by their ids: not the Atari games whose cartridges are not part of the library. */
export function filmedEnvironments(): string[] {
  const cartridges = new Set(games.map(({ name }) => `Atari/${name}-v5`));
  return listEnvs()
    .map(({ spec }) => spec.id)
    .filter(id => !cartridges.has(id));
}

/** Films the policy of `@zpin/policies`. The same bytes each time. */
export async function filmPolicy({ id: policy, env: id }: PolicyInfo): Promise<Uint8Array> {
  await loadEnv(id);
  const agent = await load(`hub:${policy}`, { engine: 'wasm' });
  const made = await film(makeEnv(id), id, { seed: firstSeed, act: (obs, isStart, mask) => agent.act(obs, isStart, mask) });
  agent.dispose();
  return made;
}

/** Films random actions. The same bytes each time. @throws Error when the environment has no picture */
export async function filmRandom(id: string): Promise<Uint8Array> {
  await loadEnv(id);
  const [env, rng] = [makeEnv(id), new Rng(FILM_SEED)];
  return film(env, id, { seed: firstSeed, act: () => sample(env.spec.actionSpace, rng) });
}

/**
 * Films what a trained agent did. The same bytes each time.
 * @throws Error when an episode pays something else than it did then
 */
export async function filmPlay({ env: id, settings, episodes }: RecordedPlay): Promise<Uint8Array> {
  await loadEnv(id);
  const env = makeEnv(id, settings);
  const { actionSpace } = env.spec;
  const size = actionSpace.type === 'box' ? actionSpace.low.length : null;
  let actions: SpaceValue[] = [];
  return film(env, id, {
    seed(k) {
      const episode = episodes[k];
      if (!episode) return null;
      actions = recordedActions(episode.actions, size).reverse();
      return { seed: episode.seed ?? undefined, pays: episode.return };
    },
    act: () => actions.pop(),
    repeats: repeatsBy(settings.wrappers),
  });
}

interface Player {
  /** How the k-th episode begins, and what it pays where that is known; null when there is none. */
  seed(k: number): { readonly seed: number | undefined; readonly pays?: number } | null;
  /** The next action; undefined when the film ends. */
  act(obs: SpaceValue, isStart: boolean, mask: Uint8Array | undefined): Promise<SpaceValue> | SpaceValue | undefined;
  /** Steps of the environment for each action; 1 when omitted. */
  readonly repeats?: number;
}

/** How often wrappers have each action played. */
function repeatsBy(wrappers: unknown): number {
  const names = Array.isArray(wrappers) ? wrappers.map(String) : [];
  return names.reduce((all, name) => all * Number(/^repeat-action:(\d+)$/.exec(name)?.[1] ?? 1), 1);
}

const firstSeed: Player['seed'] = k => ({ seed: k === 0 ? FILM_SEED : undefined });

async function film(env: AnyEnv, id: string, player: Player): Promise<Uint8Array> {
  const { fps, width, most = MOST_FRAMES, ...pace } = paceOf(id);
  const every = Math.max(1, Math.round(pace.every / (player.repeats ?? 1)));
  const frames: Frame[] = [];
  const shoot = () => {
    const frame = env.render?.();
    if (!frame) throw new Error(`film: ${id} must have a picture, got none.`);
    frames.push(reduced(frame, width));
  };
  for (let k = 0; frames.length < ENOUGH_FRAMES; k++) {
    const start = player.seed(k);
    if (!start) break;
    let { obs, info } = env.reset(start.seed === undefined ? {} : { seed: start.seed });
    let paid = 0;
    for (let t = 0; frames.length < most; t++) {
      if (t % every === 0) shoot();
      const action = await player.act(obs, t === 0, info.actionMask);
      if (action === undefined) break;
      const step = env.step(action);
      ({ obs, info } = step);
      paid += step.reward;
      if (!step.terminated && !step.truncated) continue;
      if (Math.abs(paid - (start.pays ?? paid)) > 1e-9)
        throw new Error(
          `film: ${id} must pay ${start.pays} as when it was recorded, got ${paid}. Record it anew by films --record.`,
        );
      for (let i = 0; i < REST_FRAMES; i++) shoot();
      break;
    }
  }
  env.close?.();
  return encodeGif(frames, fps);
}

/** A frame of at most so many pixels across, by the mean of the pixels that each new one covers, in fewer colours. */
export function reduced({ width, height, data }: Frame, atMost = WIDTH): Frame {
  const scale = Math.max(1, width / atMost);
  const [columns, rows] = [Math.round(width / scale), Math.round(height / scale)];
  const small = new Uint8ClampedArray(3 * columns * rows);
  const step = 256 / SHADES;
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [Math.floor(row * scale), Math.max(Math.floor(row * scale) + 1, Math.floor((row + 1) * scale))];
    for (let column = 0; column < columns; column++) {
      const [left, right] = [
        Math.floor(column * scale),
        Math.max(Math.floor(column * scale) + 1, Math.floor((column + 1) * scale)),
      ];
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += data[3 * (y * width + x) + channel];
        const mean = sum / ((bottom - top) * (right - left));
        small[3 * (row * columns + column) + channel] = Math.min(255, Math.round(mean / step) * step);
      }
    }
  }
  return { width: columns, height: rows, data: small };
}
