import { createRequire } from 'node:module';

/** What `package.json` of this program says. */
interface OwnPackage {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

// One folder above, for the sources as for what is built of them.
const own = () => createRequire(import.meta.url)('../package.json') as OwnPackage;

export function ownVersion(): string {
  return own().version;
}
