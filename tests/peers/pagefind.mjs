// SG-SRCH-9: whatever Pagefind finds rightly in a built root, the search of the root finds too. Pagefind is a judge here
// and nothing that is shipped: it needs modules, fetch and WebAssembly.
//   ROOT=/path/to/root node pagefind.mjs        exit 1 on a page that only Pagefind finds
// QUERIES: how many words are looked for (120). SEED: which. CHROMIUM: the browser.
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { close, createIndex } from 'pagefind';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const root = realpathSync(process.env.ROOT ?? '.');
let seed = Number(process.env.SEED ?? 20261128) >>> 0;
function dice(sides) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * sides);
}

// --- its index of the pages in the default language -------------------------------------------------------
const work = mkdtempSync(join(tmpdir(), 'pagefind-'));
const pages = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.html'))
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
  .filter((name) => /^(faq|downtime|technical)\/(?!index|module-|kind-)/.test(name)).sort();
const { index } = await createIndex({ rootSelector: 'main', forceLanguage: 'zh' });
for (const name of pages) {
  const { errors } = await index.addHTMLFile({ url: `/${name}`, content: readFileSync(join(root, name), 'utf8') });
  if (errors.length) throw new Error(`${name}: ${errors.join('; ')}`);
}
await index.writeFiles({ outputPath: join(work, 'pagefind') });
await close();

const server = await serve(root, { others: { '/pagefind/': work } });
const http = server.base;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage();

// --- what stands on the pages, and words of it --------------------------------------------------------------
const texts = new Map();
for (const name of pages.slice(0, 400)) {
  await page.goto(http + name);
  texts.set(name, await page.evaluate(() => {
    const prose = document.querySelector('.prose');
    if (!prose) return '';
    prose.querySelectorAll('.back, .fn, .code button').forEach((node) => node.remove());
    prose.querySelectorAll('details').forEach((node) => { node.open = true; });
    return `${document.querySelector('h1').textContent}\n${prose.innerText}`.normalize('NFKC').toLowerCase();
  }));
}
const known = [...texts.values()].filter((text) => /\p{Script=Han}{2}/u.test(text));
function word() {
  const text = known[dice(known.length)];
  const runs = text.match(dice(4) ? /\p{Script=Han}{2,}/gu : /[a-z0-9]{3,}/g) ?? text.match(/\p{Script=Han}{2,}/gu);
  const run = runs[dice(runs.length)];
  if (/^[a-z0-9]/.test(run)) return run;
  const signs = Array.from(run);
  const length = Math.min(2 + dice(5), signs.length);
  const at = dice(signs.length - length + 1);
  return signs.slice(at, at + length).join('');
}

// --- both answers -------------------------------------------------------------------------------------------
await page.goto(`${http}search.html`);
await page.waitForFunction(() => typeof window.icuopsSearch === 'function');
const total = { queries: 0, theirs: 0, right: 0, ours: 0 };
const missed = [];
for (let at = 0; at < Number(process.env.QUERIES ?? 120); at += 1) {
  const query = word();
  const { theirs, ours } = await page.evaluate(async (text) => {
    const pagefind = await import('/pagefind/pagefind.js');
    const found = await pagefind.search(text);
    const all = await Promise.all(found.results.map((one) => one.data()));
    const own = await window.icuopsSearch(text);
    return { theirs: all.map((one) => one.raw_url ?? one.url), ours: own.near ? [] : own.paths };
  }, query);
  const right = theirs.map((url) => url.replace(/^\//, '')).filter((name) => texts.get(name)?.includes(query));
  const lost = right.filter((name) => !ours.includes(name));
  total.queries += 1;
  total.theirs += theirs.length;
  total.right += right.length;
  total.ours += ours.length;
  if (lost.length) missed.push(`${query}: ${lost.join(' ')}`);
}
await browser.close();
server.close();
rmSync(work, { recursive: true });
for (const line of missed) console.log(`FAIL only Pagefind finds ${line}`);
console.log(`${total.queries} words: Pagefind finds ${total.theirs} pages, ${total.right} of them rightly; ours ${total.ours}; ${missed.length} words with a page that ours lacks`);
process.exit(missed.length || !total.right ? 1 : 0);
