import { printable } from '@zpin/contracts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { columnsOf, type Io } from '../io.ts';
import { styleOf } from '../style.ts';
import { table, wrapped } from '../wrapped-text.ts';

/** Adds `zpin doctor`. */
export function doctorCommand({ program, io, finish }: CommandContext): void {
  program
    .command('doctor')
    .description('Look at this machine: engines, optional packages, Python, memory, with a line of advice for each fault.')
    .option('--json', 'print JSON')
    .exitOverride()
    .action(async (flags: { json?: boolean }) => {
      await finish(examine(flags.json ?? false, io));
    });
}

async function examine(json: boolean, io: Io): Promise<number> {
  const { adviceOf, doctorFacts } = await import('../doctor-facts.ts');
  const facts = await doctorFacts(io.env);
  const advice = adviceOf(facts);
  const exitCode = advice.some(({ isFault }) => isFault) ? EXIT.failed : EXIT.done;
  if (json) {
    io.stdout.write(`${JSON.stringify({ ...facts, advice }, null, 2)}\n`);
    return exitCode;
  }
  const { bold, green, yellow } = styleOf(io.stdout, io.env);
  const width = columnsOf(io.stdout);
  const { memory, python } = facts;
  const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const section = (name: string, rows: readonly (readonly string[])[]) => [
    bold(name),
    table(
      rows.map(row => row.map(printable)),
      width,
    ),
    '',
  ];
  const lines = [
    ...section('machine', [
      ['zpin', facts.zpin],
      ['Node', `${facts.node}, ${facts.platform}`],
      ['cores', String(facts.cores)],
      ['memory', `${gibibytes(memory.free)} free of ${gibibytes(memory.total)}`],
    ]),
    ...section(
      'engines',
      facts.engines.map(({ name, description, problem }) => [
        name,
        description?.replace(`${name}: `, '') ?? `does not load: ${problem}`,
      ]),
    ),
    ...section(
      'optional packages',
      facts.packages.map(({ name, version, purpose }) => [name, version ?? 'not installed', purpose]),
    ),
    ...section('Python, for --env gymnasium:…', [
      [python.command, python.version ?? 'does not run'],
      ['gymnasium', python.gymnasium ?? 'not installed'],
    ]),
    ...(advice.some(({ isFault }) => isFault) ? [] : [green('No fault was found.')]),
    ...advice.flatMap(({ text }) => wrapped(text, width, '→ ', '  ').map(yellow)),
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
  return exitCode;
}
