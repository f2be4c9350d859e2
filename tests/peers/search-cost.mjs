// SG-SRCH-4: what the first query of a reader costs on a large root: bytes that are fetched, milliseconds until the first
// hit and until all hits of the first page stand, in headless Chromium at a quarter of the processor's speed, each query
// in a browser that has nothing stored. A benchmark: it judges nothing, `site-gen/tests/comparison.rs` judges its figures.
//   ROOT=/path/to/root node search-cost.mjs      QUERIES: how many (30). SEED: which. JSON: a file for the figures.
import { readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const root = realpathSync(process.env.ROOT ?? '.');
let seed = Number(process.env.SEED ?? 20261128) >>> 0;
function dice(sides) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * sides);
}
const pages = readdirSync(join(root, 'faq')).filter((name) => name.startsWith('kb-')).sort();

let packed = false;
const server = await serve(root, { packed: () => packed });
const base = server.base;

function word() {
  const html = readFileSync(join(root, 'faq', pages[dice(pages.length)]), 'utf8');
  // The foot of a page is not in the index.
  const text = html.slice(html.indexOf('class="prose"'), html.indexOf('</article>')).replace(/<[^>]*>/g, '\n');
  const runs = text.match(dice(5) ? /[\u4e00-\u9fff]{4,}/g : /ICU-2026-\d{6}/g);
  const run = runs[dice(runs.length)];
  if (run.startsWith('ICU')) return run;
  const length = Math.min(2 + dice(5), run.length);
  const at = dice(run.length - length + 1);
  return run.slice(at, at + length);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
async function first(query) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const names = new Map();
  const fetched = { files: 0, manifest: 0, bytes: 0 };
  session.on('Network.requestWillBeSent', (event) => names.set(event.requestId, event.request.url));
  session.on('Network.loadingFinished', (event) => {
    const name = names.get(event.requestId) ?? '';
    if (!name.includes('/search/')) return;
    fetched.files += 1;
    fetched.bytes += event.encodedDataLength;
    if (name.endsWith('manifest.js')) fetched.manifest = event.encodedDataLength;
  });
  await page.goto(`${base}search.html`);
  await page.waitForFunction(() => typeof window.icuopsSearch === 'function');
  await page.waitForLoadState('networkidle');
  const { ms, all_ms } = await page.evaluate((text) => new Promise((resolve) => {
    const list = document.querySelector('ol.hits');
    const status = document.querySelector('[role=status]');
    let ms = 0;
    document.querySelector('#site-query').value = text;
    const begin = performance.now();
    new MutationObserver(() => {
      const shown = list.querySelectorAll('a').length;
      const whole = shown >= Math.min(10, Number.parseInt(status.textContent, 10));
      if (shown) requestAnimationFrame(() => {
        ms = ms || performance.now() - begin;
        if (whole) resolve({ ms, all_ms: performance.now() - begin });
      });
    }).observe(list, { childList: true, subtree: true });
    document.querySelector('form.query').requestSubmit();
  }), query);
  const count = await page.textContent('[role=status]');
  await page.waitForLoadState('networkidle');
  await context.close();
  return { query, ms: Math.round(ms), all_ms: Math.round(all_ms), hits: Number.parseInt(count, 10), ...fetched };
}

const queries = Array.from({ length: Number(process.env.QUERIES ?? 30) }, word);
const figures = { pages: pages.length, browser: browser.version(), throttle: 4 };
for (packed of [true, false]) {
  const runs = [];
  for (const query of queries) runs.push(await first(query));
  const sorted = (key) => runs.map((one) => one[key]).sort((a, b) => a - b);
  const spread = (key) => { const all = sorted(key); return { median: all[all.length >> 1], p90: all[Math.floor(all.length * 0.9)], max: all[all.length - 1] }; };
  figures[packed ? 'gzip' : 'as_stored'] = { ms: spread('ms'), all_ms: spread('all_ms'), bytes: spread('bytes'), manifest_bytes: runs[0].manifest, runs };
  console.log(packed ? 'gzip' : 'as stored', 'ms', JSON.stringify(spread('ms')), 'all', JSON.stringify(spread('all_ms')), 'bytes', JSON.stringify(spread('bytes')), 'manifest', runs[0].manifest);
}
await browser.close();
server.close();
if (process.env.JSON) writeFileSync(process.env.JSON, `${JSON.stringify(figures, null, 1)}\n`);
