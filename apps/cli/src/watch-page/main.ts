import 'uplot/dist/uPlot.min.css';
import './style.css';
import { createApp } from 'vue';
import App from './watch-app.vue';

createApp(App).mount('#app');
