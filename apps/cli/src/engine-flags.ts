import { InputError, message } from '@zpin/contracts';
import type { Command } from 'commander';

export const ENGINES = ['auto', 'onnx', 'wasm', 'onnx+wasm', 'webgpu', 'tensorflow'] as const;
export type EngineChoice = (typeof ENGINES)[number];

export const DEVICES = ['cpu', 'webgpu'] as const;

/** What computes, as commander hands it over. */
export interface EngineFlags {
  readonly engine?: string;
  readonly device?: string;
}

/** Adds the flags of a command that computes. */
export function addEngineFlags(command: Command): Command {
  return command
    .option('--engine <name>', `what computes: ${ENGINES.join(', ')} (default: auto)`)
    .option('--device <name>', 'where it computes: cpu, or webgpu, which is the engine webgpu (default: cpu)');
}

/**
 * The engine that computes, and where.
 * @returns undefined where nothing is said of it @throws InputError when a name is unknown, or the engine is of another device
 */
export function readEngine(where: string, { engine, device }: EngineFlags): EngineChoice | undefined {
  const named = ENGINES.find(name => name === engine);
  if (engine !== undefined && named === undefined)
    throw new InputError(message(where, '--engine must be a known engine', engine, `Use one of ${ENGINES.join(', ')}`));
  if (device === undefined) return named;
  if (!DEVICES.some(name => name === device))
    throw new InputError(message(where, `--device must be ${DEVICES.join(' or ')}`, device, 'Choose one of them'));
  const isOther = device === 'webgpu' ? named !== undefined && named !== 'webgpu' : named === 'webgpu';
  if (isOther)
    throw new InputError(message(where, `--device ${device} must go with its engine`, engine, 'Leave one of them out'));
  return named ?? (device === 'webgpu' ? 'webgpu' : 'auto');
}
