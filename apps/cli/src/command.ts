import type { Command } from 'commander';
import type { Io } from './io.ts';

/** What a subcommand needs to add itself to the program. */
export interface CommandContext {
  readonly program: Command;
  readonly io: Io;
  readonly argv: readonly string[];
  /** Takes the exit code of a command. */
  finish(run: Promise<number>): Promise<void>;
}
