import { version as packageVersion } from '../../package.json';

/** Version of this package, written into checkpoints. */
export const version: string = packageVersion;
