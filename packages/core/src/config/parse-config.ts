import { ConfigError, type DescribedField, message, nearestName } from '@zpin/contracts';
import type { z } from 'zod';
import { renamedSettings } from './config-schema.ts';
import { describeConfig } from './describe-config.ts';

/**
 * Checks a configuration and fills in defaults.
 * @param schema strict object schema
 * @param raw plain object; omitted settings take their defaults
 * @param where the function, file or command that the user called, for the message
 * @param label how the user wrote a setting, for example `--learning-rate`; the key itself when omitted
 * @param preset settings of a preset that are part of `raw` where the user gave no others: what leaving one out means
 * @throws ConfigError naming every problem up to 20, one per line: the setting, its range, the value, the nearest known name of an unknown
 * key
 */
export function parseConfig<Config>(
  schema: z.ZodType<Config>,
  raw: unknown,
  where: string,
  label: (name: string) => string = name => name,
  preset: object = {},
): Config {
  const result = schema.safeParse(raw ?? {});
  if (result.success) return result.data;
  const fields = new Map(describeConfig(schema).map(field => [field.name, field]));
  const { issues } = result.error;
  const lines = new Set(
    issues.slice(0, MOST_LINES).flatMap(issue => explain(issue, { schema, raw, fields, where, label, preset })),
  );
  const problems = issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
  const shown = [...lines].slice(0, MOST_LINES);
  if (problems > MOST_LINES) {
    shown.push(
      message(where, `settings must be right, ${shown.length} of those that are not are shown`, problems, 'Correct them'),
    );
  }
  throw new ConfigError(shown.join('\n'));
}

/** Problems that one error tells of: whoever reads it has no use for more. */
const MOST_LINES = 20;
/** Characters of a name that is shown. */
const LONGEST_NAME = 60;

/** What an issue is told by. */
interface Explanation {
  readonly schema: z.ZodType;
  readonly raw: unknown;
  readonly fields: ReadonlyMap<string, DescribedField>;
  readonly where: string;
  label(name: string): string;
  readonly preset: object;
}

function explain(issue: z.core.$ZodIssue, { schema, raw, fields, where, label, preset }: Explanation): string[] {
  const [key] = issue.path;
  if (key === undefined && issue.code === 'unrecognized_keys') {
    const names = [...fields.keys()];
    const labelled = (text: string) => text.replaceAll(/\w+/g, word => (fields.has(word) ? label(word) : word));
    return issue.keys.slice(0, MOST_LINES).map(unknown => {
      const renamed = renamedSettings(schema).get(unknown);
      const nearest = nearestName(unknown, names);
      const known = nearest === undefined ? `Use one of ${names.map(label).join(', ')}` : `Write ${label(nearest)}`;
      const remedy = renamed === undefined ? known : `It has another name now: write ${labelled(renamed)}`;
      const shown = unknown.length > LONGEST_NAME ? `${unknown.slice(0, LONGEST_NAME)}…` : unknown;
      return message(where, `${label(shown)} must be a known setting`, unknown, remedy);
    });
  }
  if (key === undefined && issue.code !== 'custom') {
    return [message(where, 'the configuration must be an object of settings', raw, 'Write them as name and value')];
  }
  const name = String(key ?? '');
  const field = fields.get(name);
  const given = isRecord(raw) && Object.hasOwn(raw, name) ? raw[name] : undefined;
  const value = given === undefined ? field?.default : given;
  if (issue.code === 'custom') {
    return [message(where, issue.message, key === undefined ? raw : value, 'Change one of them')];
  }
  return [message(where, `${label(name)} must be ${field?.accepts ?? 'valid'}`, value, withoutIt(field, preset))];
}

/** What is so where the user leaves a setting out. */
function withoutIt(field: DescribedField | undefined, preset: object): string {
  const ofPreset = new Map<string, unknown>(Object.entries(preset)).get(field?.name ?? '');
  if (ofPreset !== undefined) return `Leave it out for that of the preset, ${show(ofPreset)}`;
  return field?.default === undefined ? 'Give such a value' : `Leave it out for the default, ${show(field.default)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
