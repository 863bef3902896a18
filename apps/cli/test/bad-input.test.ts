import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli, tinyRun } from './run-cli.ts';

const folder = inScratchFolder();

beforeAll(async () => {
  mkdirSync('empty');
  mkdirSync('full');
  writeFileSync('full/notes.txt', 'mine');
  writeFileSync('unknown.yaml', 'learningRat: 0.1\n');
  writeFileSync('range.json', '{"gamma": 2, "epochs": "many"}');
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
  [[...CARTPOLE, '--activation', 'gelu'], 'zpin train ppo: --activation must be one of tanh, relu, got "gelu".'],
  [[...CARTPOLE, '--normalize-advantage', 'yes'], 'zpin train ppo: --normalize-advantage must be true or false, got "yes".'],
  [[...CARTPOLE, '--steps', 'many'], 'zpin train ppo: --steps must be an integer >= 1, got "many".'],
  [[...CARTPOLE, '--steps=-1'], 'zpin train ppo: --steps must be an integer >= 1, got "-1".'],
  [[...CARTPOLE, '--seed', '1.5'], 'zpin train ppo: --seed must be an integer in [0, 4503599627370496], got "1.5".'],
  [
    [...CARTPOLE, '--engine', 'gpu'],
    'zpin train ppo: --engine must be a known engine, got "gpu". Use one of auto, onnx, tensorflow.',
  ],
  [[...CARTPOLE, '--eval-every', '0'], 'zpin train ppo: --eval-every must be an integer >= 1, got "0".'],
  [[...CARTPOLE, '--eval-episodes', '0'], 'zpin train ppo: --eval-episodes must be an integer >= 1, got "0".'],
  [[...CARTPOLE, '--checkpoint-every', 'x'], 'zpin train ppo: --checkpoint-every must be an integer >= 1, got "x".'],
  [
    [...CARTPOLE, '--config', 'unknown.yaml', '--gamma', '3'],
    [
      'zpin train ppo: --gamma must be a number in [0, 1], got 3. Leave it out for the default, 0.99.',
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
  [
    'train --resume ppo --env Acrobot-v1',
    'zpin train --resume: only steps, engine, evaluation and output may change, got "--env".',
  ],
  ['train --resume ppo --no-preset', 'zpin train --resume: only steps, engine, evaluation and output may change'],
  ['train --resume ppo', 'zpin train --resume: there must be steps left, got "128 of 128 done".'],
  ['train --resume ppo --steps 100', 'zpin train --resume: there must be steps left, got "128 of 100 done".'],
  ['train --resume ppo --steps 1.5', 'zpin train --resume: --steps must be an integer >= 1, got "1.5".'],
  ['train --resume torn --steps 256', 'the checkpoint must have'],
  ['train --resume version --steps 256', 'the checkpoint must be of format version 1, got 99.'],
  ['train --resume flipped --steps 256', 'the checkpoint must be as it was written'],
  ['train --resume other --steps 256', 'the checkpoint must be of algorithm ppo, got "dqn".'],
  ['train --resume damaged --steps 256', 'zpin train --resume: config.json must describe a run'],
  ['train --resume hollow --steps 256', 'zpin train --resume: config.json must describe a run'],
  ['train --resume edited --steps 256', 'zpin train --resume: gamma in config.json must be 0.98 as in the checkpoint, got 0.5.'],
  ['train --resume unknown --steps 256', 'zpin train --resume: the algorithm must be known, got "pp0". Did you mean ppo?'],
  ['eval', 'zpin eval: a run folder must be given'],
  ['eval nowhere', 'zpin eval: the run folder must exist'],
  ['eval full', 'zpin eval: a run folder must hold config.json'],
  ['eval torn', 'the checkpoint must have'],
  ['eval other', 'the checkpoint must be of algorithm ppo, got "dqn".'],
  ['eval edited', 'zpin eval: gamma in config.json must be 0.98'],
  ['eval ppo --episodes 0', 'zpin eval: --episodes must be an integer >= 1, got "0".'],
  ['eval ppo --episods 3', 'zpin eval: flags must be known, got "--episods". Did you mean --episodes?'],
  ['list env', 'zpin list: the topic must be one of algorithms, envs, presets, got "env". Write zpin list envs.'],
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
