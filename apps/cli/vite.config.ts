import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The page of `zpin watch`, built into the folder of the program, whole: what it is made of is needed only here. */
export default defineConfig({
  root: path('src/watch-page'),
  publicDir: path('src/watch-page/public'),
  plugins: [vue()],
  // Of the workspace, sources are taken: nothing else needs to be built before.
  resolve: { conditions: ['@zpin/source', 'module', 'browser', 'development|production'] },
  define: { __VUE_OPTIONS_API__: 'false' },
  logLevel: 'warn',
  build: {
    outDir: path('dist/watch-page'),
    emptyOutDir: true,
    // Everything as files of their own: the page may run nothing that stands in it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rolldownOptions: { checks: { pluginTimings: false } },
    license: { fileName: 'licenses.md' },
  },
});
