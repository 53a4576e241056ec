/* Looks for what people with less than perfect eyes or hands would stumble over, on every page, in both themes and languages. */
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

import { LANGUAGES, start, THEMES, VIEWS, visit } from './serve.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const part = process.argv[2] ?? '';
const stage = await start();
const page = await stage.browser.newPage();
// The policy of the page forbids it, and rightly: the browser puts the checker in.
await page.setBypassCSP(true);
await page.setViewport({ width: 960, height: 640 });
let failed = 0;
let passed = 0;
for (const view of VIEWS.filter((one) => one.name.includes(part))) {
  for (const theme of THEMES) {
    for (const language of LANGUAGES) {
      await visit(page, stage.base, view, theme, language);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
      passed += violations.length === 0 ? 1 : 0;
      for (const found of violations) {
        failed += 1;
        console.error(`${view.name} ${theme} ${language}: ${found.id}: ${found.help}`);
        for (const node of found.nodes.slice(0, 3)) console.error(`    ${node.target.join(' ')}  ${node.failureSummary.split('\n')[1]}`);
      }
    }
  }
}
await stage.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
