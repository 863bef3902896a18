import { resolve } from 'node:path';
import type { Agent, EnvSpec, VectorEnv } from '@zpin/contracts';
import { type Algorithm, createEngine, parseConfig } from '@zpin/core';
import { loadAlgorithm } from './commands/train.ts';
import type { EngineChoice } from './flags.ts';
import { type RunDescription, RunFolder } from './run-folder.ts';

/** The agent of a run, as its last checkpoint left it, on an environment made for it. */
export interface TrainedAgent {
  readonly description: RunDescription;
  readonly folder: RunFolder;
  readonly algorithm: Algorithm;
  readonly agent: Agent;
  readonly env: VectorEnv;
  /** Environment steps of training behind it. */
  readonly step: number;
}

/**
 * Loads the agent of a run folder.
 * @param open makes the environment that the agent shall act in
 * @throws InputError or CheckpointError when the folder is not one of a run, or is damaged
 */
export async function trainedAgent(
  where: string,
  path: string,
  engineName: EngineChoice,
  open: (description: RunDescription) => Promise<VectorEnv>,
): Promise<TrainedAgent> {
  const folder = new RunFolder(resolve(path));
  const description = folder.describe(where);
  const algorithm = await loadAlgorithm(where, description.algorithm);
  const { header, state } = folder.readCheckpoint(where, description);
  const env = await open(description);
  const agent = await createAgent(algorithm, env.spec, description, folder, engineName);
  await agent.restore(state.agent as Parameters<typeof agent.restore>[0]);
  return { description, folder, algorithm, agent, env, step: header.step };
}

async function createAgent(
  algorithm: Algorithm,
  spec: EnvSpec,
  { config: described, seed }: RunDescription,
  folder: RunFolder,
  engineName: EngineChoice,
): Promise<Agent> {
  const config = parseConfig(algorithm.config, described, folder.file('description')) as object;
  return algorithm.create({ spec, config, seed, engine: await createEngine(engineName) });
}
