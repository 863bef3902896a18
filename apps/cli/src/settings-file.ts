import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { InputError, message } from '@zpin/contracts';
import { parse } from 'yaml';

/**
 * Reads settings from a YAML or JSON file.
 * @param where command and flag that name it
 * @throws InputError when the file cannot be read, is not of that form, or holds anything but a mapping
 */
export function readSettings(path: string, where = 'zpin train --config'): Readonly<Record<string, unknown>> {
  const kind = extname(path).toLowerCase();
  if (!['.yaml', '.yml', '.json'].includes(kind)) {
    throw new InputError(message(where, 'the file must end in .yaml, .yml or .json', path, 'Name it after its form'));
  }
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(message(where, 'the file must be readable', path, `${(error as Error).message.split(',')[0]}`));
  }
  let settings: unknown;
  try {
    // Few aliases are plenty for settings; many are an attack on memory.
    settings = kind === '.json' ? JSON.parse(text) : parse(text, { maxAliasCount: 20 });
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]?.replace(/[:.]$/, '');
    throw new InputError(
      message(where, `the file must be valid ${kind === '.json' ? 'JSON' : 'YAML'}`, path, `Correct this: ${reason}`),
    );
  }
  if (settings === null) return {};
  if (typeof settings !== 'object' || Array.isArray(settings)) {
    throw new InputError(message(where, 'the file must map settings to values', path, 'Write lines such as "gamma: 0.98"'));
  }
  return settings as Readonly<Record<string, unknown>>;
}
