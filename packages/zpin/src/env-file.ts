/** A file that holds an environment of one's own, as a run folder names it. */
export interface EnvFile {
  /** Absolute path. */
  readonly path: string;
  /** The export that is the environment, where the file has several. */
  readonly export?: string;
  /** SHA-256 of the file and of those that it imports by relative paths, in hexadecimal digits: tells a changed one. */
  readonly sha256: string;
}

/** An environment of one's own that is known by its name now, until the process ends. */
export interface RegisteredEnv {
  readonly id: string;
  readonly file: EnvFile;
}

/** Endings of files that can be loaded. */
export const ENV_FILE_ENDINGS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const;

/** Whether an environment is named by a file, such as `./maze.ts`, `C:\maze.mjs`, or `mazes.ts#SmallMaze` for one of its exports. */
export function isEnvFile(choice: string): boolean {
  return /^(\.{1,2}|[a-z]:)?[\\/]/i.test(choice) || /\.[cm]?[jt]s(#.*)?$/i.test(choice);
}

/** How a file is named on a command line. */
export function envFileText({ path, export: name }: Pick<EnvFile, 'path' | 'export'>): string {
  return name === undefined ? path : `${path}#${name}`;
}
