/** A module of a process of its own: beside the program, and among the sources. */
const moduleOf = (name: string) =>
  new URL(import.meta.url.endsWith('.ts') ? `./processes/${name}.ts` : `./${name}.js`, import.meta.url);

/** Runs one command for another process. */
export const COMMAND_PROCESS = moduleOf('command-process');
/** Makes an engine, and says whether that went well. */
export const ENGINE_PROCESS = moduleOf('engine-process');
