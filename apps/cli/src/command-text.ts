/**
 * What a user types to start this program again: `zpin` where that is on the path, else by whatever started it.
 * @param env variables of the process; scripts of a clone of the repository say it by `ZPIN_COMMAND`
 * @param script file that was started
 */
export function commandOf(env: Readonly<Record<string, string | undefined>>, script = ''): string {
  if (env.ZPIN_COMMAND) return env.ZPIN_COMMAND;
  const isPnpm = env.npm_config_user_agent?.startsWith('pnpm') ?? false;
  // Downloaded for this one call.
  if (/[\\/]_npx[\\/]/.test(script)) return 'npx @zpin/cli';
  if (isPnpm && /[\\/]dlx[-\\/]/.test(script)) return 'pnpm dlx @zpin/cli';
  // By `npx zpin`, or from a script of a package: on the path of that script alone.
  const isFromPackage = env.npm_command !== undefined || env.npm_lifecycle_event !== undefined;
  if (!isFromPackage) return 'zpin';
  return isPnpm ? 'pnpm exec zpin' : 'npx zpin';
}

/** Commands that a text tells its reader to type, as this reader types them; what stands at the start of a line is a name. */
export function asTyped(text: string, command: string): string {
  return text.replaceAll(
    /(?<=[^\n])\bzpin (?=(?:train|eval|record|collect|sweep|fqe|play|watch|status|stop|plot|list|check-env|init|doctor|--help)\b)/g,
    `${command} `,
  );
}
