/** Imported by worker threads, so that they know `gymnasium:` ids. */
import { registerGymnasium } from './gymnasium.ts';

registerGymnasium();
