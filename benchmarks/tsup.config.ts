import { readdirSync } from 'node:fs';
import { program } from '../tools/build-preset/index.ts';

// Every file directly under `src` is a program of its own.
const files = readdirSync('src').filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'));

export default program(Object.fromEntries(files.map(name => [name.replace('.ts', ''), `src/${name}`])));
