// `pnpm pictures`: draws every environment of @zpin/envs, some steps into an episode, for packages/envs/PICTURES.md; and, for the pages of the
// documentation, the Atari games that bring their cartridge.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, install, isInstalled, providePnpm, requireNode, root } from './toolchain.mjs';

/** Steps of random actions before the picture; an episode that ends begins anew. */
const STEPS = 45;
/** Pixels; wider frames are halved, so that the whole page stays light. */
const MAX_WIDTH = 320;
const COLUMNS = 4;

requireNode();
providePnpm();
if (!isInstalled()) install();
await build('@zpin/envs');
await build('@zpin/atari');
/** @param {string} file a built file of a package */
const importFrom = file => import(pathToFileURL(join(root, 'packages', file)).href);
const { encodePng, listEnvs, loadEnv, makeEnv } = await importFrom('envs/dist/index.js');
const { Rng, sample } = await importFrom('contracts/dist/index.js');

const folder = join(root, 'packages', 'envs', 'pictures');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
/** @type {string[]} */
const cells = [];
let bytes = 0;
for (const { spec, summary } of listEnvs()) {
  await loadEnv(spec.id);
  cells.push(`![${spec.id}](pictures/${await draw(spec.id)})<br>**${spec.id}**<br>${summary}`);
}
const { homebrewGames } = await importFrom('atari/dist/index.js');
await importFrom('atari/dist/register.js');
for (const { name } of homebrewGames) await draw(`Atari/${name}-v5`);
const rows = Array.from({ length: Math.ceil(cells.length / COLUMNS) }, (_, row) =>
  Array.from({ length: COLUMNS }, (_, column) => cells[row * COLUMNS + column] ?? ''),
);
const head = ['', ...Array(COLUMNS).fill(' ')].join('|').trim();
writeFileSync(
  join(root, 'packages', 'envs', 'PICTURES.md'),
  [
    '# Pictures of the environments',
    '',
    `Each one ${STEPS} random steps into an episode, as \`env.render()\` draws it. Made by \`pnpm pictures\`.`,
    '',
    `${head} |`,
    `|${' --- |'.repeat(COLUMNS)}`,
    ...rows.map(row => `| ${row.join(' | ')} |`),
    '',
  ].join('\n'),
);
process.stdout.write(`${cells.length} pictures, ${Math.ceil(bytes / 1024)} kB\n`);

/**
 * @param {string} id
 * @returns {Promise<string>} name of the picture
 */
async function draw(id) {
  const file = `${id.replaceAll('/', '-')}.png`;
  const png = await encodePng(shrunk(play(id)));
  bytes += png.length;
  writeFileSync(join(folder, file), png);
  return file;
}

/** @param {string} id */
function play(id) {
  const env = makeEnv(id);
  const rng = new Rng(7);
  env.reset({ seed: 3 });
  for (let t = 0; t < STEPS; t++) {
    const { terminated, truncated } = env.step(sample(env.spec.actionSpace, rng));
    if (terminated || truncated) env.reset();
  }
  const frame = env.render();
  env.close?.();
  return frame;
}

/**
 * Halves a picture, by the mean of each four pixels, until it is small enough.
 * @param {{ width: number, height: number, data: Uint8ClampedArray }} frame
 * @returns {{ width: number, height: number, data: Uint8ClampedArray }}
 */
function shrunk(frame) {
  if (frame.width <= MAX_WIDTH) return frame;
  const [width, height] = [frame.width >> 1, frame.height >> 1];
  const data = new Uint8ClampedArray(3 * width * height);
  /** @type {(x: number, y: number, channel: number) => number} */
  const at = (x, y, channel) => frame.data[3 * (y * frame.width + x) + channel];
  for (let i = 0; i < data.length; i++) {
    const channel = i % 3;
    const x = 2 * (Math.floor(i / 3) % width);
    const y = 2 * Math.floor(i / 3 / width);
    data[i] = (at(x, y, channel) + at(x + 1, y, channel) + at(x, y + 1, channel) + at(x + 1, y + 1, channel)) / 4;
  }
  return shrunk({ width, height, data });
}
