import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import { build as esbuild, transform } from 'esbuild';
import { type Plugin, rollup } from 'rollup';
import { build as vite } from 'vite';
import webpack, { type Stats } from 'webpack';

/** Where a bundle is made from and to. */
interface Bundling {
  /** Folder of the project, with its `node_modules`. */
  readonly project: string;
  /** Module of the project that the page loads: `page.js`. */
  readonly entry: string;
  /** Folder for the bundle, whose first module has the name of the entry. */
  readonly output: string;
}

/**
 * Each bundler as its first page of documentation shows it for a browser, minified: nothing said about any package, so that whatever
 * a bundler cannot find or does not understand fails. Warnings are errors.
 */
export const bundlers: Readonly<Record<string, (bundling: Bundling) => Promise<void>>> = {
  esbuild: async ({ project, entry, output }) => {
    const { warnings } = await esbuild({
      absWorkingDir: project,
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: 'esm',
      outdir: output,
      logLevel: 'silent',
    });
    refuse(warnings.map(({ text }) => text));
  },

  webpack: async ({ project, entry, output }) => {
    const name = entry.replace(/\.js$/, '');
    const compiler = webpack({
      mode: 'production',
      context: project,
      entry: { [name]: `./${entry}` },
      output: { path: output, filename: '[name].js', module: true },
      experiments: { outputModule: true },
      // Its own opinion on what is large for a page; the size is held elsewhere.
      performance: false,
    });
    const stats = await new Promise<Stats | undefined>((resolve, reject) => {
      compiler?.run((error, result) => (error ? reject(error) : resolve(result)));
    });
    const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
    refuse([...errors, ...warnings].map(({ message }) => message));
  },

  rollup: async ({ project, entry, output }) => {
    const warnings: string[] = [];
    const bundle = await rollup({
      input: join(project, entry),
      plugins: [nodeResolve({ browser: true }), commonjs(), minified],
      onwarn: ({ code, message }) => {
        // Comments for other bundlers, which Rollup does not know, and circles inside of packages.
        if (code !== 'INVALID_ANNOTATION' && code !== 'CIRCULAR_DEPENDENCY') warnings.push(message);
      },
    });
    await bundle.write({ dir: output, format: 'es' });
    await bundle.close();
    refuse(warnings);
  },

  vite: async ({ project, entry, output }) => {
    const warnings: string[] = [];
    await vite({
      root: project,
      configFile: false,
      logLevel: 'silent',
      build: {
        outDir: output,
        chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
        rollupOptions: {
          input: join(project, entry),
          output: { entryFileNames: '[name].js' },
          onwarn: ({ message = '' }) => void warnings.push(message),
        },
      },
    });
    refuse(warnings);
  },
};

/** A page of a project, made by Vite with the settings that stand in the project. */
export async function buildAsConfigured(project: string, page: string, output: string): Promise<void> {
  await vite({ root: project, logLevel: 'silent', build: { outDir: output, rollupOptions: { input: join(project, page) } } });
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`bundle: nothing may be wrong, got\n${problems.join('\n')}`);
}

const minified: Plugin = {
  name: 'minified',
  renderChunk: async code => (await transform(code, { minify: true, format: 'esm' })).code,
};

/** Bytes of all modules in a folder. */
export function bundledBytes(folder: string): number {
  const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js'));
  return modules.reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
}
