import { alternatives, type JsonSchema } from './json-schema.ts';

/** `learningRate` → `learning-rate`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** `learning-rate` → `learningRate`. */
export function camelCase(flag: string): string {
  return flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Reads a setting written on a command line: `1e-4`, `true`, `null`, `64,64` for a list, `start=1,end=0.05` or JSON for an
 * object. A text that is none of what the setting takes is returned as it is, so that `parseConfig` reports it with the range.
 */
export function parseFlag({ schema }: { readonly schema: JsonSchema }, text: string): unknown {
  const value = read(schema, text.trim());
  return value === undefined ? text : value;
}

/** The value that `text` stands for under `schema`; `undefined` when it stands for none. */
function read(schema: JsonSchema, text: string): unknown {
  const options = alternatives(schema);
  if (options.length > 1) {
    for (const option of options) {
      const value = read(option, text);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  const choices = schema.enum ?? ('const' in schema ? [schema.const] : undefined);
  if (choices) return choices.find(choice => String(choice) === text);
  switch (schema.type) {
    case 'null':
      return text === 'null' ? null : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer':
    case 'number':
      return readNumber(text);
    case 'array':
      return readList(schema.items || {}, text);
    case 'object':
      return text.startsWith('{') ? readJson(text) : readPairs(schema.properties ?? {}, text);
    default:
      return text;
  }
}

/** Decimal numbers only: `0x10` or an empty text is a slip, not a number. */
function readNumber(text: string): number | undefined {
  return /^[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

function readList(items: JsonSchema, text: string): unknown {
  if (text === '' || text === '[]') return [];
  const values = text
    .replace(/^\[(.*)\]$/, '$1')
    .split(',')
    .map(part => read(items, part.trim()));
  return values.includes(undefined) ? undefined : values;
}

function readPairs(properties: Readonly<Record<string, JsonSchema>>, text: string): unknown {
  if (!text.includes('=')) return undefined;
  const pairs = text.split(',').map(pair => {
    const [key = '', ...rest] = pair.split('=');
    const value = rest.join('=').trim();
    const schema = properties[key.trim()];
    return [key.trim(), schema && read(schema, value)] as const;
  });
  // A key or value of another alternative: the next one may take it.
  return pairs.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(pairs);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value as `parseFlag` reads it. */
export function flagText(value: unknown): string {
  if (Array.isArray(value) && value.every(item => typeof item !== 'object')) return value.length > 0 ? value.join(',') : '[]';
  if (typeof value === 'string') return value;
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length === 0 || entries.some(([, part]) => typeof part === 'object')) return JSON.stringify(value) ?? String(value);
  return entries.map(([name, part]) => `${name}=${part}`).join(',');
}
