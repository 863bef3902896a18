import { InputError, message, nearestName } from '@zpin/contracts';
import type { CommandContext } from '../command.ts';
import { columnsOf } from '../io.ts';
import { wrapped } from '../wrapped-text.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** How each shell is told, for those who ask. */
const INSTALLATION: Readonly<Record<Shell, string>> = {
  bash: 'Write zpin completion bash > ~/.local/share/bash-completion/completions/zpin',
  zsh: 'Write zpin completion zsh > "$fpath[1]/_zpin"',
  fish: 'Write zpin completion fish > ~/.config/fish/completions/zpin.fish',
};

/** Adds `zpin completion`. */
export function completionCommand({ program, io, finish }: CommandContext): void {
  program
    .command('completion')
    .description('Print a script that lets a shell complete commands, flags, algorithms and environments.')
    .argument('[shell]', `one of ${SHELLS.join(', ')}`)
    .addHelpText('after', () => {
      const lines = SHELLS.flatMap(shell => wrapped(INSTALLATION[shell].replace('Write ', ''), columnsOf(io.stdout), '', '  '));
      return `\n${lines.join('\n')}`;
    })
    .exitOverride()
    .action(async (shell: string | undefined) => {
      await finish(printCompletion(shell, program, text => io.stdout.write(text)));
    });
}

async function printCompletion(
  name: string | undefined,
  program: CommandContext['program'],
  write: (text: string) => unknown,
): Promise<number> {
  const shell = SHELLS.find(known => known === name);
  if (!shell) {
    const where = 'zpin completion';
    const expectation = `the shell must be one of ${SHELLS.join(', ')}`;
    const near = name === undefined ? undefined : nearestName(name, SHELLS);
    throw new InputError(
      message(where, expectation, name ?? 'nothing', INSTALLATION[near === undefined ? 'bash' : (near as Shell)]),
    );
  }
  const [{ completionTables }, { bashCompletion, fishCompletion, zshCompletion }] = await Promise.all([
    import('../completion-tables.ts'),
    import('../completion-scripts.ts'),
  ]);
  const tables = await completionTables(program);
  write({ bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }[shell](tables));
  return 0;
}
