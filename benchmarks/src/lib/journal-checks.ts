import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
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
 * both must read the same trials, and optuna-dashboard, where it is installed beside it, must show them.
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
    checks.push(await dashboardCheck(python, join(folder, `journal-${scenarios.length - 1}.log`)));
    return checks;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A trial as optuna-dashboard sends it to its page. */
interface ShownTrial {
  readonly number: number;
  readonly state: string;
  /** Numbers, and texts for those that JSON has no word for. */
  readonly values?: readonly (number | string)[];
  readonly params: readonly { readonly name: string; readonly param_internal_value: number }[];
  readonly intermediate_values: readonly { readonly step: number; readonly value: number | string }[];
}

/** Whether optuna-dashboard shows the trials of a journal: their states, values, settings, and what they had come to on the way. */
async function dashboardCheck(python: string, path: string): Promise<JournalCheck> {
  const name = 'optuna-dashboard shows it';
  const program = join(dirname(python), 'optuna-dashboard');
  if (!existsSync(program)) return { name, found: `left out: no ${program}`, isMet: true };
  const port = await freePort();
  const server = spawn(program, [path, '--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' });
  try {
    const ask = async (place: string): Promise<unknown> => (await fetch(`http://127.0.0.1:${port}/api/${place}`)).json();
    let studies: unknown;
    // Until it listens.
    for (let look = 0; studies === undefined; look++) {
      studies = await ask('studies').catch(() => undefined);
      if (studies !== undefined) break;
      if (look === 300 || server.exitCode !== null) return { name, found: 'it does not answer', isMet: false };
      await wait(100);
    }
    const [{ study_id, study_name }] = (studies as { study_summaries: { study_id: number; study_name: string }[] })
      .study_summaries;
    const { trials: shown } = (await ask(`studies/${study_id}?after=0`)) as { trials: readonly ShownTrial[] };
    const trials = await (await JournalStudy.open(path, { name: STUDY })).trials();
    const equal = trials.filter(trial => isDeepStrictEqual(asShown(trial), shownOf(shown[trial.number]))).length;
    const isMet = study_name === STUDY && equal === trials.length && shown.length === trials.length;
    return { name, found: `${equal} of ${trials.length} trials of study ${study_name} shown equal`, isMet };
  } finally {
    server.kill();
  }
}

/** What is compared of a trial that the dashboard shows. */
function shownOf({ state, values, params, intermediate_values }: ShownTrial) {
  return {
    ...{ state: state.toLowerCase(), value: values?.[0] === undefined ? null : Number(values[0]) },
    params: params.map(each => each.name).toSorted(),
    steps: intermediate_values.map(({ step, value }) => [step, textOf(value)]),
  };
}

function asShown({ state, value, params, intermediateValues }: StoredTrial) {
  return {
    ...{ state: state === 'failed' ? 'fail' : state, value: state === 'complete' ? value : null },
    params: Object.keys(params).toSorted(),
    steps: [...intermediateValues].map(([step, each]) => [step, textOf(each)]),
  };
}

function textOf(value: number | string): string {
  const text = String(value).toLowerCase();
  return text === '-infinity' ? '-inf' : text;
}

/** A port of this machine that nobody uses. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
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
