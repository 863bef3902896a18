import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli, tinyRun } from './run-cli.ts';

inScratchFolder();

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const dqn = (folder: string, ...more: string[]) => tinyRun('dqn', folder, '--learning-rate', '0.01', '--quiet', ...more);

describe('zpin train --eval-every', () => {
  it('keeps the best policy, says where, and eval --best plays it', async () => {
    const flags = ['--steps', '300', '--eval-every', '50', '--checkpoint-every', '100', '--keep-checkpoints', '2'];
    const { exitCode, out } = await runCli(dqn('kept', ...flags));
    expect(exitCode).toBe(0);
    const score = json('kept/best/score.json');
    const summary = json('kept/summary.json');
    expect(summary).toMatchObject({ bestReturnMean: score.meanReturn, bestStep: score.step });
    expect(out).toContain(`best evaluation in training: mean return ${Math.round(score.meanReturn * 100) / 100}`.slice(0, 50));
    expect(out).toContain('\n  best      best/\n');
    expect(out.endsWith('evaluate it again with: zpin eval kept (the best policy: --best)\n')).toBe(true);
    expect(readdirSync('kept/checkpoints').sort()).toEqual(['200', '300']);

    const best = await runCli(['eval', 'kept', '--best', '--episodes', '3', '--json']);
    // The same episodes as in training, so the same mean.
    expect(JSON.parse(best.out)).toMatchObject({ steps: score.step, evalReturnMean: score.meanReturn });
    const earlier = await runCli(['eval', 'kept', '--from-step', '200', '--episodes', '1', '--json']);
    expect(JSON.parse(earlier.out).steps).toBe(200);
    const both = await runCli(['eval', 'kept', '--from-step', '200', '--best']);
    expect([both.exitCode, both.err]).toEqual([
      2,
      'zpin eval: --best and --from-step exclude each other, got "200". Leave one out.\n',
    ]);
  });

  it('films the best policy too', async () => {
    const { exitCode, out } = await runCli(['record', 'kept', '--best', '--max-steps', '3']);
    expect([exitCode, out.split('\n')[0]]).toEqual([
      0,
      'dqn on CartPole-v1: return 3 in 3 steps, the most that --max-steps allows',
    ]);
  });

  it('goes on from a kept checkpoint, to what it was', async () => {
    const before = readFileSync('kept/metrics.jsonl');
    const { exitCode, out } = await runCli(['train', '--resume', 'kept', '--from-step', '200']);
    expect(exitCode).toBe(0);
    expect(out).toContain('from step 200\n');
    expect(readFileSync('kept/metrics.jsonl')).toEqual(before);
  });

  it('ends when a return is reached, and says why; the run goes on when it is told so', async () => {
    const { exitCode, out } = await runCli(dqn('reached', '--steps', '300', '--eval-every', '50', '--stop-at-return', '1'));
    expect(exitCode).toBe(0);
    expect(out).toContain('ended before 300 steps: an evaluation reached 1\n');
    expect(json('reached/summary.json')).toMatchObject({ steps: 50, endedBy: 'return' });
    const over = await runCli(['train', '--resume', 'reached']);
    expect([over.exitCode, over.err]).toEqual([
      2,
      'zpin train --resume: --stop-at-return must not have ended the run, got "its end at 50 of 300 steps". Give another --stop-at-return, or none, to go on.\n',
    ]);
    const on = await runCli(['train', '--resume', 'reached', '--stop-at-return', 'none', '--quiet']);
    expect(on.exitCode).toBe(0);
    expect(json('reached/summary.json')).toMatchObject({ steps: 300 });
    expect(json('reached/summary.json')).not.toHaveProperty('endedBy');
  });

  it('ends when patience is over', async () => {
    const { out } = await runCli(
      dqn('patient', '--steps', '300', '--eval-every', '1', '--patience', '2', '--learning-starts', '250'),
    );
    // Nothing is learned yet: the second and the third evaluation are no better than the first.
    expect(out).toContain('ended before 300 steps: 2 evaluations in a row were no better\n');
    expect(json('patient/summary.json')).toMatchObject({ steps: 3, bestStep: 1, endedBy: 'patience' });
  });

  it.each([
    [['--patience', '3'], '--patience needs evaluations while the run trains, got "none". Give --eval-every'],
    [['--stop-at-return', 'high', '--eval-every', '5'], '--stop-at-return must be a finite number, got "high"'],
    [['--patience', '0', '--eval-every', '5'], '--patience must be an integer >= 1, got "0"'],
    [['--keep-checkpoints', '0'], '--keep-checkpoints must be an integer >= 1, got "0"'],
    [['--from-step', '5'], '--from-step goes with --resume, got "5"'],
  ])('refuses %j', async (flags, text) => {
    const { exitCode, err } = await runCli(dqn('refused', ...flags));
    expect(exitCode).toBe(2);
    expect(err).toContain(`zpin train dqn: ${text}`);
    expect(existsSync('refused')).toBe(false);
  });

  it('eval --best says what is missing', async () => {
    await runCli(dqn('plain', '--steps', '60'));
    const { exitCode, err } = await runCli(['eval', 'plain', '--best']);
    expect(exitCode).toBe(2);
    expect(err).toMatch(
      /^zpin eval: --best needs a run that was evaluated while it trained, got ".*plain"\. Train with --eval-every, or leave it out: the last policy is there\.\n$/,
    );
  });
});

describe('zpin train --tensorboard', () => {
  it('leaves event files, on over a resumption, until told otherwise', async () => {
    const events = () => readdirSync('board').filter(name => name.includes('tfevents'));
    const { exitCode } = await runCli(dqn('board', '--steps', '100', '--tensorboard'));
    expect([exitCode, events()]).toEqual([0, ['events.out.tfevents.0000000001.zpin']]);
    await runCli(['train', '--resume', 'board', '--steps', '120', '--quiet']);
    expect(events()).toHaveLength(2);
    await runCli(['train', '--resume', 'board', '--steps', '140', '--quiet', '--no-tensorboard']);
    expect(events()).toHaveLength(2);
    expect(json('board/config.json').tensorboard).toBe(false);
    await runCli(dqn('none', '--steps', '60'));
    expect(readdirSync('none').filter(name => name.includes('tfevents'))).toEqual([]);
  });
});
