/**
 * `pnpm bench experiments --name ppo-clip-penalty [--seeds 1001-1003] [--write]`: several arms, trained with the same seeds,
 * in one picture.
 *
 * The experiments are those of `lib/experiments.ts`; their settings were chosen on seeds below 1001. Without `--name` they are listed. `--write` stores the curves of every seed
 * in `benchmarks/results/experiments/NAME.json` and draws `NAME.svg` from them: the mean over seeds, with a band of one standard
 * deviation. `--draw` only draws what is stored there.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createEngine } from '@zpin/core';
import { linePlot, meanAndBand } from '@zpin/plot';
import { type Curves, configOf, type Experiment, grid, runArm } from './lib/experiment.ts';
import { experiments } from './lib/experiments.ts';
import { FIRST_SEED } from './lib/learning/plan.ts';
import { SEEDING, type Seeded, seedingMark } from './lib/seeding.ts';

/** What is stored: all that the picture is drawn from. */
interface Result extends Seeded {
  readonly title: string;
  readonly command: string;
  readonly env: string;
  readonly seeds: readonly number[];
  readonly xLabel: string;
  readonly x: readonly number[];
  readonly panels: Experiment['panels'];
  readonly arms: readonly {
    readonly name: string;
    readonly algo: string;
    readonly config: object;
    /** One list per panel and seed. */
    readonly curves: readonly Curves[];
  }[];
}

const folder = new URL('../results/experiments/', import.meta.url);
const { values: flags } = parseArgs({
  options: {
    name: { type: 'string' },
    seeds: { type: 'string' },
    write: { type: 'boolean', default: false },
    draw: { type: 'boolean', default: false },
  },
});

if (flags.name === undefined) {
  for (const [name, { title }] of Object.entries(experiments)) process.stdout.write(`${name}: ${title}\n`);
} else if (flags.draw) {
  draw(flags.name, JSON.parse(readFileSync(new URL(`${flags.name}.json`, folder), 'utf8')));
} else {
  const experiment = experiments[flags.name];
  if (!experiment) {
    const known = Object.keys(experiments).join(', ');
    throw new Error(`experiments: the name must be one of ${known}, got "${flags.name}". Leave it out to list them.`);
  }
  const result = await run(flags.name, experiment);
  if (flags.write) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL(`${flags.name}.json`, folder), `${serialize(result)}\n`);
    draw(flags.name, result);
  }
}

async function run(name: string, experiment: Experiment): Promise<Result> {
  const fresh = `${FIRST_SEED}-${FIRST_SEED + (experiment.seeds ?? 5) - 1}`;
  const [first, last = first] = (flags.seeds ?? fresh).split('-').map(Number);
  const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const engine = await createEngine();
  const arms: Result['arms'][number][] = [];
  for (const arm of experiment.arms) {
    const curves: Curves[] = [];
    for (const seed of seeds) {
      const start = performance.now();
      const found = await runArm(experiment, arm, seed, engine);
      curves.push(found);
      const ends = found.map(values => values.at(-1)?.toPrecision(4) ?? '–').join(', ');
      process.stdout.write(`${arm.name}, seed ${seed}: ${ends} (${((performance.now() - start) / 1000).toFixed(0)} s)\n`);
    }
    arms.push({ name: arm.name, algo: arm.algo, config: await configOf(experiment, arm), curves });
  }
  const { title, env, length, panels } = experiment;
  const xLabel = 'steps' in length ? 'environment steps' : 'episodes';
  const command = `pnpm bench experiments --name ${name}`;
  return { title, command, env, seeds, seeding: SEEDING, xLabel, x: grid(experiment), panels, arms };
}

function draw(name: string, { title, xLabel, x, panels, arms, seeds, seeding }: Result): void {
  const plots = panels.map((panel, p) => ({
    xLabel,
    x,
    ...panel,
    lines: arms.map(arm =>
      meanAndBand(
        arm.name,
        arm.curves.map(curves => curves[p]),
      ),
    ),
  }));
  const drawn = seeds.length === 1 ? 'One seed.' : `Mean of ${seeds.length} seeds; band: one standard deviation.`;
  const rule = seedingMark([{ seeding }]) && ' Seeds by the rule before 29 November 2026.';
  const caption = `${drawn}${rule} pnpm bench experiments --name ${name}`;
  writeFileSync(new URL(`${name}.svg`, folder), linePlot(title, caption, plots));
}

/** Indented JSON with each list of numbers on one line, rounded to five digits. */
function serialize(result: Result): string {
  const rounded = JSON.stringify(
    result,
    (_, value) => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value),
    1,
  );
  return rounded.replace(
    /\[\s+((?:-?[\d.e+-]+|null)(?:,\s+(?:-?[\d.e+-]+|null))*)\s+\]/g,
    (_, list: string) => `[${list.replace(/\s+/g, ' ')}]`,
  );
}
