import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StateValue } from '@zpin/contracts';
import { decodeCheckpoint, encodeCheckpoint } from '@zpin/core';
import { beforeAll, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli, tinyRun } from './run-cli.ts';

const folder = inScratchFolder();

beforeAll(async () => {
  for (const name of ['empty', 'empty.gif', 'empty.svg']) mkdirSync(name);
  mkdirSync('full');
  writeFileSync('full/notes.txt', 'mine');
  writeFileSync('unknown.yaml', 'learningRat: 0.1\n');
  writeFileSync('range.json', '{"gamma": 2, "epochs": "many"}');
  writeFileSync('many.json', JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`setting${i}`, i]))));
  writeFileSync('torn.json', '{"gamma": ');
  for (const algorithm of ['ppo', 'dqn'] as const) {
    const { exitCode } = await runCli(tinyRun(algorithm, algorithm, '--steps', '128', '--quiet'));
    expect(exitCode).toBe(0);
  }
  const spoil = (name: string, change: (checkpoint: Buffer) => Uint8Array) => {
    cpSync('ppo', name, { recursive: true });
    writeFileSync(join(name, 'checkpoint.bin'), change(readFileSync('ppo/checkpoint.bin')));
  };
  spoil('torn', bytes => bytes.subarray(0, 1000));
  spoil('version', bytes => {
    bytes.writeUInt32LE(99, 8);
    return bytes;
  });
  spoil('flipped', bytes => {
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 1;
    return bytes;
  });
  spoil('other', () => readFileSync('dqn/checkpoint.bin'));
  spoil('policy', () => readFileSync('ppo/policy.bin'));
  // Forged: other numbers under a checksum that is right.
  const forge = (name: string, change: (state: Record<string, StateValue>) => object) => {
    spoil(name, bytes => {
      const { header, state } = decodeCheckpoint(bytes);
      return encodeCheckpoint({ header, state: { ...state, ...change(state) } });
    });
  };
  forge('no-agent', () => ({ agent: 1 }));
  forge('no-vectors', () => ({ agent: {} }));
  forge('no-number', ({ agent }) => {
    const { vectors } = agent as { vectors: Record<string, Float32Array> };
    vectors.parameters[3] = Number.NaN;
    return {};
  });
  forge('other-step', ({ counters }) => ({ counters: { ...(counters as object), step: 1e300 } }));
  forge('no-count', ({ counters }) => ({ counters: { ...(counters as object), episodes: 'many' } }));
  forge('no-env', ({ collector }) => ({ collector: { ...(collector as object), env: { envs: [1, 2], seeded: 7 } } }));
  forge('short', ({ collector }) => ({ collector: { ...(collector as object), obs: new Float32Array(3) } }));
  forge('long-rollout', ({ rollout }) => ({ rollout: { ...(rollout as object), length: 1e9 } }));
  for (const [name, description] of [
    ['damaged', '{'],
    ['hollow', '{"algorithm":"ppo","env":"CartPole-v1","seed":1,"steps":128,"config":null}'],
    ['edited', readFileSync('ppo/config.json', 'utf8').replace('"gamma": 0.98', '"gamma": 0.5')],
    ['unknown', readFileSync('ppo/config.json', 'utf8').replace('"ppo"', '"pp0"')],
  ] as const) {
    cpSync('ppo', name, { recursive: true });
    writeFileSync(join(name, 'config.json'), description);
  }
});

/** Every file of the scratch folder with its content. */
function snapshot(): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files.map(file => {
      const path = join(file.parentPath, file.name);
      return [path, file.isFile() ? readFileSync(path, 'base64') : 'folder'];
    }),
  );
}

const CARTPOLE = ['train', 'ppo', '--env', 'CartPole-v1', '--steps', '64'];

it.each([
  ['trian ppo', 'zpin: the command must be known, got "trian". Did you mean train? Otherwise: zpin --help shows all.'],
  ['--versoin', 'zpin: flags must be known, got "--versoin".'],
  ['train', 'zpin train: an algorithm must be named'],
  ['train ppoo', 'zpin train: the algorithm must be known, got "ppoo". Did you mean ppo?'],
  ['train --env CartPole-v1 ppo', 'zpin train: the algorithm must come first, got "ppo".'],
  ['train ppo', 'zpin train ppo: --env must be given'],
  ['train ppo --env', 'zpin train ppo: the flag must have a value, got "--env".'],
  [
    'train ppo --env CartPol-v1',
    'zpin train ppo: --env must be a known environment, got "CartPol-v1". Did you mean CartPole-v1?',
  ],
  ['train ppo more --env CartPole-v1', 'zpin train ppo: there must be fewer arguments, got "ppo more --env CartPole-v1".'],
  ['train dqn --env Pendulum-v1', 'dqn: actions of Pendulum-v1 must be Discrete, got "Box([1], float32)".'],
  [[...CARTPOLE, '--gama', '1'], 'zpin train ppo: flags must be known, got "--gama". Did you mean --gamma?'],
  [[...CARTPOLE, '--gamma', '2'], 'zpin train ppo: --gamma must be a number in [0, 1], got 2.'],
  [[...CARTPOLE, '--gamma', 'high'], 'zpin train ppo: --gamma must be a number in [0, 1], got "high".'],
  [[...CARTPOLE, '--num-envs', '0'], 'zpin train ppo: --num-envs must be an integer >= 1, got 0.'],
  [[...CARTPOLE, '--epochs', '1.5'], 'zpin train ppo: --epochs must be an integer >= 1, got 1.5.'],
  [[...CARTPOLE, '--hidden-sizes', '8,,8'], 'zpin train ppo: --hidden-sizes must be a list of integers > 0, got "8,,8".'],
  [[...CARTPOLE, '--activation', 'gelu'], 'zpin train ppo: --activation must be one of tanh, relu, relu6, got "gelu".'],
  [[...CARTPOLE, '--normalize-advantage', 'yes'], 'zpin train ppo: --normalize-advantage must be true or false, got "yes".'],
  [[...CARTPOLE, '--steps', 'many'], 'zpin train ppo: --steps must be an integer >= 1, got "many".'],
  [[...CARTPOLE, '--steps=-1'], 'zpin train ppo: --steps must be an integer >= 1, got "-1".'],
  [[...CARTPOLE, '--seed', '1.5'], 'zpin train ppo: --seed must be an integer >= 0, got "1.5".'],
  [[...CARTPOLE, '--threads', '0'], 'zpin train ppo: --threads must be an integer >= 1, got "0".'],
  [
    [...CARTPOLE, '--engine', 'gpu'],
    'zpin train ppo: --engine must be a known engine, got "gpu". Use one of auto, onnx, wasm, onnx+wasm, webgpu, tensorflow.',
  ],
  [[...CARTPOLE, '--eval-every', '0'], 'zpin train ppo: --eval-every must be an integer >= 1, got "0".'],
  [[...CARTPOLE, '--eval-episodes', '0'], 'zpin train ppo: --eval-episodes must be an integer >= 1, got "0".'],
  [[...CARTPOLE, '--checkpoint-every', 'x'], 'zpin train ppo: --checkpoint-every must be an integer >= 1, got "x".'],
  [
    [...CARTPOLE, '--config', 'unknown.yaml', '--gamma', '3'],
    [
      'zpin train ppo: --gamma must be a number in [0, 1], got 3. Leave it out for that of the preset, 0.98.',
      'zpin train ppo: learningRat in unknown.yaml must be a known setting, got "learningRat". Write learningRate.',
    ].join('\n'),
  ],
  [[...CARTPOLE, '--config', 'range.json'], 'zpin train ppo: gamma in range.json must be a number in [0, 1], got 2.'],
  [[...CARTPOLE, '--config', 'torn.json'], 'zpin train --config: the file must be valid JSON, got "torn.json".'],
  [[...CARTPOLE, '--config', 'none.yaml'], 'zpin train --config: the file must be readable, got "none.yaml".'],
  [[...CARTPOLE, '--run-dir', 'full'], 'zpin train ppo: --run-dir must be new or empty'],
  [[...CARTPOLE, '--run-dir', 'full/notes.txt'], 'zpin train ppo: --run-dir must be new or empty'],
  [[...CARTPOLE, '--run-dir', 'full/notes.txt/run'], 'zpin train ppo: --run-dir must be a place to write to'],
  ['train --resume', 'zpin train: the flag must have a value, got "--resume".'],
  ['train --resume nowhere', 'zpin train --resume: the run folder must exist'],
  ['train --resume full', 'zpin train --resume: a run folder must hold config.json'],
  ['train --resume empty', 'zpin train --resume: a run folder must hold config.json'],
  ['train ppo --resume ppo', 'zpin train --resume: the run folder names the algorithm, got "ppo".'],
  ['train --resume ppo --env Acrobot-v1', 'zpin train --resume: --env must be the file of its environment, got "Acrobot-v1".'],
  ['train --resume ppo --no-preset', 'zpin train --resume: only steps, engine, evaluation and output may change'],
  ['train --resume ppo', 'zpin train --resume: there must be steps left, got "128 of 128 done".'],
  ['train --resume ppo --steps 100', 'zpin train --resume: there must be steps left, got "128 of 100 done".'],
  ['train --resume ppo --steps 1.5', 'zpin train --resume: --steps must be an integer >= 1, got "1.5".'],
  ['train --resume torn --steps 256', 'the checkpoint must have'],
  ['train --resume version --steps 256', 'the checkpoint must be of format version 1 or 2, got 99.'],
  ['train --resume flipped --steps 256', 'the checkpoint must be as it was written'],
  ['train --resume other --steps 256', 'the checkpoint must be of algorithm ppo, got "dqn".'],
  ['train --resume damaged --steps 256', 'zpin train --resume: config.json must describe a run'],
  ['train --resume hollow --steps 256', 'zpin train --resume: config.json must describe a run'],
  ['train --resume edited --steps 256', 'zpin train --resume: gamma in config.json must be 0.98 as in the checkpoint, got 0.5.'],
  ['train --resume unknown --steps 256', 'zpin train --resume: the algorithm must be known, got "pp0". Did you mean ppo?'],
  ['train --resume policy --steps 256', 'the file must hold the checkpoint of a run, got "a policy".'],
  ['train --resume no-agent --steps 256', 'the file must hold the checkpoint of a run'],
  ['train --resume no-number --steps 256', 'parameters must be finite, got NaN.'],
  ['train --resume other-step --steps 256', 'the state must be of step 128, as the header says, got 1e+300.'],
  ['eval policy', 'the file must hold the checkpoint of a run, got "a policy".'],
  ['eval no-vectors', 'the saved state must be as it was written'],
  [[...CARTPOLE, '--run-dir', '/dev/null/run'], 'zpin train ppo: --run-dir must be a place to write to'],
  [
    [...CARTPOLE, '--config', 'many.json'],
    'zpin train ppo: settings must be right, 20 of those that are not are shown, got 20000.',
  ],
  [[...CARTPOLE, '--\u001b[2Jgamma', '1'], 'zpin train ppo: flags must be known, got "--\\u001b[2Jgamma".'],
  [['eval', '\u001b]0;x\u0007'], 'zpin eval: the run folder must exist, got '],
  [[...CARTPOLE, '--hidden-sizes', '1e9'], 'network: it must have at most 268435456 weights, got '],
  [[...CARTPOLE, '--rollout-length', '1e12'], 'zpin train ppo: the run must fit in the memory of this machine, '],
  ['train dqn --env CartPole-v1 --batch-size 1e10', 'zpin train dqn: the run must fit in the memory of this machine, '],
  ['train dqn --env CartPole-v1 --hidden-sizes 1e6,1e6', 'network: it must have at most 268435456 weights, got '],
  ['train qr-dqn --env CartPole-v1 --num-quantiles 1e9', '--num-quantiles must be an integer in [2, 1000], got 1000000000.'],
  ['train iqn --env CartPole-v1 --num-quantiles 1e9', '--num-quantiles must be an integer in [1, 1000], got 1000000000.'],
  ['train recurrent-ppo --env CartPole-v1 --recurrent-size 1e9', 'network: it must have at most 268435456 weights, got '],
  [[...CARTPOLE, '--wrap', 'frame-stack:1e9'], 'FrameStack: count must be at most '],
  ['train q-learning --env CartPole-v1 --wrap discretize-observation:200:-1,-1,-1,-1:1,1,1,1', 'table: it must have at most '],
  [
    'train q-learning --env CartPole-v1 --wrap discretize-observation:1e3:-1,-1,-1,-1:1,1,1,1',
    'DiscretizeObservation: bins must make at most 2147483648 combinations, got 1000000000000.',
  ],
  ['train dqn --env Pendulum-v1 --wrap discretize-action:1e9', 'network: it must have at most 268435456 weights, got '],
  ['record ppo --out empty.gif', 'zpin record: --out must be a file, got '],
  ['collect --env CartPole-v1 --steps 100 --out empty', 'zpin collect: --out must be a file, got '],
  ['plot ppo --out empty.svg', 'zpin plot: --out must be a file, got '],
  ['eval', 'zpin eval: a run folder must be given'],
  ['eval nowhere', 'zpin eval: the run folder must exist'],
  ['eval full', 'zpin eval: a run folder must hold config.json'],
  ['eval torn', 'the checkpoint must have'],
  ['eval other', 'the checkpoint must be of algorithm ppo, got "dqn".'],
  ['eval edited', 'zpin eval: gamma in config.json must be 0.98'],
  ['eval ppo --episodes 0', 'zpin eval: --episodes must be an integer >= 1, got "0".'],
  ['eval ppo --episods 3', 'zpin eval: flags must be known, got "--episods". Did you mean --episodes?'],
  ['list env', 'zpin list: the topic must be one of algorithms, envs, presets, policies, got "env". Write zpin list envs.'],
  ['list --jsn', 'zpin list: flags must be known, got "--jsn". Did you mean --json?'],
] as const)('refuses %s', async (line, expected) => {
  const before = snapshot();
  const { exitCode, out, err, io } = await runCli(typeof line === 'string' ? line.split(' ') : line);
  // Ctrl-C is what it is without a run.
  expect(io.listeners).toBe(0);
  expect(err).toContain(expected);
  expect(err).toMatch(/^(\S.*, got .*\. .*\.\n)+$/);
  expect(exitCode).toBe(2);
  expect(out).toBe('');
  expect(snapshot()).toEqual(before);
});

it.runIf(process.platform === 'linux').each([
  ['train q-learning --env FrozenLake-v1 --steps 64 --run-dir /proc/zpin', '--run-dir must be a place to write to'],
  ['collect --env CartPole-v1 --steps 64 --out /proc/zpin', '--out must be a place to write to'],
  ['record ppo --out /proc/zpin.gif', '--out must be a place to write to'],
  ['plot ppo --out /proc/zpin.svg', '--out must be a place to write to'],
  ['collect --env CartPole-v1 --steps 64 --out /dev/full', '--out must be a file'],
])('refuses %s, where there are no files, before it plays', async (line, expected) => {
  const { exitCode, out, err } = await runCli(line.split(' '));
  expect(err).toContain(expected);
  expect([exitCode, out, err.split('\n').length]).toEqual([2, '', 2]);
});

it.each([
  ['train --resume no-vectors --steps 256', 'the saved state must be as it was written'],
  ['train --resume no-count --steps 256', 'episodes of the saved state must be a whole number >= 0, got "many".'],
  ['train --resume no-env --steps 256', 'CartPole-v1.restore: the state must be one of CartPole-v1'],
  ['train --resume short --steps 256', 'obs of the saved state must be a Float32Array of 8, got Float32Array of 3.'],
  ['train --resume long-rollout --steps 256', 'the length of a saved rollout must be a whole number <= 32, got 1000000000.'],
])('refuses %s, whose checksum is right', async (line, expected) => {
  const [, , folder] = line.split(' ');
  const before = readFileSync(join(folder, 'checkpoint.bin'), 'base64');
  const { exitCode, err } = await runCli(line.split(' '));
  expect(err).toContain(expected);
  expect(err).toMatch(/^(\S.*, got .*\. .*\.\n)+$/);
  expect(exitCode).toBe(2);
  expect(readFileSync(join(folder, 'checkpoint.bin'), 'base64')).toBe(before);
});
