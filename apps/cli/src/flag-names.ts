import { kebabCase } from '@zpin/contracts';
import type { MessageNames } from 'zpin';

/** `learningRate` → `--learning-rate`. */
export function flagName(name: string): string {
  return `--${kebabCase(name)}`;
}

/** Errors of a run in the language of the command line. @param where command that was typed */
export function flagNames(where: string, setting: MessageNames['setting'] = flagName): MessageNames {
  return {
    where,
    option: name => flagName(name === 'films' || name === 'filmEvery' ? 'recordEvery' : name),
    setting,
    listEnvs: 'zpin list envs shows all',
    listPolicies: 'zpin list policies shows all',
    makeDataset: env => `Make one, for example by zpin collect --env ${env} --out data.zpin`,
    resume: () => '--resume',
  };
}

/** Settings by where they were given. */
export interface GivenSettings {
  readonly flagged: object;
  readonly file: object;
  /** The file, if there is one. */
  readonly path: string | undefined;
}

/** A setting as the user wrote it: as a flag, in a file, or not at all. */
export function settingNames({ flagged, file, path }: GivenSettings): MessageNames['setting'] {
  return name => (Object.hasOwn(flagged, name) ? flagName(name) : Object.hasOwn(file, name) ? `${name} in ${path}` : name);
}
