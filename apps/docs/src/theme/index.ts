import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import LiveAtari from './live-atari.vue';
import LiveCartPole from './live-cart-pole.vue';
import LiveGrid from './live-grid.vue';
import './style.css';

/** VitePress's own theme in quiet colours and the reader's fonts, with the agents that train in a page. */
export const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('LiveAtari', LiveAtari);
    app.component('LiveCartPole', LiveCartPole);
    app.component('LiveGrid', LiveGrid);
  },
};
