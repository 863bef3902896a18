import { type Frame, Rng, sample } from '@zpin/contracts';
import { type AnyEnv, encodeGif, loadEnv, makeEnv } from '@zpin/envs';
import type { PolicyInfo } from '@zpin/policies';
import { load } from 'zpin';
import type { Film } from './film-files.ts';

/** Pixels: small enough that a page with two films stays light. */
const MAX_WIDTH = 240;
/** Films end with the first episode that ends behind so many frames. */
const ENOUGH_FRAMES = 36;
/** No film is longer. */
const MOST_FRAMES = 72;
/** Frames for which the end of an episode is shown. */
const REST_FRAMES = 5;
/** Each channel has so many shades: fewer colours make smaller files. */
const SHADES = 32;
const SEED = 4;

/** Frames per second, and steps of the environment between two frames. Where nothing is said, one step for each of 5 frames. */
const paces: Readonly<Record<string, { readonly fps: number; readonly every: number }>> = {
  'CartPole-v1': { fps: 12.5, every: 4 },
  'LunarLander-v3': { fps: 12.5, every: 4 },
  'Pendulum-v1': { fps: 12.5, every: 2 },
  'Acrobot-v1': { fps: 12.5, every: 1 },
  'MountainCar-v0': { fps: 12.5, every: 2 },
  'TwoLinkArm-v0': { fps: 12.5, every: 1 },
};

/** Films a trained policy and random actions, as GIFs. The same bytes each time. */
export async function filmEnvironment({ id: policy, env: id }: PolicyInfo): Promise<Record<Film, Uint8Array>> {
  await loadEnv(id);
  const agent = await load(`hub:${policy}`, { engine: 'wasm' });
  const rng = new Rng(SEED);
  const trained = await film(makeEnv(id), id, (obs, isStart, mask) => agent.act(obs, isStart, mask));
  agent.dispose();
  const env = makeEnv(id);
  return { trained, random: await film(env, id, async () => sample(env.spec.actionSpace, rng)) };
}

type Act = Awaited<ReturnType<typeof load>>['act'];

async function film(env: AnyEnv, id: string, act: Act): Promise<Uint8Array> {
  const { fps, every } = paces[id] ?? { fps: 5, every: 1 };
  const frames: Frame[] = [];
  const shoot = () => {
    const frame = env.render?.();
    if (!frame) throw new Error(`film: ${id} must have a picture, got none.`);
    frames.push(reduced(frame));
  };
  for (let seed: number | undefined = SEED; frames.length < ENOUGH_FRAMES; seed = undefined) {
    let { obs, info } = env.reset(seed === undefined ? {} : { seed });
    for (let t = 0; frames.length < MOST_FRAMES; t++) {
      if (t % every === 0) shoot();
      const step = env.step(await act(obs, t === 0, info.actionMask));
      ({ obs, info } = step);
      if (!step.terminated && !step.truncated) continue;
      for (let i = 0; i < REST_FRAMES; i++) shoot();
      break;
    }
  }
  env.close?.();
  return encodeGif(frames, fps);
}

/** A frame of at most `MAX_WIDTH` pixels, by the mean of the pixels that each new one covers, in fewer colours. */
export function reduced({ width, height, data }: Frame): Frame {
  const scale = Math.max(1, width / MAX_WIDTH);
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
