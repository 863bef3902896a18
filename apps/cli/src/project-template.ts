import { rangeOf } from './own-package.ts';

/** What runs TypeScript in the project, the same that loads environments from files, and what checks its types. */
export const TOOL_RANGES = { '@types/node': '^20.19.25', jiti: '^2.7.0', typescript: '^5.9.3' } as const;

/** Files of a small project, by their paths. @param name of the package */
export function projectFiles(name: string): Readonly<Record<string, string>> {
  const dependencies = ['@tensorflow/tfjs-core', '@zpin/cli', '@zpin/contracts', '@zpin/envs', 'zpin'];
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: {
      check: 'zpin check-env ./env.ts',
      train: 'zpin train ppo --env ./env.ts --config ppo.yaml --steps 20000',
      script: 'jiti train.ts',
      test: 'jiti env.test.ts',
      types: 'tsc',
    },
    dependencies: Object.fromEntries(dependencies.map(dependency => [dependency, rangeOf(dependency)])),
    devDependencies: TOOL_RANGES,
  };
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'tsconfig.json': TSCONFIG,
    '.gitignore': 'node_modules\nruns\n',
    'env.ts': ENVIRONMENT,
    'env.test.ts': TEST,
    'ppo.yaml': SETTINGS,
    'train.ts': SCRIPT,
    'README.md': README.replace('NAME', name),
  };
}

const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2022",
    "module": "nodenext",
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true
  },
  "include": ["*.ts"]
}
`;

const ENVIRONMENT = `import { box, discrete, type EnvSpec, type NumericArray } from '@zpin/contracts';
import { ArrayEnv } from '@zpin/envs';

const spec: EnvSpec = {
  id: 'Walk-v0',
  observationSpace: box({ low: -1, high: 1 }),
  actionSpace: discrete(2),
  maxEpisodeSteps: 50,
  rewardThreshold: -12,
};

/** Length of a step. */
const STEP = 0.1;

/** Walk along a line from the middle to its right end. Each step costs 1: the sooner, the better. */
export default class Walk extends ArrayEnv<Float32Array, number> {
  // Everything that changes: seeds, snapshots and resumed runs come from it.
  protected override readonly world = new Float64Array(1);

  constructor(wanted: EnvSpec = spec) {
    super(wanted);
  }

  protected override start(): void {
    this.world[0] = this.rng.uniform(-0.1, 0.1);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const way = actions[offset] === 1 ? STEP : -STEP;
    this.world[0] = Math.max(-1, Math.min(1, this.world[0] + way));
    this.reward = -1;
    this.terminated = this.world[0] === 1;
  }

  protected override observe(out: NumericArray, offset: number): void {
    out[offset] = this.world[0];
  }
}
`;

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEnv } from '@zpin/envs';
import Walk from './env.ts';

test('keeps the contract of environments', () => {
  assert.deepEqual(checkEnv(new Walk()), []);
});

test('ends at the right end of the line', () => {
  const env = new Walk();
  env.reset({ seed: 1 });
  let [steps, isOver] = [0, false];
  while (!isOver) {
    isOver = env.step(1).terminated;
    steps++;
  }
  // From somewhere in [-0.1, 0.1], in steps of 0.1.
  assert.ok(steps >= 9 && steps <= 11);
});
`;

const SETTINGS = `# Settings of PPO; zpin train ppo --help shows all.
numEnvs: 4
rolloutLength: 64
batchSize: 64
learningRate: 0.001
hiddenSizes: [32, 32]
`;

const SCRIPT = `// Trains in the library what \`npm run train\` trains on the command line.
import { train } from 'zpin';

const run = await train('ppo', './env.ts', {
  steps: 20_000,
  seed: 1,
  config: { numEnvs: 4, rolloutLength: 64, batchSize: 64, learningRate: 1e-3, hiddenSizes: [32, 32] },
});
const { meanReturn } = await run.evaluate({ episodes: 20 });
console.log(\`mean return of 20 episodes: \${meanReturn.toFixed(2)}\`);
run.dispose();
`;

const README = `# NAME

An environment of one's own, and an agent that learns in it, with zpin.

| command | does |
| --- | --- |
| \`npm run check\` | looks for faults of the environment |
| \`npm test\` | tests it |
| \`npm run types\` | checks the types of all files |
| \`npm run train\` | trains PPO in it; everything is in \`runs/\` |
| \`npx zpin eval runs/ppo-Walk-v0-seed1\` | evaluates the policy |
| \`npm run script\` | trains by a program, \`train.ts\` |

\`env.ts\` is the environment: its spaces, how an episode starts, what a step changes, what is observed. \`ppo.yaml\` has the settings of the
algorithm. \`npx zpin list\` shows other algorithms, and \`npx zpin train ppo --help\` every setting.
`;
