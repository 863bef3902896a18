// `pnpm --filter docs card`: draws the picture that other sites show beside a link to this one, site/public/card.png, in Chromium.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../../../tools/testing/chromium.mjs';

const executablePath = findChromium();
if (!executablePath) {
  console.error('card: there must be a Chromium, got none. Install one, or name it in ZPIN_CHROMIUM.');
  process.exit(1);
}
/** What such sites show, in pixels. */
const SIZE = { width: 1200, height: 630 };
const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
const page = await browser.newPage({ viewport: SIZE });
await page.setContent(`<body style="margin:0;width:1200px;height:630px;background:#14161f;color:#f2f2ee;font-family:system-ui,sans-serif">
  <div style="padding:84px 96px">
    <div style="font-size:128px;font-weight:700;letter-spacing:-3px">zpin</div>
    <div style="font-size:42px;line-height:1.35;margin-top:16px;white-space:nowrap">Deep reinforcement learning for TypeScript,<br>in Node.js and in a browser tab</div>
  </div>
  <svg width="1200" height="190" viewBox="0 0 1200 190" style="position:absolute;left:0;bottom:0">
    <polygon points="0,190 0,120 150,70 300,110 470,150 730,150 900,90 1050,60 1200,100 1200,190" fill="#d6d6d0"/>
    <g stroke="#f0f0f0" stroke-width="4"><line x1="500" y1="150" x2="500" y2="92"/><line x1="700" y1="150" x2="700" y2="92"/></g>
    <polygon points="500,92 532,102 500,112" fill="#d6cc28"/><polygon points="700,92 732,102 700,112" fill="#d6cc28"/>
    <g transform="translate(600 50) rotate(-6)">
      <polygon points="-12,34 12,34 0,74" fill="#fa9628"/>
      <polygon points="-34,-22 -42,0 -42,22 42,22 42,0 34,-22" fill="#8066e6"/>
      <g stroke="#6252b4" stroke-width="8"><line x1="-40" y1="18" x2="-58" y2="48"/><line x1="40" y1="18" x2="58" y2="48"/></g>
    </g>
  </svg></body>`);
const file = fileURLToPath(new URL('../site/public/card.png', import.meta.url));
writeFileSync(file, await page.screenshot({ type: 'png' }));
await browser.close();
