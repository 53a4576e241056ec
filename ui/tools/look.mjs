/*
 * Pictures of every page and state: `npm run look -- [--out DIR] [--only NAME] [--theme light|dark] [--lang en|zh-CN]
 * [--shapes 960x640,800x600,960x640@2]`. The first shape is taken in every theme and language, the others in two of the four.
 * What a page complains of, and what is wider than the window, is told and counts as a failure.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { LANGUAGES, start, THEMES, VIEWS, visit } from './serve.mjs';

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({
  options: { out: text('pictures'), only: text(''), theme: text(''), lang: text(''), shapes: text('960x640') },
});

/** `WIDTHxHEIGHT`, and `@2` for 200 %. A browser zooms so: fewer and larger pixels. */
function shapeOf(name) {
  const [size, zoom = '1'] = name.split('@');
  const [width, height] = size.split('x').map((pixels) => Math.round(Number(pixels) / Number(zoom)));
  return { name, width, height, deviceScaleFactor: Number(zoom) };
}

/** Every theme with every language for the first shape; the others see each of them once. */
function dresses(first) {
  const all = THEMES.flatMap((theme) => LANGUAGES.map((language) => [theme, language]));
  const wanted = all.filter(([theme, language]) => first || THEMES.indexOf(theme) === LANGUAGES.indexOf(language));
  return wanted.filter(([theme, language]) => [theme, ''].includes(values.theme) && [language, ''].includes(values.lang));
}

/** True if something is wider than its window: it would have to be scrolled sideways. */
const spills = () => [document.documentElement, ...document.querySelectorAll('main, nav')].some((one) => one.scrollWidth > one.clientWidth);

const stage = await start();
let complaints = 0;
let pictures = 0;
await mkdir(values.out, { recursive: true });
const page = await stage.browser.newPage();
for (const [index, shape] of values.shapes.split(',').map(shapeOf).entries()) {
  for (const view of VIEWS.filter((one) => one.name.includes(values.only))) {
    for (const [theme, language] of dresses(index === 0)) {
      await page.setViewport(shape);
      const told = await visit(page, stage.base, view, theme, language);
      if (await page.evaluate(spills)) told.push('wider than the window');
      if (view.full) {
        const tall = await page.$eval('main', (main) => main.scrollHeight);
        await page.setViewport({ ...shape, height: Math.max(shape.height, Math.min(tall, 4000)) });
      }
      const name = [view.name, theme, language, ...(index === 0 ? [] : [shape.name])].join('-');
      await page.screenshot({ path: join(values.out, `${name}.png`) });
      pictures += 1;
      for (const complaint of told) {
        complaints += 1;
        console.error(`${name}: ${complaint}`);
      }
    }
  }
}
await stage.close();
console.log(`${pictures} pictures in ${values.out}, ${complaints} complaints`);
process.exit(complaints === 0 ? 0 : 1);
