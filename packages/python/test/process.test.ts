import { execFile, spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CheckpointError, EnvError, InputError, type VectorEnv, WorkerError } from '@zpin/contracts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { makeGymnasiumVectorEnv } from '../src/index.ts';
import { PythonProcess } from '../src/python-process.ts';
import { fakePython, withFakePython } from './with-fake-python.ts';

const scratch = inScratchFolder();
withFakePython();

const open: VectorEnv[] = [];
afterEach(() => {
  for (const env of open.splice(0)) env.close();
});

/** What playing an environment ends with. */
function endOf(id: string, options: Record<string, unknown> = {}): unknown {
  const env = makeGymnasiumVectorEnv(id, 2, options);
  open.push(env);
  const out = env.createStep();
  env.reset(out, 1);
  try {
    for (let t = 0; t < 3; t++) env.step(Int32Array.of(1, 1), out);
  } catch (error) {
    expect(() => env.step(Int32Array.of(1, 1), out)).toThrow();
    return error;
  }
  return undefined;
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** An executable in the place of Python. */
function executable(name: string, script: string): string {
  const file = join(scratch, name);
  writeFileSync(file, `#!/usr/bin/env node\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

function withPython(command: string, act: () => unknown): unknown {
  process.env.ZPIN_PYTHON = command;
  try {
    return thrownBy(act);
  } finally {
    process.env.ZPIN_PYTHON = fakePython;
  }
}

/** Whether a process is there. */
function lives(id: number): boolean {
  return thrownBy(() => process.kill(id, 0)) === undefined;
}

describe('an environment that', () => {
  it('throws is told with the place, and its episodes may begin anew', () => {
    const env = makeGymnasiumVectorEnv('Throw-v0', 1);
    open.push(env);
    const out = env.createStep();
    env.reset(out, 1);
    for (let t = 0; t < 2; t++) env.step(Int32Array.of(1), out);
    const error = thrownBy(() => env.step(Int32Array.of(1), out));
    expect(error).toBeInstanceOf(EnvError);
    expect((error as Error).message).toBe(
      'gymnasium:Throw-v0.step: the environment must not throw, got "ZeroDivisionError: division by zero". ' +
        'Look at File "world.py", line 3, in step | return 1 / 0.',
    );
    env.reset(out, [9]);
    expect(out.obs[0]).toBe(9);
  });

  it('dies is told with the signal', () => {
    const error = endOf('Die-v0');
    expect(error).toBeInstanceOf(WorkerError);
    expect((error as Error).message).toBe('gymnasium:Die-v0.step: Python must live, got "an end by SIGKILL". It said nothing.');
  });

  it('hangs is given up after its time, and its process ended', async () => {
    const error = endOf('Hang-v0', { timeoutSeconds: 4 });
    expect(error).toBeInstanceOf(WorkerError);
    expect((error as Error).message).toBe(
      'gymnasium:Hang-v0.step: Python must answer within 4 s, got "no answer". ' +
        'Allow more by timeoutSeconds, or look for what the environment waits for.',
    );
  });

  it('has a space of another kind is refused by name', () => {
    const error = thrownBy(() => makeGymnasiumVectorEnv('Text-v0', 1));
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toBe('gymnasium:Text-v0: the observation must be of Box, got "Text". Wrap it.');
  });
});

describe('in the place of Python', () => {
  it('nothing is told with what to do', () => {
    const error = withPython('/nowhere/python', () => makeGymnasiumVectorEnv('Counter-v0', 1));
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toBe(
      'gymnasium:Counter-v0: Python must be there as /nowhere/python, got "spawn /nowhere/python ENOENT". ' +
        'Install Python 3.9 or later with gymnasium, or say where it is by ZPIN_PYTHON.',
    );
  });

  it('a path through a file is told as what the system says, at once', () => {
    const file = join(scratch, 'a-file');
    writeFileSync(file, '');
    const error = withPython(join(file, 'python'), () => makeGymnasiumVectorEnv('Counter-v0', 1));
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(
      /^gymnasium:Counter-v0: Python must be there as .*a-file.python, got "spawn.* ENOTDIR"/,
    );
  });

  it('a program that prints before it answers is told with what it printed', () => {
    const program = executable('talking-python', `process.stdout.write('Activating\\n'); import('${fakePython}');`);
    const error = withPython(program, () => makeGymnasiumVectorEnv('Counter-v0', 1));
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(
      /^gymnasium:Counter-v0: .*talking-python must leave its output to the frames of this program, got "Activating/,
    );
  });

  it('a program that ends is told with its last words', () => {
    const program = executable('old-python', 'process.exitCode = 3');
    const error = withPython(program, () => makeGymnasiumVectorEnv('Counter-v0', 1));
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toBe(
      `gymnasium:Counter-v0: ${program} must be a Python that starts, got "an end with code 3". It said nothing. ` +
        'ZPIN_PYTHON chooses another Python.',
    );
  });
});

it('ends its process when it is closed, one that hangs too', async () => {
  for (const [id, asks] of [
    ['Counter-v0', 1],
    ['Hang-v0', 3],
  ] as const) {
    const child = new PythonProcess(id, { command: fakePython, args: [] }, 4);
    child.call('', 0, Buffer.from(JSON.stringify({ id, copies: 1, pictures: false })), 60);
    const step = Buffer.alloc(16);
    step.writeUInt32LE(1, 4);
    for (let t = 0; t < asks; t++) thrownBy(() => child.call('step', 1, step));
    expect(child.id).toBeGreaterThan(0);
    child.close();
    child.close();
    await vi.waitFor(() => expect(lives(child.id)).toBe(false), { timeout: 30_000 });
    expect(() => child.call('step', 1, step)).toThrow();
  }
});

/** Arguments of Node for a program of its own that plays. */
function playElsewhere(id: string, then: string): string[] {
  const file = join(scratch, 'play.mjs');
  writeFileSync(
    file,
    `
    import { makeGymnasiumVectorEnv } from '${new URL('../src/index.ts', import.meta.url).href}';
    const env = makeGymnasiumVectorEnv('${id}', 1);
    const out = env.createStep();
    env.reset(out, [1]);
    const play = () => env.step(Int32Array.of(1), out);
    ${then}`,
  );
  const typescript = new URL('../../../tools/testing/typescript.mjs', import.meta.url).href;
  return ['--conditions=@zpin/source', '--import', typescript, file];
}

it('shows what environments print on the error output, and nowhere else', async () => {
  const args = playElsewhere('Print-v0', 'play(); console.log(out.obs.join()); env.close();');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toBe('1,1\n');
  expect(stderr).toBe('a word from the environment\n');
});

it('tells what a process said last that ended by itself', async () => {
  const args = playElsewhere('Exit-v0', 'try { for (;;) play(); } catch (error) { console.log(error.message); }');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toBe('gymnasium:Exit-v0.step: Python must live, got "an end with code 5". It said last: out of everything.\n');
  expect(stderr).toBe('out of everything\n');
});

it('keeps of a bar that shows progress what it showed last', async () => {
  const args = playElsewhere('Bar-v0', 'try { for (;;) play(); } catch (error) { console.log(error.message); }');
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toBe(
    'gymnasium:Bar-v0.step: Python must live, got "an end with code 5". It said last: 97 % | 98 % | 99 % | 100 %.\n',
  );
});

it('ends what a process has started that ended before it', async () => {
  const args = playElsewhere('Parent-v0', 'try { for (;;) play(); } catch (error) { console.log(error.message); }');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toMatch(/Python must live, got "an end with code 5"\. It said last: \d+\.\n$/);
  await vi.waitFor(() => expect(lives(Number(stderr))).toBe(false), { timeout: 30_000 });
});

it.each([
  ['ends by itself without closing', ''],
  ['exits', 'play(); process.exit()'],
  ['throws', 'throw new Error()'],
  ['is killed', `process.kill(process.pid, 'SIGKILL')`],
])('leaves no process behind when its own %s', async (_, then) => {
  const id = join(scratch, 'pid');
  const program = executable(
    'watched-python',
    `const { writeFileSync } = require('node:fs'); writeFileSync('${id}', String(process.pid)); import('${fakePython}');`,
  );
  const parent = spawn(process.execPath, playElsewhere('Counter-v0', then), {
    stdio: 'ignore',
    env: { ...process.env, ZPIN_PYTHON: program },
  });
  await new Promise(resolve => parent.once('close', resolve));
  const child = Number(readFileSync(id, 'utf8'));
  expect(child).toBeGreaterThan(0);
  await vi.waitFor(() => expect(lives(child)).toBe(false), { timeout: 30_000 });
});

it('is a checkpoint error that a state does not go on', () => {
  const env = makeGymnasiumVectorEnv('Changed-v0', 1);
  open.push(env);
  const out = env.createStep();
  env.reset(out, 1);
  expect(env.isResumable).toBe(true);
  expect(thrownBy(() => env.restore(env.state()))).toBeInstanceOf(CheckpointError);
  // What was tried before did not show it.
  expect(env.isResumable).toBe(false);
});
