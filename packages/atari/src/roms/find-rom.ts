import { InputError, message } from '@zpin/contracts';
import { readRom, romFiles, romFolders } from '#roms';
import type { CartridgeGame } from '../games/game.ts';
import { sha1 } from './sha1.ts';

/** Cartridges that are known already, by their SHA-1. */
const known = new Map<string, Uint8Array>();

/**
 * Makes the bytes of a cartridge known, so that its game can be made by name: the way in a browser tab, where there are no files.
 * Returns its SHA-1.
 */
export function provideRom(bytes: Uint8Array): string {
  const hash = sha1(bytes);
  known.set(hash, bytes.slice());
  return hash;
}

/**
 * The bytes of a game's cartridge: from `path`, or from what was provided, the folder in ZPIN_ROMS, or an installed `ale_py`.
 * @throws InputError when there is none, or the file is another cartridge
 */
export function findRom(id: string, game: CartridgeGame, path: string | null): Uint8Array {
  if (path !== null) return romAt(id, game, path);
  const provided = known.get(game.sha1);
  if (provided) return provided;
  const folders: string[] = [];
  for (const folder of romFolders()) {
    folders.push(folder);
    for (const file of romFiles(folder, game.file)) {
      const bytes = readRom(file);
      if (!bytes || sha1(bytes) !== game.sha1) continue;
      known.set(game.sha1, bytes);
      return bytes;
    }
  }
  const expectation = `its cartridge (SHA-1 ${game.sha1}) must be there`;
  const places = folders.length === 0 ? 'no folder to look in' : `none in ${folders.join(' and ')}`;
  const remedy = `Give its file as option rom (--env-option rom=${game.file} on the command line), set ZPIN_ROMS to a folder that has it, or install ale-py for Python`;
  throw new InputError(message(id, expectation, places, remedy));
}

function romAt(id: string, game: CartridgeGame, path: string): Uint8Array {
  const bytes = readRom(path);
  if (!bytes) throw new InputError(message(id, 'rom must be a file that can be read', path, 'Check the path'));
  const hash = sha1(bytes);
  if (hash === game.sha1) return bytes;
  throw new InputError(message(id, `rom must have the SHA-1 ${game.sha1}`, hash, `Give the cartridge of ${game.name}`));
}
