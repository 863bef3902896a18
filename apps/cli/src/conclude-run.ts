import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Evaluation } from '@zpin/core';
import { formatCount, formatNumber, type LearningCurve, learningCurveSvg, terminalCurve } from '@zpin/plot';
import type { RunEvent, TrainingRun } from 'zpin';
import { DEFAULT_EVALUATION_EPISODES } from 'zpin/catalog';
import { metricEvents, type RunFile, type RunFolder } from 'zpin/node';
import { columnsOf, type Io, say, skippedText } from './io.ts';
import { counted, cutText, formatDuration, mean, standardDeviation, successText, verdictText } from './numbers.ts';
import { shellWord } from './shell-word.ts';
import { watchedEvaluation } from './sinks/evaluation-line.ts';
import { styleOf } from './style.ts';
import type { OutputPlan } from './train-plan.ts';

/** Greedy episodes at the end of a run. */
export type FinalEvaluation = Pick<Evaluation, 'returns' | 'lengths' | 'successRate' | 'cutOff'>;

/**
 * Evaluates the trained policy, draws the curve, writes the summary, and says where everything is.
 * @returns the evaluation
 * @throws the reason of the signal where that comes before the evaluation is over
 */
export async function conclude(
  run: TrainingRun,
  folder: RunFolder,
  plan: OutputPlan,
  io: Io,
  signal: AbortSignal,
): Promise<FinalEvaluation> {
  const evaluation = await watchedEvaluation(run.evaluate.bind(run), {
    ...{ episodes: run.description.evaluation?.episodes ?? DEFAULT_EVALUATION_EPISODES, signal, io },
    isQuiet: plan.json || plan.quiet,
  });
  const told = toldBy(
    metricEvents(folder, lines => {
      if (!plan.json) io.stderr.write(skippedText(folder.file('metrics'), lines));
    }),
  );
  const curve = curveOf(run, told, evaluation);
  folder.write('curve', learningCurveSvg(curve));
  const summary = summaryOf(run, folder, told, evaluation);
  folder.writeJson('summary', summary);
  if (plan.json) {
    io.stdout.write(`${JSON.stringify(summary)}\n`);
    return evaluation;
  }
  if (!plan.quiet) io.stdout.write(`\n${terminalCurve(curve, columnsOf(io.stdout))}\n`);
  say(io, report(run, folder, evaluation, io));
  return evaluation;
}

/** What the events of a run say, in two numbers each: a long run has millions of them. */
interface Told {
  readonly episodes: { readonly step: number; readonly value: number }[];
  readonly evaluations: { readonly step: number; readonly value: number }[];
  /** Of the last 100 episodes with a goal. */
  readonly successes: number[];
}

function toldBy(events: Iterable<RunEvent>): Told {
  const told: Told = { episodes: [], evaluations: [], successes: [] };
  for (const event of events) {
    const { step } = event;
    if (event.type === 'eval') told.evaluations.push({ step, value: mean(event.returns) });
    if (event.type !== 'episode') continue;
    told.episodes.push({ step, value: event.episodeReturn });
    if (event.success === undefined) continue;
    told.successes.push(Number(event.success));
    if (told.successes.length > 100) told.successes.shift();
  }
  return told;
}

function curveOf(
  { description, spec, step }: TrainingRun,
  { episodes, evaluations }: Told,
  { returns }: FinalEvaluation,
): LearningCurve {
  return {
    title: `${description.algorithm} on ${description.env}, seed ${description.seed}`,
    episodes,
    evaluations: [...evaluations, { step, value: mean(returns) }],
    threshold: spec.rewardThreshold,
    totalSteps: step,
  };
}

function summaryOf(
  { description, step, wallSeconds, best, summary }: TrainingRun,
  folder: RunFolder,
  { episodes, successes }: Told,
  { returns, successRate, cutOff }: FinalEvaluation,
) {
  const recent = episodes.slice(-100).map(({ value }) => value);
  return {
    type: 'summary',
    algo: description.algorithm,
    env: description.env,
    seed: description.seed,
    steps: step,
    wallSeconds: Math.round(wallSeconds * 1000) / 1000,
    stepsPerSecond: Math.round(step / wallSeconds),
    trainReturnMean: recent.length === 0 ? null : mean(recent),
    evalReturnMean: mean(returns),
    evalReturnStd: standardDeviation(returns),
    ...(successRate !== undefined && { trainSuccessRate: mean(successes), evalSuccessRate: successRate }),
    evalEpisodes: returns.length,
    ...(cutOff !== undefined && { evalCutOff: cutOff }),
    ...(best && { bestReturnMean: best.meanReturn, bestStep: best.step }),
    ...(summary?.endedBy && { endedBy: summary.endedBy }),
    runDir: folder.path,
  };
}

const FILE_TEXTS: readonly (readonly [RunFile, string])[] = [
  ['curve', 'curve'],
  ['metrics', 'metrics'],
  ['progress', 'table'],
  ['summary', 'summary'],
  ['checkpoint', 'state'],
  ['policy', 'policy'],
  ['onnx', 'ONNX'],
];

/** Folders in that of the run. */
const FOLDER_TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['best', 'best'],
  ['checkpoints', 'kept'],
  ['films', 'films'],
];

/** What a person reads at the end. */
function report(run: TrainingRun, folder: RunFolder, evaluation: FinalEvaluation, io: Io): string {
  const { spec, step, wallSeconds, best } = run;
  const { bold } = styleOf(io.stdout, io.env);
  const { returns, successRate } = evaluation;
  const { rewardThreshold } = spec;
  const verdict = verdictText(returns, rewardThreshold, styleOf(io.stdout, io.env));
  const spread = `mean return ${formatNumber(mean(returns))} ± ${formatNumber(standardDeviation(returns))}`;
  return [
    '',
    `trained ${counted(step, 'step')} in ${formatDuration(wallSeconds)} (${formatCount(step / wallSeconds)} steps/s)`,
    ...endText(run),
    `evaluation: ${counted(returns.length, 'greedy episode')}, ${spread}${successText(successRate)}${verdict}${cutText(evaluation)}`,
    ...(best
      ? [`best evaluation in training: mean return ${formatNumber(best.meanReturn)}, at ${formatCount(best.step)} steps`]
      : []),
    '',
    `run folder  ${folder.shown}`,
    ...FILE_TEXTS.filter(([name]) => folder.has(name)).map(
      ([name, text]) => `  ${text.padEnd(10)}${folder.file(name).slice(folder.path.length + 1)}`,
    ),
    ...FOLDER_TEXTS.filter(([name]) => existsSync(join(folder.path, name))).map(([name, text]) => `  ${text.padEnd(10)}${name}/`),
    '',
    ...(run.description.tensorboard ? [`in TensorBoard: tensorboard --logdir ${shellWord(folder.shown)}`] : []),
    `evaluate it again with: ${bold(`${io.command} eval ${shellWord(folder.shown)}`)}${best ? ' (the best policy: --best)' : ''}`,
    '',
  ].join('\n');
}

/** Why a run ended before its steps were done; nothing where they are. */
function endText({ summary, description: { evaluation = {}, steps } }: TrainingRun): string[] {
  if (!summary?.endedBy) return [];
  const why =
    summary.endedBy === 'return'
      ? `an evaluation reached ${evaluation.stopAtReturn}`
      : `${evaluation.patience} evaluations in a row were no better`;
  return [`ended before ${counted(steps, 'step')}: ${why}`];
}
