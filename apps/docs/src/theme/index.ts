import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { onBeforeUnmount, onMounted } from 'vue';
import { keepNavigationMended } from './accessible-navigation.ts';
import HomeAgent from './home-agent.vue';
import LiveAtari from './live-atari.vue';
import LiveCartPole from './live-cart-pole.vue';
import LiveExperiment from './live-experiment.vue';
import LiveGrid from './live-grid.vue';
import WhenSeen from './when-seen.vue';
import './style.css';

/** VitePress's own theme in quiet colours and the reader's fonts, with the agents that train in a page. */
export const theme: Theme = {
  extends: DefaultTheme,
  setup() {
    let end: (() => void) | undefined;
    onMounted(() => {
      end = keepNavigationMended(document);
    });
    onBeforeUnmount(() => end?.());
  },
  enhanceApp({ app }) {
    app.component('HomeAgent', HomeAgent);
    app.component('LiveAtari', LiveAtari);
    app.component('LiveCartPole', LiveCartPole);
    app.component('LiveExperiment', LiveExperiment);
    app.component('LiveGrid', LiveGrid);
    app.component('WhenSeen', WhenSeen);
  },
};
