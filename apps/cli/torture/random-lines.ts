import { type DescribedField, describeFields, flagText, kebabCase, type Rng } from '@zpin/contracts';
import { describeConfig } from '@zpin/core';
import { listEnvs } from '@zpin/envs';
import { algorithmIds, loadAlgorithm } from 'zpin/catalog';
import { RUN_NAMES } from './fixtures.ts';

/** Values that no flag was made for. */
const ODD_VALUES: readonly string[] = [
  ...['', ' ', '-', '--', 'null', 'undefined', 'true', 'false', 'NaN', 'Infinity', '-Infinity', '-0', '0', '1', '-1', '0.5'],
  ...[
    '1e9',
    '1e12',
    '1e15',
    '1e308',
    '1e999',
    '9007199254740993',
    '-1e9',
    '1e-300',
    '0x10',
    '1_000',
    '1,2,3',
    '1e9,1e9',
    ',',
    ',,',
  ],
  ...['type=linear,from=1,to=0', 'type=linear', 'type=,', 'a=b', '=', '[]', '{}', '[1,2]', '{"a":1}', '__proto__', 'constructor'],
  ...[
    '..',
    '/',
    '/proc/zpin',
    '/dev/null',
    '/dev/full',
    'data.zpin',
    'runs',
    'runs/ppo',
    'runs/ppo/config.json',
    'nowhere/at/all',
  ],
  ...['\u001b[31mred', 'a\nb', '\r', '\t', '\u0007', '\u202eabc', '\ud800', '😀', 'ü', '%s%n', '$(reboot)', "'; drop", '*', '\\'],
  ...['CartPole-v1', 'ppo', 'auto', 'onnx', 'future:4', 'frame-stack:4', 'x.svg', 'x.gif', 'x.yaml', 'settings.json'],
];

const WRAPPERS: readonly string[] = [
  ...['frame-stack:2', 'frame-stack:1e9', 'discretize-action:5', 'discretize-action:1e9', 'discretize-action:-1', 'clip-reward'],
  ...[
    'discretize-observation:3',
    'discretize-observation:1e6',
    'time-aware-observation',
    'flatten-observation',
    'sticky-action:0.5',
  ],
  ...['one-hot-observation', 'rescale-action', 'normalize-observation', 'nothing', 'frame-stack:', ':', 'frame-stack:1:2:3'],
];

/** Environments that are made in no time; others are drawn now and then. */
const LIGHT_ENVS = ['CartPole-v1', 'FrozenLake-v1', 'Pendulum-v1', 'CliffWalking-v1', 'MountainCar-v0', 'Acrobot-v1', 'Taxi-v3'];

/** Flags of the commands beside `train`, with what each takes. */
const FLAGS = {
  eval: { '--episodes': 'count', '--max-steps': 'count', '--seed': 'count', '--engine': 'engine', '--json': null },
  record: {
    ...{
      '--out': 'gif',
      '--episodes': 'count',
      '--max-steps': 'count',
      '--fps': 'count',
      '--seed': 'count',
      '--engine': 'engine',
    },
  },
  collect: {
    ...{
      '--env': 'env',
      '--env-option': 'option',
      '--wrap': 'wrapper',
      '--steps': 'count',
      '--epsilon': 'share',
      '--noise': 'share',
    },
    ...{ '--out': 'file', '--seed': 'count', '--engine': 'engine' },
  },
  fqe: {
    ...{ '--dataset': 'data', '--steps': 'count', '--gamma': 'share' },
    ...{ '--seed': 'count', '--engine': 'engine', '--json': null },
  },
  plot: { '--measure': 'measure', '--out': 'svg', '--points': 'count', '--title': 'text' },
  list: { '--json': null },
  train: {
    ...{
      '--env-option': 'option',
      '--wrap': 'wrapper',
      '--her': 'her',
      '--dataset': 'data',
      '--record-dataset': 'file',
      '--seed': 'count',
      '--run-dir': 'folder',
    },
    ...{
      '--resume': 'run',
      '--schedules': 'text',
      '--engine': 'engine',
      '--eval-every': 'count',
      '--eval-episodes': 'count',
      '--checkpoint-every': 'count',
    },
    ...{ '--config': 'settings', '--no-preset': null, '--json': null, '--quiet': null },
  },
} as const;

type Command = keyof typeof FLAGS;

/** Files of settings that lines name, with what is in them. */
export const SETTINGS_FILES: Readonly<Record<string, string>> = {
  'good.json': '{"gamma":0.9}',
  'many.json': JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`x${i}`, i]))),
  'deep.json': `{"gamma":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  'proto.json': '{"__proto__":{"gamma":2},"constructor":1}',
  'torn.yaml': 'gamma: [1',
  'bomb.yaml': [
    'a: &a [x]',
    ...Array.from('bcdefghij', (name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]}`)}]`),
  ].join('\n'),
  'control.json': '{"\\u001b[31mgamma":"\\u0007"}',
  'empty.yaml': '',
};

/** Draws command lines: every command, flags from the real settings, values that are good, bad, huge, empty or no text at all. */
export class RandomLines {
  readonly #rng: Rng;
  readonly #fields: ReadonlyMap<string, readonly DescribedField[]>;
  readonly #envs: readonly string[];
  readonly #options: readonly DescribedField[];
  #drawn = 0;

  private constructor(rng: Rng, fields: ReadonlyMap<string, readonly DescribedField[]>) {
    this.#rng = rng;
    this.#fields = fields;
    this.#envs = listEnvs().map(({ spec }) => spec.id);
    this.#options = listEnvs().flatMap(({ options = {} }) => describeFields(options));
  }

  static async from(rng: Rng): Promise<RandomLines> {
    const fields = await Promise.all(
      algorithmIds.map(async id => [id, describeConfig((await loadAlgorithm(id)).config)] as const),
    );
    return new RandomLines(rng, new Map(fields));
  }

  next(): string[] {
    this.#drawn++;
    const share = this.#rng.random();
    if (share < 0.02) return this.#nonsense();
    const line = share < 0.62 ? this.#train() : this.#other();
    return this.#chance(0.06) ? this.#spoiled(line) : line;
  }

  #nonsense(): string[] {
    return Array.from({ length: this.#rng.integers(0, 4) }, () => this.#odd());
  }

  #train(): string[] {
    if (this.#chance(0.12)) return ['train', '--resume', this.#value('run'), ...this.#flags('train', 2)];
    const id = this.#chance(0.04) ? this.#odd() : this.#pick(algorithmIds);
    const env = this.#value('env');
    const fields = this.#fields.get(id) ?? [];
    const options = this.#chance(0.15) ? this.#ownOptions(env) : [];
    const settings = Array.from({ length: this.#rng.integers(0, 4) }, () => this.#setting(fields)).flat();
    const steps = this.#chance(0.9) ? String(this.#rng.integers(1, 300)) : this.#odd();
    const small = ['--steps', steps, '--eval-episodes', '2', '--run-dir', `made/${this.#drawn}`];
    return ['train', id, '--env', env, ...small, ...options, ...settings, ...this.#flags('train', 3)];
  }

  #other(): string[] {
    const command = this.#pick(['eval', 'record', 'collect', 'fqe', 'plot', 'list'] as const);
    const runs = command === 'list' || (command === 'collect' && this.#chance(0.7)) ? [] : [this.#value('run')];
    const more = command === 'plot' && this.#chance(0.4) ? [this.#value('run')] : [];
    const short = (command === 'collect' || command === 'fqe') && this.#chance(0.8) ? ['--steps', '50'] : [];
    return [command, ...runs, ...more, ...short, ...this.#flags(command, 3)];
  }

  #flags(command: Command, most: number): string[] {
    const flags = Object.entries(FLAGS[command]) as [string, string | null][];
    return Array.from({ length: this.#rng.integers(0, most + 1) }, () => {
      const [flag, kind] = this.#pick(flags);
      return kind === null ? [flag] : [flag, this.#value(kind)];
    }).flat();
  }

  #setting(fields: readonly DescribedField[]): string[] {
    if (fields.length === 0) return [];
    const field = this.#pick(fields);
    const flag = `--${kebabCase(field.name)}`;
    if (this.#chance(0.45)) return [flag, field.default === undefined ? '1' : flagText(field.default)];
    return this.#chance(0.5) ? [flag, this.#odd()] : [flag, String(this.#number())];
  }

  #number(): number {
    const size = 10 ** (this.#rng.random() * 16 - 4);
    const value = this.#chance(0.5) ? Math.round(size) : size;
    return this.#chance(0.1) ? -value : value;
  }

  /** A value of a kind, which is right more often than not. */
  #value(kind: string): string {
    if (this.#chance(0.25)) return this.#odd();
    switch (kind) {
      case 'env':
        return this.#chance(0.85) ? this.#pick(LIGHT_ENVS) : this.#pick(this.#envs);
      case 'run':
        return `runs/${this.#pick(RUN_NAMES)}`;
      case 'count':
        return this.#chance(0.7) ? String(this.#rng.integers(1, 60)) : String(this.#number());
      case 'share':
        return String(this.#rng.random());
      case 'engine':
        return this.#pick(['auto', 'onnx', 'wasm', 'tensorflow']);
      case 'option':
        return this.#option();
      case 'wrapper':
        return this.#pick(WRAPPERS);
      case 'her':
        return this.#pick(['none', 'future:4', 'final:1', 'episode:1e9', 'future:-1']);
      case 'data':
        return 'data.zpin';
      case 'settings':
        return this.#pick(Object.keys(SETTINGS_FILES));
      case 'measure':
        return this.#pick(['return', 'length', 'evaluation', 'loss', 'success', 'nothing']);
      case 'gif':
      case 'svg':
        return `made/x.${kind}`;
      case 'folder':
        return `made/own-${this.#drawn}`;
      default:
        return `made/text-${this.#rng.integers(0, 9)}`;
    }
  }

  /** One or two options that the environment has. */
  #ownOptions(env: string): string[] {
    const entry = listEnvs().find(({ spec }) => spec.id === env);
    const known = describeFields(entry?.options ?? {});
    if (known.length === 0) return [];
    return Array.from({ length: this.#rng.integers(1, 3) }, () => {
      const { name, default: standard } = this.#pick(known);
      const value = this.#chance(0.4) ? flagText(standard) : this.#chance(0.4) ? this.#odd() : String(this.#number());
      return ['--env-option', `${name}=${value}`];
    }).flat();
  }

  /** An option of an environment; of which one, the line has forgotten. */
  #option(): string {
    const { name, default: standard } = this.#pick(this.#options);
    if (this.#chance(0.3)) return `${name}=${flagText(standard)}`;
    return `${name}=${this.#chance(0.5) ? this.#odd() : this.#number()}`;
  }

  /** The line with a part left out, put twice, or changed. */
  #spoiled(line: readonly string[]): string[] {
    const at = this.#rng.integers(0, line.length);
    const whole = [line[at]];
    const parts = this.#pick([[], [...whole, ...whole], [this.#odd()], [`${line[at]}\u001b`], ['x'.repeat(100_000)]]);
    return [...line.slice(0, at), ...parts, ...line.slice(at + 1)];
  }

  #odd(): string {
    return this.#chance(0.02) ? '9'.repeat(this.#rng.integers(1, 100_000)) : this.#pick(ODD_VALUES);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#rng.integers(0, items.length)];
  }

  #chance(share: number): boolean {
    return this.#rng.random() < share;
  }
}
