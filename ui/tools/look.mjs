/* Pictures of every page and state: `npm run look -- OUT [part of a name] [light|dark] [en|zh-CN] [WIDTHxHEIGHT]`. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { LANGUAGES, start, THEMES, VIEWS, visit } from './serve.mjs';

const [out = 'pictures', part = '', theme = '', lang = '', size = '960x640'] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
const stage = await start();
let complaints = 0;
await mkdir(out, { recursive: true });
const page = await stage.browser.newPage();
for (const view of VIEWS.filter((one) => one.name.includes(part))) {
  for (const look of THEMES.filter((one) => theme === '' || theme === one)) {
    for (const language of LANGUAGES.filter((one) => lang === '' || lang === one)) {
      await page.setViewport({ width, height });
      const told = await visit(page, stage.base, view, look, language);
      if (view.full) {
        const tall = await page.$eval('main', (main) => main.scrollHeight);
        await page.setViewport({ width, height: Math.max(height, Math.min(tall, 4000)) });
      }
      await page.screenshot({ path: join(out, `${view.name}-${look}-${language}.png`) });
      for (const text of told) {
        complaints += 1;
        console.error(`${view.name} ${look} ${language}: ${text}`);
      }
    }
  }
}
await stage.close();
console.log(`${complaints} complaints`);
process.exit(complaints === 0 ? 0 : 1);
