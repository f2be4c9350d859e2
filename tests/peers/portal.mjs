// A built root of the portal: html-validate, then headless Chromium, opened from its folder and served under a strict policy.
//   ROOT=/path/to/root node portal.mjs        exit 1 on a failed check
// SAMPLES: how many words are looked for (240). SEED: which. CHROMIUM: the browser. SHOTS: a directory for screenshots.
import { readFileSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'acorn';
import { FileSystemConfigLoader, HtmlValidate } from 'html-validate';
import { chromium } from 'playwright-core';
import { HEADERS, serve } from './serve.mjs';

const root = realpathSync(process.env.ROOT ?? '.');
const samples = Number(process.env.SAMPLES ?? 240);
let seed = Number(process.env.SEED ?? 20261128) >>> 0;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

function dice(sides) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * sides);
}
let passed = 0;
const failed = [];
function check(name, good, detail = '') {
  if (good) passed += 1;
  else {
    failed.push(`${name} ${detail}`.trim());
    console.log(`FAIL ${name} ${detail}`);
  }
}
function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}
const files = walk(root).map((path) => relative(root, path).split(sep).join('/'));

// --- every page is good HTML -----------------------------------------------------------------------------
{
  const validator = new HtmlValidate(new FileSystemConfigLoader({
    root: true,
    extends: ['html-validate:recommended'],
    // Lines and titles are as long as the texts; elements are closed as templates close them.
    // A telephone number is kept together by the style sheet, so that a copied one has plain hyphens.
    rules: { 'no-trailing-whitespace': 'off', 'long-title': 'off', 'void-style': 'off', 'tel-non-breaking': 'off' },
  }));
  for (const name of files.filter((name) => name.endsWith('.html'))) {
    const report = await validator.validateFile(join(root, name));
    const found = report.results.flatMap((result) => result.messages).map((one) => `${one.ruleId} at ${one.line}:${one.column}: ${one.message}`);
    check(`${name} is valid HTML`, !found.length, found.slice(0, 4).join('; '));
  }
}

// --- SG-BROW-1: scripts of 2019, and no style that Chromium 86 reads wrongly; SG-OFF-1: nothing from elsewhere -----
{
  const after86 = /:has\(|:is\(|:where\(|@layer|@container|@property|aspect-ratio|\binset\s*:|color-mix\(|oklch\(|accent-color|text-wrap|\b\d+d?[sl]v[hw]\b|\bdv[hw]\b|&[^a-z#]/;
  for (const name of files.filter((name) => /^assets\/.*\.(js|css)$/.test(name))) {
    const text = readFileSync(join(root, name), 'utf8');
    if (name.endsWith('.css')) {
      const found = text.replace(/\/\*[\s\S]*?\*\//g, '').match(after86);
      check(`${name} is for Chromium 86`, !found, found?.[0]);
      check(`${name} loads nothing from elsewhere`, !/@import|url\(\s*['"]?(?:https?:)?\/\//.test(text));
    } else {
      let fault = '';
      try { parse(text, { ecmaVersion: 2019, sourceType: 'script' }); } catch (error) { fault = String(error); }
      check(`${name} is a script of 2019`, !fault && !/Intl\.Segmenter|\bfetch\(|XMLHttpRequest/.test(text), fault);
    }
  }
  for (const name of files.filter((name) => name.endsWith('.html'))) {
    const html = readFileSync(join(root, name), 'utf8');
    const foreign = html.match(/<(?!a\b)[a-z]+[^>]*\s(?:src|href|action|poster|data)="(?:https?:)?\/\/[^"]*"/g) ?? [];
    const links = (html.match(/<a [^>]*href="https?:[^>]*>/g) ?? []).filter((link) => !/class="[^"]*\bout\b/.test(link));
    check(`${name} asks nobody else`, !foreign.length && !links.length, [...foreign, ...links].slice(0, 2).join(' '));
  }
}

const server = await serve(root, { headers: HEADERS });
const http = server.base;
const folder = `${pathToFileURL(root).href}/`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
});
async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  const complaints = [];
  // Leaving a page ends what it still loads; that is no failure.
  page.on('requestfailed', (request) => { if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()}`); });
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text().slice(0, 300)); });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { context, page, complaints };
}

// A search for a word also finds what means the same.
const groups = readFileSync(new URL('../../site-gen/data/synonyms.txt', import.meta.url), 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#')).map((line) => line.trim().split(/\s+/));
function alike(word) {
  return [word, ...groups.flatMap((group) => group.filter((one) => word.includes(one)).flatMap((one) => group.map((other) => word.replace(one, other))))];
}

// --- recall and precision against a plain search for substrings ------------------------------------------
async function texts(prefix) {
  const { context, page } = await open({ javaScriptEnabled: true });
  const out = new Map();
  for (const name of files.filter((name) => name.startsWith(prefix) && /^(faq|downtime|notices)\/(?!index|module-)/.test(name.slice(prefix.length)) && name.endsWith('.html'))) {
    if (out.size >= 400) break;
    await page.goto(folder + name);
    out.set(name.slice(prefix.length), await page.evaluate(() => {
      const prose = document.querySelector('.prose');
      if (!prose) return '';
      // Blocks end words; inline elements do not.
      prose.querySelectorAll('.back, .fn, .code button').forEach((node) => node.remove());
      prose.querySelectorAll('details').forEach((node) => { node.open = true; });
      return `${document.querySelector('h1').textContent}\n${prose.innerText}`;
    }));
  }
  await context.close();
  return out;
}
function sample(all) {
  const names = [...all.keys()];
  const name = names[dice(names.length)];
  const text = all.get(name);
  const runs = dice(4) ? text.match(/[\u4e00-\u9fff]{2,}/g) : text.match(/[A-Za-z0-9]{2,}(?:[-_.][A-Za-z0-9]+)*/g);
  if (!runs) return null;
  const run = runs[dice(runs.length)];
  if (/[\u4e00-\u9fff]/.test(run)) {
    const length = Math.min(2 + dice(7), run.length);
    const at = dice(run.length - length + 1);
    return { name, word: run.slice(at, at + length) };
  }
  const parts = run.split(/[-_.]/);
  const way = dice(3);
  if (way === 0) return { name, word: run };
  if (way === 1) return { name, word: run.slice(0, 2 + dice(run.length - 1)).replace(/[-_.]$/, '') };
  const part = parts[dice(parts.length)];
  return part.length >= 2 ? { name, word: part } : { name, word: run };
}
async function recall(prefix, base, count, label) {
  const all = await texts(prefix);
  if (!all.size) return;
  const { context, page, complaints } = await open();
  await page.goto(`${base}${prefix}search.html`);
  await page.waitForFunction(() => typeof window.icuopsSearch === 'function');
  let found = 0;
  let asked = 0;
  let right = 0;
  let shown = 0;
  for (let at = 0; at < count; at++) {
    const one = sample(all);
    if (!one) continue;
    asked += 1;
    const answer = await page.evaluate((word) => window.icuopsSearch(word), one.word);
    const hit = answer.paths.includes(one.name);
    if (hit) found += 1;
    else console.log(`  not found: ${one.word} on ${prefix}${one.name} (${answer.paths.length} others)`);
    if (/^[\u4e00-\u9fff]+$/.test(one.word)) {
      for (const path of answer.paths.slice(0, 10).filter((path) => all.has(path))) {
        shown += 1;
        if (alike(one.word).some((word) => all.get(path).includes(word))) right += 1;
      }
    }
  }
  check(`${label}: every sample finds its page`, found === asked, `${found} of ${asked}`);
  // The module of a page is found too and does not stand in its text.
  check(`${label}: hits hold what was asked or a synonym of it`, !shown || right / shown >= 0.95, `${right} of ${shown}`);
  check(`${label}: no complaint`, !complaints.length, complaints.join('; '));
  console.log(`${label}: recall ${found}/${asked}, precision@10 ${right}/${shown}`);
  await context.close();
}
await recall('', folder, samples, 'folder zh');
if (files.includes('en/search.html')) await recall('en/', folder, Math.ceil(samples / 4), 'folder en');
await recall('', http, Math.ceil(samples / 6), 'strict policy');

// --- what a reader does ----------------------------------------------------------------------------------
{
  const { context, page, complaints } = await open();
  await page.goto(`${folder}index.html`);
  await page.fill('#site-q', process.env.WORD ?? 'huxiji');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.hits a');
  check('search from the head of a page shows hits with what was found marked', (await page.locator('.hits mark').count()) > 0);
  await page.locator('#site-query').focus();
  await page.keyboard.press('ArrowDown');
  check('an arrow key leads to the first hit', await page.evaluate(() => document.activeElement.matches('.hits li:first-child a')));
  await page.keyboard.press('Enter');
  await page.waitForSelector('article');
  check('Enter opens it', !page.url().includes('search.html'), page.url());
  await page.click('#site-theme');
  const theme = await page.evaluate(() => document.documentElement.dataset.theme);
  check('the theme can be switched', theme === 'dark' || theme === 'light', theme);
  await page.goto(`${folder}search.html?q=${encodeURIComponent('没有这种词语吗')}`);
  await page.waitForFunction(() => document.querySelector('[role=status]').textContent.length > 0);
  // A word that is nowhere, beginning as a title does.
  const near = await page.evaluate(() => {
    const link = [...document.querySelectorAll('#site-index a')].find((one) => /^[\u4e00-\u9fff]{2}/.test(one.textContent));
    return link ? { path: link.getAttribute('href'), word: `${link.textContent.slice(0, 2)}囧囧囧囧` } : null;
  });
  if (near) {
    await page.goto(`${folder}search.html?q=${encodeURIComponent(near.word)}`);
    await page.waitForSelector('.hits a');
    check('titles that come near are offered when nothing is found', (await page.locator(`.hits a[href="${near.path}"]`).count()) === 1
      || (await page.locator('.hits a').count()) === 5, near.word);
  }
  check('no complaint on the way', !complaints.length, complaints.join('; '));
  await context.close();
}
{
  const { context, page } = await open({ javaScriptEnabled: false });
  await page.goto(`${folder}search.html`);
  check('without scripts the index of titles is there', (await page.locator('#site-index a').count()) > 3);
  await context.close();
}

// --- every kind of page: width, script, policy, accessibility --------------------------------------------
const kinds = new Map();
for (const name of files.filter((name) => name.endsWith('.html'))) {
  const kind = name.replace(/(index|module|state|risk|scope|category)?-?[^/]*$/, (_, kind) => kind ?? (/\//.test(name.replace(/^en\//, '')) ? 'record' : name));
  if (!kinds.has(kind)) kinds.set(kind, name);
}
for (const scheme of ['light', 'dark']) {
  const { context, page, complaints } = await open({ colorScheme: scheme });
  for (const name of kinds.values()) {
    for (const width of scheme === 'light' ? [320, 820, 1366] : [1366]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(http + name);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      check(`${name} fits ${width} px`, wide <= 0, `${wide} px too wide`);
      if (width === 820) {
        const small = await page.evaluate(() => [...document.querySelectorAll('button, input, select, nav.main a, .facets a, .pager a, .button')]
          .filter((node) => node.offsetParent && node.getBoundingClientRect().height < 44).map((node) => node.outerHTML.slice(0, 80)));
        check(`${name}: targets are large enough`, !small.length, small.join(' '));
      }
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name.replace(/\//g, '_')}-${width}-${scheme}.png`), fullPage: true });
    }
    // What is laid out when a reader comes to it is judged as that reader sees it.
    await page.evaluate(() => document.querySelectorAll('.az ul, .r-scroll').forEach((list) => { list.style.contentVisibility = 'visible'; }));
    // The tool itself is evaluated by the debugger, which no policy of the page forbids.
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then((result) => result.violations.map((one) => `${one.id}: ${one.nodes.slice(0, 2).map((node) => node.html.slice(0, 120)).join(' | ')}`)));
    check(`${name} ${scheme}: accessible`, !found.length, found.join('; '));
  }
  check(`${scheme}: nothing failed to load and the policy was kept`, !complaints.length, [...new Set(complaints)].join('; '));
  await context.close();
}
await browser.close();
server.close();
console.log(`${passed} checks passed, ${failed.length} failed`);
process.exit(failed.length ? 1 : 0);
