/** The module of a process that runs one command for another: beside the program, and among the sources. */
export const COMMAND_PROCESS = new URL(
  import.meta.url.endsWith('.ts') ? './processes/command-process.ts' : './command-process.js',
  import.meta.url,
);
