import { InputError, message } from '@zpin/contracts';

/**
 * The options of an environment with the default of each that was left out.
 * @throws InputError when a number is NaN, or a range is not two numbers in order
 */
export function settingsOf<T extends object>(id: string, defaults: Required<T>, options: T): Required<T> {
  const settings: Required<T> = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof T)[]) {
    const value = options[name];
    if (value === undefined) continue;
    check(id, String(name), defaults[name], value);
    settings[name] = value;
  }
  return settings;
}

function check(id: string, name: string, standard: unknown, value: unknown): void {
  const remedy = `Its default is ${String(standard)}`;
  if (Array.isArray(standard)) {
    const [low, high] = value as readonly number[];
    if ((value as readonly number[]).length === 2 && low <= high) return;
    throw new InputError(message(id, `${name} must be two numbers, the smaller one first`, value, remedy));
  }
  if (Number.isNaN(value)) throw new InputError(message(id, `${name} must be a number`, value, remedy));
}
