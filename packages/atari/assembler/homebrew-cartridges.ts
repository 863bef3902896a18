/**
 * Assembles the games of `homebrew/` into `src/homebrew/cartridges.ts`, which holds their bytes as text. From the root:
 * `node --conditions=@zpin/source --import ./tools/testing/typescript.mjs packages/atari/assembler/write-homebrew.ts`.
 */
import { readFileSync } from 'node:fs';
import { assemble } from './assembler.ts';

const folder = new URL('../homebrew/', import.meta.url);
const NAMES = ['catch', 'bricks'] as const;

/** The bytes of one of the games. */
export function assembleHomebrew(name: (typeof NAMES)[number]): Uint8Array {
  const source = ['console.inc', `${name}.asm`].map(file => readFileSync(new URL(file, folder), 'utf8')).join('\n');
  return assemble(source, { origin: 0xf800, size: 2048 }).bytes;
}

/** The module that holds all of them. */
export function homebrewModule(): string {
  const cartridges = NAMES.map(name => {
    const text = Buffer.from(assembleHomebrew(name)).toString('base64');
    const lines = (text.match(/.{1,100}/g) ?? []).map(line => `  '${line}',`);
    return `/** 2048 bytes of \`homebrew/${name}.asm\`, in base64. */\nexport const ${name.toUpperCase()} = [\n${lines.join('\n')}\n].join('');\n`;
  });
  return `// Written by assembler/write-homebrew.ts.\n\n${cartridges.join('\n')}`;
}
