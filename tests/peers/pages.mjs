// HTML files under a folder: html-validate, and axe-core in headless Chromium, light and dark, wide and 320 px.
//   node pages.mjs FOLDER        exit 1 on a finding; CHROMIUM names the browser
// Requests that leave the file are findings too. SHOTS: a folder for screenshots.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileSystemConfigLoader, HtmlValidate } from 'html-validate';
import { chromium } from 'playwright-core';

const folder = resolve(process.argv[2] ?? '.');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.html')).sort();
const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];

let passed = 0;
const failed = [];
function check(name, findings) {
  if (findings.length === 0) passed += 1;
  else failed.push(...findings.map((one) => `${name}: ${one}`));
}

const validator = new HtmlValidate(new FileSystemConfigLoader({
  root: true,
  extends: ['html-validate:recommended'],
  rules: {
    // The pages are written by templates with indentation and long lines of text.
    'no-trailing-whitespace': 'off',
    'long-title': 'off',
    'void-style': 'off',
  },
}));
for (const name of files) {
  const report = await validator.validateFile(join(folder, name));
  const findings = report.results.flatMap((result) => result.messages)
    .map((one) => `${one.ruleId} at ${one.line}:${one.column}: ${one.message}`);
  check(`html-validate ${name}`, findings);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND'],
});
for (const colorScheme of ['light', 'dark']) {
  for (const width of [1366, 320]) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 768 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(60000);
    const foreign = [];
    page.on('request', (request) => {
      if (!/^(file|data|blob|about):/.test(request.url())) foreign.push(request.url());
    });
    for (const name of files) {
      foreign.length = 0;
      await page.goto(pathToFileURL(join(folder, name)).href);
      await page.evaluate(axe);
      const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values } }), tags);
      const where = `${name} ${colorScheme} ${width}`;
      check(`axe ${where}`, violations.map((one) => `${one.id} ${one.nodes.length}x ${one.nodes[0].target} ${one.nodes[0].failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      check(`width ${where}`, wide > 0 ? [`${wide} px too wide`] : []);
      check(`requests ${where}`, foreign.slice());
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${name.replace(/[^a-z0-9_-]/gi, '_')}-${colorScheme}-${width}.png`), fullPage: false });
    }
    await context.close();
  }
}
await browser.close();

for (const one of failed) console.log(`FAIL ${one}`);
console.log(`${files.length} pages: ${passed} passed, ${failed.length} failed`);
process.exit(failed.length === 0 && files.length > 0 ? 0 : 1);
