import type { EnvSpec } from '@zpin/contracts';
import { parseConfig } from '@zpin/core';
import { checkMemory } from '@zpin/replay';
import type { z } from 'zod';
import type { ReplayConfig } from './replay-fields.ts';

/**
 * The settings of an agent that learns from a replay memory, checked, defaults filled in.
 * @param algorithm named in errors
 * @throws ConfigError when a setting is unknown or out of range, or the replay memory would not fit into a machine
 */
export function agentConfig<Config extends ReplayConfig>(
  algorithm: string,
  schema: z.ZodType<Config>,
  { spec, config: given }: { readonly spec: EnvSpec; readonly config: Partial<Config> | undefined },
): Config {
  const config = parseConfig(schema, given ?? {}, algorithm);
  checkMemory(algorithm, { ...spec, capacity: config.bufferSize }, 'bufferSize');
  return config;
}
