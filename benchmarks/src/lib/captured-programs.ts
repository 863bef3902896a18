import type { NumericArray } from '@zpin/contracts';
import type { Algorithm, Engine, Executable, ProgramSource } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';

/** A program that was run, with the inputs of its last call. */
export interface Captured {
  readonly source: ProgramSource;
  readonly executable: Executable;
  inputs: Readonly<Record<string, NumericArray>>;
}

/** What a program is captured from. */
export interface CaptureCase {
  readonly title: string;
  readonly algorithm: Algorithm;
  readonly env: string;
  readonly config: object;
  readonly steps: number;
}

/** Trains for some steps, and returns every program that was run, in the order of the first calls. */
export async function capturePrograms(
  engine: Engine,
  { algorithm, env: id, config, steps }: CaptureCase,
): Promise<readonly Captured[]> {
  const programs: Captured[] = [];
  const build: Engine['build'] = async source => {
    const executable = await engine.build(source);
    const captured: Captured = { source, executable, inputs: {} };
    programs.push(captured);
    return {
      metricNames: executable.metricNames,
      run: inputs => {
        captured.inputs = Object.fromEntries(
          Object.keys(source.inputs).map(name => [name, (inputs[name] as NumericArray).slice()]),
        );
        return executable.run(inputs);
      },
      dispose: () => executable.dispose(),
    };
  };
  const numEnvs = 'numEnvs' in config && typeof config.numEnvs === 'number' ? config.numEnvs : 1;
  const env = makeVectorEnv(id, numEnvs);
  const agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine: { ...engine, build } });
  for await (const _ of algorithm.train({ agent, env, totalSteps: steps, seed: 1 }));
  return programs;
}
