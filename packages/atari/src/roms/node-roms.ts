import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The largest file that may be a cartridge. */
const MOST_BYTES = 65_536;
const PYTHON_TIMEOUT = 20_000;
const FIND_ALE =
  "import importlib.util as u; s = u.find_spec('ale_py'); print(list(s.submodule_search_locations)[0] if s else '')";

let aleFolder: string | null | undefined;

/** The bytes of a file; null when there is none that can be read. */
export function readRom(path: string): Uint8Array | null {
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    return null;
  }
}

/** Folders in which cartridges are looked for, the first to be looked at first. Python is asked when the others had nothing. */
export function* romFolders(): Iterable<string> {
  const { ZPIN_ROMS } = process.env;
  if (ZPIN_ROMS) yield ZPIN_ROMS;
  const ale = findAle();
  if (ale) yield ale;
}

/** Files of a folder that may be cartridges, those called `name` first. */
export function romFiles(folder: string, name: string): readonly string[] {
  const isSmall = (path: string) => {
    try {
      const info = statSync(path);
      return info.isFile() && info.size <= MOST_BYTES;
    } catch {
      return false;
    }
  };
  try {
    const names = readdirSync(folder).sort((a, b) => Number(b === name) - Number(a === name));
    return names.map(file => join(folder, file)).filter(isSmall);
  } catch {
    return [];
  }
}

/** The folder of cartridges in the Python package `ale_py`, asked of the interpreter once. */
function findAle(): string | null {
  if (aleFolder !== undefined) return aleFolder;
  aleFolder = null;
  const chosen = process.env.ZPIN_PYTHON;
  for (const python of chosen ? [chosen] : ['python3', 'python']) {
    try {
      const folder = execFileSync(python, ['-c', FIND_ALE], {
        timeout: PYTHON_TIMEOUT,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        // Else a pipe on Windows has the letters of its code page.
        env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
      })
        .trim()
        // What a Python says when it starts comes before.
        .split(/[\r\n]+/)
        .at(-1);
      if (!folder) continue;
      aleFolder = join(folder, 'roms');
      break;
    } catch {
      // No such interpreter: the next may be there.
    }
  }
  return aleFolder;
}
