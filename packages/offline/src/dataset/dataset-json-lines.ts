import { type EnvSpec, InputError, message, type NumericArray, SpaceError } from '@zpin/contracts';
import { z } from '@zpin/core';
import { OfflineDataset } from './offline-dataset.ts';
import { type ColumnName, emptyColumn, namedColumns, REQUIRED_COLUMNS } from './transitions.ts';

const numbers = z.union([z.number(), z.array(z.number())]);
const lineSchema = z.strictObject({
  obs: numbers,
  action: numbers,
  reward: z.number(),
  nextObs: numbers,
  terminated: z.boolean(),
  truncated: z.boolean().default(false),
  actionMask: z.array(z.number()).optional(),
  nextActionMask: z.array(z.number()).optional(),
});

const MASKS = ['actionMask', 'nextActionMask'] as const;

/**
 * Reads transitions from JSON lines, one in each, those of an episode in their order:
 * `{"obs":[0.1,0.2],"action":1,"reward":1,"nextObs":[0.2,0.3],"terminated":false,"truncated":false}`. Observations and actions
 * are flat. Where the environment masks actions, each line holds `actionMask` and `nextActionMask` too: 1 for each action that is legal
 * in `obs` and in `nextObs`, else 0.
 * @param text or its lines one by one, as often as they are asked for: a file may be larger than any text
 * @param spec of the environment that they are from
 * @param where file or function named in errors
 * @throws InputError naming the first line that is wrong; SpaceError when a number is not one of the environment
 */
export function datasetFromJsonLines(
  text: string | Iterable<string>,
  spec: EnvSpec,
  where = 'datasetFromJsonLines',
): OfflineDataset {
  const lines = typeof text === 'string' ? text.split('\n') : text;
  let count = 0;
  for (const line of lines) if (line.trim() !== '') count++;
  const columns = new Map<ColumnName, NumericArray>();
  const addColumn = (name: ColumnName) => columns.set(name, emptyColumn(spec, name, count));
  for (const name of REQUIRED_COLUMNS) addColumn(name);
  let number = 0;
  let row = 0;
  for (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const at = `${where}:${number}`;
    const transition = parseLine(line, at);
    for (const name of MASKS) {
      const isThere = transition[name] !== undefined;
      if (isThere && row === 0) addColumn(name);
      if (isThere === columns.has(name)) continue;
      const expectation = `${name} must be in all lines, or in none`;
      throw new InputError(message(at, expectation, isThere ? 'a line with it' : 'a line without it', 'Correct the file'));
    }
    for (const [name, column] of columns) {
      const value = transition[name as keyof typeof transition];
      const values = typeof value === 'object' ? value : [Number(value)];
      const width = column.length / count;
      if (values.length !== width) {
        const expectation = `${name} must have ${width} numbers as in ${spec.id}`;
        throw new InputError(message(at, expectation, values.length, 'Write it flat'));
      }
      column.set(values, row * width);
      checkWritten(column.subarray(row * width, (row + 1) * width), values, `${at}: ${name}`, spec);
    }
    row++;
  }
  // Every column was made with its type above, and the data set checks it again.
  return new OfflineDataset({ spec, transitions: namedColumns(Object.fromEntries(columns)) });
}

/** Arrays of whole numbers drop what is behind the point, and wrap: other numbers than those of the line would be learned from. */
function checkWritten(row: NumericArray, values: readonly number[], where: string, { id }: EnvSpec): void {
  if (row instanceof Float32Array) return;
  const bad = values.find((value, k) => row[k] !== value);
  if (bad === undefined) return;
  const kind = row instanceof Uint8Array ? 'whole numbers in [0, 255]' : 'whole numbers of 32 bits';
  throw new SpaceError(message(where, `there must be ${kind} as in ${id}`, bad, 'Correct the line'));
}

function parseLine(line: string, where: string): z.output<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch (error) {
    const reason =
      error instanceof z.ZodError ? error.issues.map(({ path, message: text }) => `${path.join('.')}: ${text}`)[0] : 'no JSON';
    const expectation = 'a line must hold obs, action, reward, nextObs, terminated and truncated';
    throw new InputError(message(where, expectation, reason, 'Correct the line'));
  }
}
