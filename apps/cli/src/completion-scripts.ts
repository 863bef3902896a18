import type { Completed, CompletedCommand, CompletedFlag } from './completion-tables.ts';

/** A text in single quotes, for any of the shells. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const quotedForFish = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** The first words of a meaning: enough in a list. */
function short(meaning: string): string {
  const [first] = meaning.split(/[;:(]|\. |\.$/);
  return first.trim();
}

/** Flags of one command by what their values are. */
function valuesOf(commands: readonly CompletedCommand[]): Map<string, Completed> {
  const values = new Map<string, Completed>();
  for (const { flag, value } of commands.flatMap(({ flags }) => flags)) {
    if (value === null) continue;
    const before = values.get(flag);
    const words = [...new Set([...(before?.words ?? []), ...value.words])];
    values.set(flag, { words, paths: before?.paths ?? value.paths });
  }
  return values;
}

/** Flags of `zpin train` that one algorithm has, besides those of all. */
function flagsByAlgorithm(flags: readonly CompletedFlag[]): Map<string, CompletedFlag[]> {
  const found = new Map<string, CompletedFlag[]>();
  for (const flag of flags) for (const id of flag.algorithms ?? []) found.set(id, [...(found.get(id) ?? []), flag]);
  return found;
}

const common = (flags: readonly CompletedFlag[]) => flags.filter(({ algorithms }) => algorithms === null);
const names = (flags: readonly CompletedFlag[]) => [...new Set(flags.map(({ flag }) => flag))].join(' ');

/** For `bash`, from version 3.2 on. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const reply = ({ words, paths }: Completed) => [
    `COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$current"))`,
    ...(paths === 'files' ? ['COMPREPLY+=($(compgen -f -- "$current"))'] : []),
    ...(paths === 'folders' ? ['COMPREPLY+=($(compgen -d -- "$current"))'] : []),
  ];
  const body = (value: Completed) => reply(value).join('; ');
  const word = (index: string) => `"\${COMP_WORDS[${index}]}"`;
  const train = commands.find(({ name }) => name === 'train');
  const settings = flagsByAlgorithm(train?.flags ?? []);
  return [
    '# Completion of zpin in bash. Made by: zpin completion bash',
    '_zpin() {',
    `  local current=${word('COMP_CWORD')} previous=${word('COMP_CWORD-1')} command=${word('1')} algorithm=${word('2')}`,
    '  COMPREPLY=()',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W ${quoted([...commands.map(({ name }) => name), '--help', '--version'].join(' '))} -- "$current"))`,
    '    return',
    '  fi',
    '  case "$previous" in',
    ...[...valuesOf(commands)].map(([flag, value]) => `    ${flag}) ${body(value)}; return ;;`),
    '  esac',
    '  case "$current" in',
    '    -*)',
    '      local flags=""',
    '      case "$command" in',
    ...commands.map(({ name, flags }) => `        ${name}) flags=${quoted(names(common(flags)))} ;;`),
    '      esac',
    '      if [ "$command" = train ]; then',
    '        case "$algorithm" in',
    ...[...settings].map(([id, flags]) => `          ${id}) flags="$flags "${quoted(names(flags))} ;;`),
    '        esac',
    '      fi',
    '      COMPREPLY=($(compgen -W "$flags" -- "$current"))',
    '      return ;;',
    '  esac',
    '  case "$command" in',
    ...commands.map(({ name, argument }) => `    ${name}) ${body(argument)} ;;`),
    '  esac',
    '}',
    'complete -o filenames -F _zpin zpin',
    '',
  ].join('\n');
}

/** For `zsh`: with the meaning of each command and flag. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const described = (entries: readonly (readonly [string, string])[]) =>
    entries.map(([name, meaning]) => quoted(`${name.replaceAll(':', '\\:')}:${short(meaning)}`)).join(' ');
  const offer = ({ words, paths }: Completed) =>
    [
      ...(words.length > 0 ? [`compadd -- ${words.map(quoted).join(' ')}`] : []),
      ...(paths === 'files' ? ['_files'] : []),
      ...(paths === 'folders' ? ['_files -/'] : []),
    ].join('; ') || 'true';
  const flagsOf = (flags: readonly CompletedFlag[]) => described(flags.map(({ flag, meaning }) => [flag, meaning]));
  const train = commands.find(({ name }) => name === 'train');
  return [
    '#compdef zpin',
    '# Completion of zpin in zsh. Made by: zpin completion zsh',
    '_zpin() {',
    '  local command="$words[2]" algorithm="$words[3]" previous="$words[CURRENT-1]"',
    '  local -a commands flags',
    '  if (( CURRENT == 2 )); then',
    `    commands=(${described(commands.map(({ name, meaning }) => [name, meaning]))})`,
    "    _describe -t commands 'command of zpin' commands",
    '    return',
    '  fi',
    '  case "$previous" in',
    ...[...valuesOf(commands)].map(([flag, value]) => `    ${flag}) ${offer(value)}; return ;;`),
    '  esac',
    '  if [[ "$words[CURRENT]" == -* ]]; then',
    '    case "$command" in',
    ...commands.map(({ name, flags }) => `      ${name}) flags=(${flagsOf(common(flags))}) ;;`),
    '    esac',
    '    if [[ "$command" == train ]]; then',
    '      case "$algorithm" in',
    ...[...flagsByAlgorithm(train?.flags ?? [])].map(([id, flags]) => `        ${id}) flags+=(${flagsOf(flags)}) ;;`),
    '      esac',
    '    fi',
    "    _describe -t flags 'flag' flags",
    '    return',
    '  fi',
    '  case "$command" in',
    ...commands.map(({ name, argument }) => `    ${name}) ${offer(argument)} ;;`),
    '  esac',
    '}',
    // Both as a file of fpath, whose body is the function, and by `source <(zpin completion zsh)`.
    'if [[ "$funcstack[1]" == _zpin ]]; then _zpin "$@"; else compdef _zpin zpin; fi',
    '',
  ].join('\n');
}

/** For `fish`: with the meaning of each command and flag. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const lines = [
    '# Completion of zpin in fish. Made by: zpin completion fish',
    'complete -c zpin -f',
    "complete -c zpin -n __fish_use_subcommand -l help -d 'show help'",
    "complete -c zpin -n __fish_use_subcommand -l version -d 'show the version'",
  ];
  const offered = ({ words, paths }: Completed) => {
    const folders = paths === 'folders' ? ["(__fish_complete_directories (commandline -ct) '')"] : [];
    const all = [...words, ...folders].join(' ');
    return `${paths === 'files' ? ' -F' : ''}${all === '' ? '' : ` -a ${folders.length > 0 ? `"${all}"` : quotedForFish(all)}`}`;
  };
  for (const { name, meaning, flags, argument } of commands) {
    lines.push(`complete -c zpin -n __fish_use_subcommand -a ${name} -d ${quotedForFish(short(meaning))}`);
    const seen = `__fish_seen_subcommand_from ${name}`;
    const takes = offered(argument);
    const isFirst = argument.paths === null && argument.words.length > 0;
    const before = isFirst ? `; and not __fish_seen_subcommand_from ${argument.words.join(' ')}` : '';
    if (takes !== '') lines.push(`complete -c zpin -n ${quotedForFish(seen + before)}${takes}`);
    for (const { flag, meaning: of, value, algorithms } of flags) {
      const only = algorithms === null ? '' : `; and __fish_seen_subcommand_from ${algorithms.join(' ')}`;
      // `-x` offers nothing but what is said, `-r` files too.
      const needs = value === null ? '' : ` ${value.paths === 'files' ? '-r' : '-x'}${offered(value)}`;
      lines.push(`complete -c zpin -n ${quotedForFish(seen + only)} -l ${flag.slice(2)}${needs} -d ${quotedForFish(short(of))}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
