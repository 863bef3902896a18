import { type EnvSpec, InputError, message } from '@zpin/contracts';
import { z } from '@zpin/core';
import { OfflineDataset } from './offline-dataset.ts';
import { emptyColumn, namedColumns } from './transitions.ts';

const numbers = z.union([z.number(), z.array(z.number())]);
const lineSchema = z.strictObject({
  obs: numbers,
  action: numbers,
  reward: z.number(),
  nextObs: numbers,
  terminated: z.boolean(),
  truncated: z.boolean().default(false),
});

/**
 * Reads transitions from JSON lines, one in each, those of an episode in their order:
 * `{"obs":[0.1,0.2],"action":1,"reward":1,"nextObs":[0.2,0.3],"terminated":false,"truncated":false}`. Observations and actions
 * are flat.
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
  const names = ['obs', 'action', 'reward', 'nextObs', 'terminated', 'truncated'] as const;
  const columns = Object.fromEntries(names.map(name => [name, emptyColumn(spec, name, count)]));
  let number = 0;
  let row = 0;
  for (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const transition = parseLine(line, `${where}:${number}`);
    for (const name of names) {
      const value = transition[name];
      const values = typeof value === 'object' ? value : [Number(value)];
      const column = columns[name];
      const width = column.length / count;
      if (values.length !== width) {
        const expectation = `${name} must have ${width} numbers as in ${spec.id}`;
        throw new InputError(message(`${where}:${number}`, expectation, values.length, 'Write it flat'));
      }
      column.set(values, row * width);
    }
    row++;
  }
  // Every column was made with its type above, and the data set checks it again.
  return new OfflineDataset({ spec, transitions: namedColumns(columns) });
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
