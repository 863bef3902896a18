import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefaultTheme, HeadConfig, UserConfig, Plugin as VitePlugin } from 'vitepress';
import { chineseTranslator, englishOnly } from './pages/chinese-pages.ts';
import { readNavigation, type SidebarGroup } from './pages/navigation.ts';
import { writePlainPages } from './pages/plain-pages.ts';
import { repositoryUrl, siteFolder } from './pages/repository.ts';
import { chineseFolder } from './translation/chinese-folder.ts';
import { chinesePath, pageOf } from './translation/localize-page.ts';
import { indexTerms, queryTerms } from './translation/search-terms.ts';
import { english, type Translate } from './translation/translate.ts';

type BundlingOptions = NonNullable<NonNullable<NonNullable<UserConfig['vite']>['build']>['rollupOptions']>;

const guide: DefaultTheme.SidebarItem[] = [
  {
    text: 'First steps',
    items: [
      { text: 'Installation', link: '/guide/installation' },
      { text: 'A first training run', link: '/guide/first-run' },
      { text: 'Which algorithm for my task', link: '/guide/choosing' },
      { text: 'Coming from SB3 or CleanRL', link: '/guide/coming-from-others' },
      { text: 'Spaces, environments, wrappers', link: '/guide/environments' },
      { text: 'Vector environments, workers', link: '/guide/vector-environments' },
      { text: 'Atari', link: '/guide/atari' },
      { text: 'Any environment of Gymnasium', link: '/guide/gymnasium' },
      { text: 'Pictures, several parts', link: '/guide/pictures' },
      { text: 'Your own environment', link: '/guide/own-environment' },
    ],
  },
  {
    text: 'Training',
    items: [
      { text: 'Settings and presets', link: '/guide/settings' },
      { text: 'Searching for settings', link: '/guide/sweeps' },
      { text: 'Many machines', link: '/guide/many-machines' },
      { text: 'Checkpoints, exact resume', link: '/guide/checkpoints' },
      { text: 'Watching a run', link: '/guide/watching' },
      { text: 'Steering a run', link: '/guide/steering' },
      { text: 'Evaluate, film, export', link: '/guide/policies' },
      { text: 'Deploying a policy', link: '/guide/deploying' },
      { text: 'Trained agents', link: '/guide/trained-agents' },
      { text: 'Hindsight replay', link: '/guide/hindsight' },
      { text: 'Learning from fixed data', link: '/guide/fixed-data' },
      { text: 'My agent does not learn', link: '/guide/not-learning' },
      { text: 'Reproducibility', link: '/guide/reproducibility' },
    ],
  },
  {
    text: 'Under the hood',
    items: [
      { text: 'From TensorFlow.js to one graph', link: '/guide/program' },
      { text: 'Engines and compiled programs', link: '/guide/engines' },
      { text: 'Speed and devices', link: '/guide/speed' },
      { text: 'When a GPU helps', link: '/guide/gpu' },
      { text: 'Your own algorithm', link: '/guide/own-algorithm' },
      { text: 'In a browser tab', link: '/guide/browser' },
    ],
  },
];

const course: DefaultTheme.SidebarItem[] = [
  { text: 'A course in ten lessons', link: '/course/' },
  { text: '1. Tables', link: '/course/tables' },
  { text: '2. SARSA and traces', link: '/course/sarsa' },
  { text: '3. Networks', link: '/course/networks' },
  { text: '4. DQN', link: '/course/dqn' },
  { text: '5. Policy gradients', link: '/course/policy-gradients' },
  { text: '6. Actor and critic', link: '/course/actor-critic' },
  { text: '7. Steps of a safe size', link: '/course/trust-regions' },
  { text: '8. Continuous actions', link: '/course/continuous' },
  { text: '9. Hierarchies and goals', link: '/course/goals' },
  { text: '10. Fixed data', link: '/course/offline' },
];

const live: DefaultTheme.SidebarItem[] = [
  { text: 'CartPole', link: '/live/cart-pole' },
  { text: 'LunarLander', link: '/live/lunar-lander' },
  { text: 'Pendulum', link: '/live/pendulum' },
  { text: 'Grid worlds', link: '/live/grid' },
  { text: 'Four rooms', link: '/live/four-rooms' },
  { text: 'BitFlip', link: '/live/bit-flip' },
  { text: 'Arm that follows you', link: '/live/arm' },
  { text: 'Breakout, 10 × 10', link: '/live/breakout' },
  { text: 'Atari', link: '/live/atari' },
];

const bundling: BundlingOptions = {
  onwarn(warning, warn) {
    // Comments for another bundler, in the sources of zod.
    if (warning.code !== 'INVALID_ANNOTATION') warn(warning);
  },
};

/** Pages that are rendered ahead start no workers; to bundle these once more would take as long as all else. */
const noWorkersOnServer: VitePlugin = {
  name: 'no-workers-on-server',
  enforce: 'pre',
  transform: (code, _id, options) =>
    options?.ssr && code.includes('new Worker(') ? code.replaceAll(/new Worker\(.*\);$/gm, 'null;') : null,
};

const { algorithmGroups, environmentGroups, words, files } = readNavigation();
const { t: chinese } = chineseTranslator();

/** Whether a page, named by its English path, is there in Chinese. */
const hasChinese = (path: string): boolean => files.includes(chinesePath(path));
const base = process.env.ZPIN_DOCS_BASE ?? '/';
/** Where the site will be served, without its path: `https://example.org`. */
const siteUrl = process.env.ZPIN_DOCS_URL?.replace(/\/$/, '');

const { version }: { readonly version: string } = JSON.parse(
  readFileSync(join(siteFolder, '..', '..', '..', 'packages', 'zpin', 'package.json'), 'utf8'),
);
/** Sites of other versions, as they are named in ZPIN_DOCS_VERSIONS: `0.1=https://example.org/0.1/ 0.2=…`. */
const otherVersions = (process.env.ZPIN_DOCS_VERSIONS ?? '')
  .split(/\s+/)
  .filter(entry => entry.includes('='))
  .map(entry => ({ text: entry.slice(0, entry.indexOf('=')), link: entry.slice(entry.indexOf('=') + 1) }));

/** Words for the Markdown of VitePress that have no setting by language. */
const fixedWords = ['Copy Code', 'Permalink to'] as const;

/** How VitePress puts the site together. */
export const siteConfig: UserConfig<DefaultTheme.Config> = {
  title: 'zpin',
  description: 'Deep reinforcement learning for TypeScript, in Node.js and in a browser tab',
  lang: 'en',
  base,
  outDir: '../dist',
  locales: {
    root: { label: 'English', lang: 'en' },
    [chineseFolder]: {
      label: '简体中文',
      lang: 'zh-CN',
      description: chinese('Deep reinforcement learning for TypeScript, in Node.js and in a browser tab'),
      themeConfig: themeWords(chinese, chineseLink),
    },
  },
  // Every page that a first screen links to would come with it: 310 kB for the home page, a changelog among them.
  router: { prefetchLinks: false },
  head: [['link', { rel: 'icon', href: `${base}logo.svg`, type: 'image/svg+xml' }]],
  buildEnd({ pages, srcDir, outDir }) {
    const { title = '', description = '' } = siteConfig;
    writePlainPages({ title, description, pages, sources: srcDir, output: outDir, base, chinese });
  },
  // What other sites show beside a link; the picture needs an address that is whole.
  transformHead({ pageData: { title, description, relativePath }, siteData }) {
    const card = (name: string, content: string): HeadConfig => ['meta', { property: `og:${name}`, content }];
    const text = description || siteData.description;
    return [
      card('type', 'website'),
      card('title', title || siteData.title),
      card('description', text),
      ...(siteUrl ? [card('image', `${siteUrl}${base}card.png`)] : []),
      ['meta', { name: 'twitter:card', content: siteUrl ? 'summary_large_image' : 'summary' }],
      ...alternates(relativePath),
    ];
  },
  // Generated pages are changed where their words are, which the navigation knows.
  transformPageData(page) {
    const { relativePath, frontmatter } = page;
    page.filePath = words[relativePath] ?? `apps/docs/site/${relativePath}`;
    if (!words[relativePath] && /^(?:zh\/)?(?:(?:algorithms|environments|api)\/|changelog\.md)/.test(relativePath))
      frontmatter.editLink = false;
  },
  // Colours of code that are read on the grey of a code block, too.
  markdown: {
    ...{ math: true, image: { lazyLoading: true } },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
    config(markdown) {
      // A corner of a table with nothing in it is no heading.
      markdown.core.ruler.push('empty-corners', ({ tokens }) => {
        for (const [i, token] of tokens.entries()) {
          const end = tokens[i + 2];
          if (token.type === 'th_open' && tokens[i + 1]?.content === '' && end) token.tag = end.tag = 'td';
        }
      });
      const render = markdown.renderer.render.bind(markdown.renderer);
      markdown.renderer.render = (tokens, options, env: { readonly relativePath?: string }) => {
        const html = render(tokens, options, env);
        if (!env.relativePath?.startsWith(`${chineseFolder}/`)) return html;
        return fixedWords.reduce((text, word) => text.replaceAll(`="${word}`, `="${chinese(word)}`), html);
      };
    },
  },
  themeConfig: {
    logo: '/logo.svg',
    search: {
      provider: 'local',
      options: {
        miniSearch: { options: { tokenize: indexTerms }, searchOptions: { tokenize: queryTerms } },
        locales: { [chineseFolder]: { translations: searchWords(chinese) } },
      },
    },
    ...themeWords(english, link => link),
    // Where the language switch cannot lead to the same page.
    ...{ withoutChinese: [...englishOnly, ...untranslated()] },
  },
  vite: {
    // Packages are taken from their sources, as tests do, so that a change shows at once.
    resolve: {
      conditions: ['@zpin/source'],
      // The theme's own switch would lead to pages that are not there.
      alias: [{ find: /^.*\/composables\/langs$/, replacement: join(siteFolder, '..', 'src', 'theme', 'languages.ts') }],
    },
    plugins: [noWorkersOnServer],
    worker: { format: 'es', rollupOptions: bundling },
    // It finds its WebAssembly file beside itself, which it would not where Vite puts what it prepared.
    optimizeDeps: { exclude: ['onnxruntime-web'] },
    // Small pictures are files too: within the code of a page they would be loaded for both backgrounds. Older targets than es2022 make
    // private fields into maps from objects: the Atari console steps a thirtieth as fast.
    build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 4000, rollupOptions: bundling },
  },
};

/** What the theme says, and where it leads. @param to gives a link in the language of the page */
function themeWords(t: Translate, to: (link: string) => string): DefaultTheme.Config {
  const items = (list: readonly DefaultTheme.SidebarItem[]): DefaultTheme.SidebarItem[] =>
    list.map(({ text = '', link, items: inner, ...rest }) => ({
      ...{ text: t(text), ...rest },
      ...(link !== undefined && { link: to(link) }),
      ...(inner && { items: items(inner) }),
    }));
  const prefix = to('/').slice(0, -1);
  return {
    outline: { level: [2, 3], label: t('On this page') },
    nav: [
      { text: t('Guide'), link: to('/guide/installation'), activeMatch: `${prefix}/guide/` },
      { text: t('Course'), link: to('/course/'), activeMatch: `${prefix}/course/` },
      { text: t('Algorithms'), link: to('/algorithms/'), activeMatch: `${prefix}/algorithms/` },
      { text: t('Environments'), link: to('/environments/'), activeMatch: `${prefix}/environments/` },
      { text: t('Live'), link: to('/live/cart-pole'), activeMatch: `${prefix}/live/` },
      { text: 'API', link: to('/api/'), activeMatch: `${prefix}/api/` },
      { text: version, items: [{ text: t('Changelog'), link: '/changelog' }, ...otherVersions] },
    ],
    ...(repositoryUrl && {
      editLink: { pattern: `${repositoryUrl.replace('/blob/', '/edit/')}/:path`, text: t('Edit this page') },
    }),
    docFooter: { prev: t('Before'), next: t('Next') },
    darkModeSwitchLabel: t('Appearance'),
    lightModeSwitchTitle: t('Switch to light theme'),
    darkModeSwitchTitle: t('Switch to dark theme'),
    sidebarMenuLabel: t('Menu'),
    returnToTopLabel: t('Return to top'),
    langMenuLabel: t('Change language'),
    skipToContentLabel: t('Skip to content'),
    notFound: {
      title: t('Page not found'),
      quote: t('There is nothing at this address.'),
      linkLabel: t('Go to home'),
      linkText: t('Take me home'),
    },
    sidebar: {
      [`${prefix}/guide/`]: items(guide),
      [`${prefix}/course/`]: items(course),
      [`${prefix}/live/`]: items(live),
      [`${prefix}/algorithms/`]: items([
        { text: 'All algorithms', link: '/algorithms/' },
        { text: 'Which for my task', link: '/guide/choosing' },
        { text: 'Family tree', link: '/algorithms/family' },
        ...sections(algorithmGroups, t),
      ]),
      [`${prefix}/environments/`]: items([
        { text: 'All environments', link: '/environments/' },
        ...sections(environmentGroups, t),
      ]),
      ...(prefix === '' && { '/api/': apiSidebar() }),
    },
  };
}

function searchWords(t: Translate) {
  return {
    button: { buttonText: t('Search'), buttonAriaLabel: t('Search') },
    modal: {
      displayDetails: t('Display detailed list'),
      resetButtonTitle: t('Reset search'),
      backButtonTitle: t('Close search'),
      noResultsText: t('No results for'),
      footer: {
        selectText: t('to select'),
        selectKeyAriaLabel: t('enter'),
        navigateText: t('to navigate'),
        navigateUpKeyAriaLabel: t('up arrow'),
        navigateDownKeyAriaLabel: t('down arrow'),
        closeText: t('to close'),
        closeKeyAriaLabel: t('escape'),
      },
    },
  };
}

/** A link of the site to its Chinese page, where there is one. */
function chineseLink(link: string): string {
  return link === '/' || hasChinese(pageOf(link)) ? `/${chineseFolder}${link}` : link;
}

/** Pages that have no Chinese one, API left out. */
function untranslated(): string[] {
  const pages = ['guide', 'course', 'live'].flatMap(folder =>
    readdirSync(join(siteFolder, folder)).map(name => `${folder}/${name}`),
  );
  return [...pages, ...files.filter(name => !name.startsWith(`${chineseFolder}/`))].filter(
    name => name.endsWith('.md') && name !== 'changelog.md' && !hasChinese(name),
  );
}

/** Tells search engines of the same page in the other language. */
function alternates(path: string): HeadConfig[] {
  const own = path.startsWith(`${chineseFolder}/`) ? path.slice(chineseFolder.length + 1) : path;
  if (!siteUrl || !hasChinese(own) || own.startsWith('api/')) return [];
  const address = (page: string) => `${siteUrl}${base}${page.replace(/(?:^|(?<=\/))index\.md$/, '').replace(/\.md$/, '.html')}`;
  const alternate = (hreflang: string, page: string): HeadConfig => ['link', { rel: 'alternate', hreflang, href: address(page) }];
  return [alternate('en', own), alternate('zh-CN', chinesePath(own))];
}

function sections(groups: readonly SidebarGroup[], t: Translate): DefaultTheme.SidebarItem[] {
  return groups.map(({ text, items }) => ({ text: t(text), items: [...items], collapsed: false }));
}

function apiSidebar(): DefaultTheme.SidebarItem[] {
  const file = join(siteFolder, 'api', 'typedoc-sidebar.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}
