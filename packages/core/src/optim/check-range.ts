import { ConfigError, message } from '@zpin/contracts';

/** Checks that options of `where` are numbers in [0, below). */
export function checkRange(where: string, options: Readonly<Record<string, number>>, below: number): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= 0 && value < below)) {
      throw new ConfigError(message(where, `${name} must lie in [0, ${below})`, value, `Give ${name} a value in that range`));
    }
  }
}
