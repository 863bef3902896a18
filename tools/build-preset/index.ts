import { defineConfig, type Options } from 'tsup';

/** Entry points of one package. Keys are names in `dist`, values are source files. */
export interface LibraryEntries {
  /** Run in Node and in a browser tab alike: no `node:` module, no `process`, no `Buffer`. */
  readonly neutral: Readonly<Record<string, string>>;
  /** Run in Node only: files, workers, servers. */
  readonly node?: Readonly<Record<string, string>>;
  /** What the package imports by a name of its own, `#files`, each with one of its forms: their types are the same. */
  readonly own?: Readonly<Record<string, string>>;
}

/**
 * The one way in which a library of this workspace is built: ES modules and CommonJS with declarations for each.
 * Entries of one kind share chunks, so that a class imported from two entry points is the same class.
 */
export function library({ neutral, node = {}, own = {} }: LibraryEntries) {
  // The names lead into `dist`, where nothing is yet.
  const paths = Object.fromEntries(Object.entries(own).map(([name, path]) => [name, [`./${path}`]]));
  return defineConfig({
    entry: { ...neutral, ...node },
    format: ['esm', 'cjs'],
    platform: Object.keys(node).length > 0 ? 'node' : 'neutral',
    ...common,
    // What a package imports by a name of its own depends on where it runs.
    external: [/^#/],
    // The source condition would pull the sources of other packages into the declarations.
    dts: { compilerOptions: { customConditions: [], incremental: false, paths } },
    splitting: true,
    // Makes Rollup write the CommonJS. What tsup uses for it otherwise takes `this.x = y` for an assignment to an export named x.
    treeshake: 'safest',
  });
}

/** A program for the command line: ES modules that Node runs, nothing to import from outside. */
export function program(entry: Readonly<Record<string, string>>) {
  return defineConfig({ entry: { ...entry }, format: ['esm'], platform: 'node', ...common, splitting: true });
}

const common = {
  target: ['es2022', 'node20'],
  sourcemap: true,
  // The sources lie beside `dist` in every package: once is enough.
  esbuildOptions: options => {
    options.sourcesContent = false;
  },
  clean: true,
  // Keeps `node:` in imports, by which a check tells code for Node apart.
  removeNodeProtocol: false,
  // Everything stays outside.
  skipNodeModulesBundle: true,
  silent: true,
} satisfies Options;
