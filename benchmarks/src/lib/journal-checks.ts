import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, promisify } from 'node:util';
import { Rng } from '@zpin/contracts';
import { type SearchSpace, type StoredTrial, sampleTpe } from '@zpin/sweep';
import { JournalStudy } from '@zpin/sweep/node';

/** What was tried with the real Optuna on a journal, and what was found. */
export interface JournalCheck {
  readonly name: string;
  readonly found: string;
  readonly isMet: boolean;
}

/** A trial as both sides tell it. */
interface ToldTrial {
  readonly number: number;
  readonly state: string;
  readonly value: number | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly distributions: Readonly<Record<string, unknown>>;
  readonly intermediate: Readonly<Record<string, number | string>>;
  readonly user: unknown;
}

/** That of `python/optuna_journal.py`. */
const space: SearchSpace = {
  rate: { type: 'float', low: 1e-5, high: 0.1, log: true },
  width: { type: 'int', low: 8, high: 64, step: 8 },
  decay: { type: 'float', low: 0, high: 1, step: 0.25 },
  length: { type: 'int', low: 1, high: 1000, log: true },
  kind: { type: 'categorical', choices: ['plain', null, true, 3, 0.5] },
};

const TRIALS = 20;
const STUDY = 'shared';

/**
 * Journals that Optuna begins and we continue, that we begin and Optuna continues, and one that both write at the same time: afterwards
 * both must read the same trials.
 * @param python that has Optuna
 */
export async function journalChecks(python: string): Promise<JournalCheck[]> {
  const script = fileURLToPath(new URL('../python/optuna_journal.py', import.meta.url));
  const run = promisify(execFile);
  const search = (path: string, seed: number) => run(python, [script, 'search', path, STUDY, String(TRIALS), String(seed)]);
  const read = async (path: string) => {
    const { stdout } = await run(python, [script, 'read', path, STUDY], { maxBuffer: 2 ** 28 });
    return JSON.parse(stdout) as ToldTrial[];
  };
  const folder = mkdtempSync(join(tmpdir(), 'zpin-journal-'));
  const scenarios: readonly (readonly [name: string, trials: number, play: (path: string) => Promise<unknown>])[] = [
    ['Optuna begins, zpin continues', 2 * TRIALS, path => search(path, 1).then(() => searchHere(path, 2))],
    ['zpin begins, Optuna continues', 2 * TRIALS, path => searchHere(path, 1).then(() => search(path, 2))],
    [
      'two of each at the same time',
      4 * TRIALS,
      path => Promise.all([search(path, 1), searchHere(path, 2), search(path, 3), searchHere(path, 4)]),
    ],
  ];
  try {
    const checks: JournalCheck[] = [];
    for (const [i, [name, expected, play]] of scenarios.entries()) {
      const path = join(folder, `journal-${i}.log`);
      await play(path);
      const theirs = await read(path);
      const study = await JournalStudy.open(path, { name: STUDY });
      const ours = (await study.trials()).map(told);
      const equal = ours.filter((trial, k) => isDeepStrictEqual(trial, theirs[k])).length;
      const kinds = ['COMPLETE', 'PRUNED', 'FAIL'].map(state => `${ours.filter(trial => trial.state === state).length} ${state}`);
      const isMet = ours.length === expected && theirs.length === expected && equal === expected;
      checks.push({ name, found: `${equal} of ${expected} trials read equal (${kinds.join(', ')})`, isMet });
    }
    return checks;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The search of `python/optuna_journal.py`, here. */
async function searchHere(path: string, seed: number): Promise<void> {
  const study = await JournalStudy.open(path, { name: STUDY, direction: 'maximize' });
  for (let i = 0; i < TRIALS; i++) {
    const begun = await study.begin({
      propose: trials => ({ space, params: sampleTpe(space, trials, 'maximize', new Rng([seed, trials.length])) }),
    });
    if (begun === null) return;
    const { id, number, params } = begun.trial;
    const [rate, width, decay, length] = [params.rate, params.width, params.decay, params.length].map(Number);
    await study.setAttributes(id, 'user', { from: 'zpin' });
    await study.report(id, 10, rate * width);
    if (number % 5 === 1) {
      await study.report(id, 20, Number.NaN);
      await study.finish(id, 'pruned');
    } else if (number % 5 === 2) {
      await study.report(id, 20, Number.NEGATIVE_INFINITY);
      await study.finish(id, 'failed');
    } else {
      await study.finish(id, 'complete', rate * width + decay + length + (params.kind === null ? 1 : 0));
    }
  }
}

function told({ number, state, value, params, distributions, intermediateValues, userAttributes }: StoredTrial): ToldTrial {
  const names = { complete: 'COMPLETE', pruned: 'PRUNED', failed: 'FAIL', running: 'RUNNING', waiting: 'WAITING' };
  const word = (each: number) => (Number.isNaN(each) ? 'nan' : each === Number.NEGATIVE_INFINITY ? '-inf' : each);
  return {
    ...{ number, state: names[state], value, params, user: userAttributes },
    distributions: Object.fromEntries(Object.entries(distributions).map(([name, each]) => [name, optunaDistribution(each)])),
    intermediate: Object.fromEntries([...intermediateValues].map(([step, each]) => [step, word(each)])),
  };
}

/** As Optuna writes a distribution, told by hand: what the package writes is what is checked. */
function optunaDistribution(parameter: SearchSpace[string]): unknown {
  if (parameter.type === 'categorical') return { name: 'CategoricalDistribution', attributes: { choices: parameter.choices } };
  const { type, low, high, log = false, step = type === 'int' ? 1 : null } = parameter;
  return { name: type === 'int' ? 'IntDistribution' : 'FloatDistribution', attributes: { low, high, log, step } };
}
