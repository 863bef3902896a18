import type { RunOptions } from 'zpin';

/** What a reader can set before a run. */
export type Control =
  | {
      readonly kind: 'number';
      readonly name: string;
      readonly label: string;
      readonly initial: number;
      readonly min: number;
      readonly max?: number;
    }
  | {
      readonly kind: 'choice';
      readonly name: string;
      readonly label: string;
      readonly initial: string;
      readonly choices: readonly string[];
    };

/** What a reader has set, by the name of the control. */
export type ControlValues = Readonly<Record<string, number | string>>;

/** What is trained. */
export interface Plan {
  readonly algorithm: string;
  /** What an offline algorithm learns from: steps of a trained policy, and how many of its actions are random. */
  readonly data?: { readonly policy: string; readonly epsilon: number; readonly steps: number };
  readonly env: string;
  readonly options: Pick<RunOptions, 'config' | 'envOptions' | 'wrappers' | 'preset' | 'steps' | 'her' | 'evaluation'>;
}

/** An agent that learns in a page. Plain data, and a function that plans a run: nothing heavy is loaded for it. */
export interface Experiment {
  readonly title: string;
  readonly controls: readonly Control[];
  plan(values: Values): Plan;
  /** What returns lie between, and how many episodes the line is the mean of. */
  readonly returns: { readonly low: number; readonly high: number; readonly window: number };
  /** From which mean return, or share of goals reached, over 100 greedy episodes its task counts as solved. */
  readonly solved: { readonly meanReturn: number } | { readonly successRate: number };
  /** Steps per second of the game that the greedy policy plays beside the curve. */
  readonly stepsPerSecond: number;
  /** Width over height of the picture. */
  readonly aspect: number;
  /** What is drawn besides the environment's own picture. */
  readonly shows?: 'options';
  /** Whether the reader moves the target. */
  readonly hasTarget?: true;
  /** Said before the first run. */
  readonly hint: string;
}

/** Reads values by name. */
export class Values {
  readonly #values: ControlValues;

  constructor(values: ControlValues) {
    this.#values = values;
  }

  /** @throws Error when there is no finite number of that name */
  number(name: string): number {
    const value = this.#values[name];
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new Error(`The setting "${name}" must be a number, got ${value === '' ? 'nothing' : value}. Type one.`);
    return value;
  }

  /** Several at once, by their names. @throws Error when one of them is no finite number */
  numbers(...names: readonly string[]): Record<string, number> {
    return Object.fromEntries(names.map(name => [name, this.number(name)]));
  }

  text(name: string): string {
    return String(this.#values[name]);
  }

  /** A step size that falls from the value to 0 over the run. */
  falling(name: string) {
    return { type: 'linear', from: this.number(name), to: 0 } as const;
  }
}

/** A number that a reader can set. */
export const number = (name: string, label: string, initial: number, min = 0, max?: number): Control => ({
  ...{ kind: 'number', name, label, initial, min },
  ...(max !== undefined && { max }),
});
/** A choice that a reader has; the first one stands before anything is chosen. */
export const choice = (name: string, label: string, choices: readonly [string, ...string[]]): Control => ({
  ...{ kind: 'choice', name, label, initial: choices[0], choices },
});

/** The values that controls begin with. */
export function initialValues({ controls }: Experiment): Record<string, number | string> {
  return { ...Object.fromEntries(controls.map(({ name, initial }) => [name, initial])), seed: 1 };
}
