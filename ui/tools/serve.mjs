/*
 * Builds the window with the host that lives in memory and serves it on loopback under the content policy of the shell, so
 * that what is looked at is what the real web view would let through. Used by look.mjs and axe.mjs.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

import puppeteer from 'puppeteer-core';
import { build } from 'vite';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const POLICY =
  "default-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-src 'none'";

/** Every place worth looking at. */
export const VIEWS = [
  ...['calm', 'busy', 'trouble', 'held', 'paused', 'empty', 'hostile'].map((scene) => ({
    name: `overview-${scene}`,
    query: `page=overview&scene=${scene}`,
  })),
  { name: 'hold', query: 'page=overview&scene=held', click: 'Look|查看', nth: 0 },
  { name: 'rehearsal', query: 'page=overview&scene=held', click: 'Look|查看', nth: 1 },
  { name: 'waiting', query: 'page=overview&scene=paused', click: '41' },
  { name: 'password', query: 'page=overview&scene=trouble&password=documents' },
  { name: 'password-locked', query: 'page=overview&scene=trouble&password=documents&keyring=locked' },
  { name: 'activity', query: 'page=activity&scene=calm', open: 'details:nth-of-type(1)' },
  { name: 'activity-lines', query: 'page=activity&scene=calm' },
  { name: 'restore', query: 'page=restore&scene=calm' },
  { name: 'settings', query: 'page=settings&scene=calm', full: true },
  { name: 'doctor', query: 'page=doctor&scene=calm' },
  { name: 'receiver', query: 'page=receiver&scene=calm' },
  { name: 'import', query: 'page=import&scene=calm', click: 'Choose a file|选择文件' },
  { name: 'form-what', query: 'page=form&scene=calm&sync=documents', open: 'details', full: true },
  ...[
    ['where', 'Where|目的地'],
    ['when', 'When|时间'],
    ['deletions', 'Deletions|删除'],
    ['more', 'More|更多'],
    ['text', 'As text|文本'],
  ].map(([name, click]) => ({ name: `form-${name}`, query: 'page=form&scene=calm&sync=documents', click, full: true })),
  ...['', '-refused'].map((end) => ({
    name: `form-try${end}`,
    query: `page=form&scene=calm&sync=documents${end === '' ? '' : '&refuse=password'}`,
    click: ['Where|目的地', 'Try it|试连'],
  })),
  { name: 'first-1', query: 'page=first&scene=empty' },
  { name: 'first-2', query: 'page=first&scene=empty', click: 'Next|下一步' },
  { name: 'first-2-server', query: 'page=first&scene=empty', click: ['Next|下一步', 'An rsync server|rsync 服务器'] },
  { name: 'first-3', query: 'page=first&scene=empty', click: ['Next|下一步', 'Next|下一步'] },
  { name: 'first-4', query: 'page=first&scene=empty', click: ['Next|下一步', 'Next|下一步', 'Next|下一步'] },
];

export const THEMES = ['light', 'dark'];
export const LANGUAGES = ['en', 'zh-CN'];

/** Starts everything; `close` ends it. */
export async function start() {
  const outDir = join(tmpdir(), `driftless-look-${process.pid}`);
  await build({ mode: 'look', logLevel: 'warn', build: { outDir, emptyOutDir: true } });
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://x').pathname);
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    try {
      const body = await readFile(join(outDir, path === '/' ? 'index.html' : path));
      response.writeHead(200, {
        'content-type': TYPES[extname(path === '/' ? '.html' : path)] ?? 'text/html',
        'content-security-policy': POLICY,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const browser = await puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb', '--hide-scrollbars'],
  });
  return {
    browser,
    base: `http://127.0.0.1:${server.address().port}/`,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** Goes to a view and does what leads to its state. What the page complains of is an error. */
export async function visit(page, base, view, theme, lang) {
  const told = [];
  const hear = (message) => {
    if (message.type() === 'error' || message.type() === 'warn') told.push(message.text());
  };
  const fail = (error) => told.push(String(error));
  page.on('console', hear).on('pageerror', fail);
  await page.goto(`${base}?${view.query}&theme=${theme}&lang=${lang}`, { waitUntil: 'load' });
  await page.waitForSelector('h1');
  for (const words of [view.click ?? []].flat()) {
    const clicked = await page.waitForFunction(
      (pattern, nth) => {
        const fits = new RegExp(`^(${pattern})`);
        const all = [...document.querySelectorAll('main button:not(:disabled), main label')];
        const found = all.filter((one) => fits.test(one.textContent.trim()))[nth];
        found?.click();
        return found !== undefined;
      },
      { timeout: 10_000 },
      words,
      view.nth ?? 0,
    );
    await clicked.dispose();
    await new Promise((done) => setTimeout(done, 150));
  }
  if (view.open) await page.$$eval(view.open, (all) => all.forEach((one) => (one.open = true)));
  await new Promise((done) => setTimeout(done, 450));
  page.off('console', hear).off('pageerror', fail);
  return told;
}
