import { existsSync } from 'node:fs';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of a Chromium on this machine: the one named in `ZPIN_CHROMIUM`, else one of the usual places; undefined where there is none. */
export function findChromium() {
  return process.env.ZPIN_CHROMIUM ?? CANDIDATES.find(path => existsSync(path));
}

/** Flags under which it runs without a screen, and asks nobody for anything. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
