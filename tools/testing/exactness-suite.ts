import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint, type TrainEvent, type TrainState } from '../../packages/core/src/index.ts';
import { readCheckpoint } from '../../packages/core/src/node.ts';
import {
  type AlgorithmCase,
  differences,
  exactnessEnvs,
  isRecorded,
  PATIENCE,
  type RecordedRun,
  recordRun,
  TOTAL_STEPS,
  titleOf,
} from './algorithm-case.ts';

/** Checkpoints fall into the middle of rollouts, before the first update, and between updates of every kind. */
const CHECKPOINT_EVERY_STEPS = 22;

/** Checks that a seed fixes every bit of a run, and that a run that stops and goes on is the run that never stopped. */
export function describeExactness(subject: AlgorithmCase): void {
  const { small, constant } = subject;

  describe.each(Object.entries(exactnessEnvs(subject)))(`${titleOf(subject)} on %s`, PATIENCE, (_name, makeEnv) => {
    const start = { config: small, seed: 3, totalSteps: TOTAL_STEPS };
    const run = (options: object) => recordRun(subject, { ...start, env: makeEnv(small.numEnvs), ...options });

    it('runs equally with one seed and differently with another', async () => {
      const [one, same, other] = [await run({}), await run({}), await run({ seed: 4 })];
      expect(same.events).toEqual(one.events);
      expect(differences(same.final, one.final)).toEqual([]);
      expect(other.events).not.toEqual(one.events);
      expect(differences(other.final, one.final).join()).toContain('state.agent.vectors');
    });

    it('goes on from any checkpoint as if it had never stopped', async () => {
      const saved: { at: number; state: TrainState; bytes: Uint8Array }[] = [];
      let reported = 0;
      const whole = await run({
        checkpointEverySteps: CHECKPOINT_EVERY_STEPS,
        onEvent(event: TrainEvent) {
          if (isRecorded(event)) reported++;
          else if (event.type === 'checkpoint')
            saved.push({ at: reported, state: event.state, bytes: encode(subject, event.state) });
        },
      });
      expect(saved.length).toBeGreaterThan(TOTAL_STEPS / CHECKPOINT_EVERY_STEPS);
      for (const { at, state, bytes } of saved) {
        // A state that shares an array with the run would have changed by now.
        expect(differences(decodeCheckpoint(bytes).state, state)).toEqual([]);
        // The new agent, environment and loop have another seed: all that goes on must come from the state.
        const rest = await run({ seed: 77, resume: decodeCheckpoint(bytes).state });
        expectContinuation(rest, whole, at);
      }
    });

    it('goes on after it was stopped by a signal', async () => {
      const whole = await run({});
      for (const stopAt of [1, 50, 100]) {
        const controller = new AbortController();
        const onEvent = ({ step }: TrainEvent) => {
          if (step >= stopAt) controller.abort();
        };
        const part = await run({ signal: controller.signal, onEvent });
        expect(part.summary.reason).toBe('stopped');
        expect(part.summary.steps).toBeLessThan(TOTAL_STEPS);
        const rest = await run({ seed: 77, resume: decodeCheckpoint(encode(subject, part.final)).state });
        expectContinuation(rest, whole, part.events.length);
      }
    });

    it('goes on beyond the steps that were planned', async () => {
      const config = { ...small, ...constant };
      const whole = await run({ config });
      const half = await run({ config, totalSteps: TOTAL_STEPS / 2 });
      expect(half.summary).toMatchObject({ reason: 'finished', steps: TOTAL_STEPS / 2 });
      const rest = await run({ config, seed: 77, resume: decodeCheckpoint(encode(subject, half.final)).state });
      expectContinuation(rest, whole, half.events.length);
    });

    it('keeps its schedules where a run with fewer steps goes on beyond them', async () => {
      const scheduledSteps = TOTAL_STEPS / 2;
      const whole = await run({ scheduledSteps });
      const half = await run({ totalSteps: scheduledSteps });
      const rest = await run({ scheduledSteps, seed: 77, resume: decodeCheckpoint(encode(subject, half.final)).state });
      expectContinuation(rest, whole, half.events.length);
    });

    it('is not disturbed by evaluation', async () => {
      const whole = await run({});
      const evaluation = { env: makeEnv(3), everySteps: 40, episodes: 4, seed: 5 };
      const evaluated = await run({ evaluation });
      expect(evaluated.events.filter(event => (event as TrainEvent).type !== 'eval')).toEqual(whole.events);
      expect(evaluated.events.length).toBe(whole.events.length + Math.floor(TOTAL_STEPS / 40));
      // What the evaluations were is the one thing that a run without them does not know.
      const { best, evaluationsSinceBest, ...counters } = evaluated.final.counters as Readonly<Record<string, number>>;
      expect([best, evaluationsSinceBest]).not.toContain(undefined);
      expect(differences({ ...evaluated.final, counters }, whole.final)).toEqual([]);
    });
  });
}

/** `rest` is what `whole` did after its event `at`, and ends where it ended. */
function expectContinuation(rest: RecordedRun, whole: RecordedRun, at: number): void {
  expect(differences(rest.final, whole.final)).toEqual([]);
  expect(rest.events).toEqual(whole.events.slice(at));
  expect(rest.summary).toEqual(whole.summary);
}

function encode({ algorithm }: AlgorithmCase, state: TrainState): Uint8Array {
  return encodeCheckpoint({ header: { algorithm: algorithm.id, env: 'any', config: {}, seed: 3, step: 0 }, state });
}

/**
 * Checks the same across processes: one stops half-way, and another goes on from its file.
 * @param entry path of a module that calls `trainInProcess`
 */
export function describeNewProcess(subjects: readonly AlgorithmCase[], entry: string): void {
  let folder = '';
  let script = '';

  beforeAll(async () => {
    // Inside the package, from where the libraries that are not bundled can be found.
    folder = mkdtempSync(join(dirname(entry), '..', 'node_modules', '.train-process-'));
    script = join(folder, 'train-process.mjs');
    await build({
      entry: [entry],
      outDir: folder,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      outExtension: () => ({ js: '.mjs' }),
      skipNodeModulesBundle: true,
      // What packages bring along themselves cannot be found from those that use them.
      noExternal: [/^@zpin\//, 'zod'],
      esbuildOptions(options) {
        options.conditions = ['@zpin/source'];
      },
      splitting: false,
      config: false,
      silent: true,
    });
  }, PATIENCE.timeout);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(subjects)('$algorithm.id', PATIENCE, subject => {
    it.each(Object.entries(exactnessEnvs(subject)))('goes on in a new process, on %s', async (name, makeEnv) => {
      const train = (file: string, ...options: string[]) => {
        const path = join(folder, file);
        execFileSync(process.execPath, [script, subject.algorithm.id, name, path, ...options], { stdio: 'pipe' });
        return path;
      };
      const half = train('half.bin', '--stop-at', '90');
      expect(readCheckpoint(half).header.step).toBeLessThan(TOTAL_STEPS / 2);
      const resumed = readCheckpoint(train('resumed.bin', '--resume', half));
      expect(resumed.header.step).toBe(TOTAL_STEPS);
      const whole = await recordRun(subject, {
        env: makeEnv(subject.small.numEnvs),
        config: subject.small,
        seed: 3,
        totalSteps: TOTAL_STEPS,
      });
      expect(differences(resumed.state, whole.final)).toEqual([]);
    });
  });
}
