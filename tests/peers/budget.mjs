// SG-SIZE-1, SG-SIZE-2, the budget of SG-QA-1: what every page of a built root weighs, exactly, in bytes as they are stored: a root is also read
// from a disk, where nothing is compressed.
//   ROOT=/path/to/root node budget.mjs        exit 1 on a page, a style or a script above its bound
// HTML beside the content: 25 KB; page without images but with the style and script that it names: 150 KB; all styles of
// the root: 30 KB; all scripts and the manifest of the search, before its shards: 40 KB. 1 KB is 1,000 bytes.
import { readFileSync, readdirSync, realpathSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

const BESIDE = 25_000;
const PAGE = 150_000;
const STYLES = 30_000;
const SCRIPTS = 40_000;

/** Faults and the heaviest of each kind of a root: its files by name. */
function judge(files) {
  const faults = [];
  const heaviest = { page: [0, ''], beside: [0, ''] };
  const size = (name) => files.get(name).length;
  const sum = (names) => names.reduce((all, name) => all + size(name), 0);
  const pages = [...files.keys()].filter((name) => name.endsWith('.html'));
  for (const name of pages) {
    const html = files.get(name);
    const from = html.indexOf('<main');
    const to = html.lastIndexOf('</main>');
    if (from < 0 || to < from) {
      faults.push(`${name} has no content`);
      continue;
    }
    const text = html.toString('utf8').replace(/&#x2f;/g, '/');
    const named = [...text.matchAll(/<(?:link\b[^>]*\brel="stylesheet"[^>]*\bhref|script\b[^>]*\bsrc)="([^"]*)"/g)]
      .map((found) => posix.normalize(posix.join(posix.dirname(name), found[1])));
    if (named.some((one) => one.includes('assets/search.'))) named.push(posix.join(posix.dirname(name), 'search/manifest.js'));
    const lost = named.filter((one) => !files.has(one));
    if (lost.length) {
      faults.push(`${name} names ${lost.join(', ')}, which the root does not have`);
      continue;
    }
    const whole = html.length + sum([...new Set(named)]);
    const beside = html.length - (html.indexOf('>', from) + 1 < to ? to - html.indexOf('>', from) - 1 : 0);
    if (whole > PAGE) faults.push(`${name} weighs ${whole} bytes with style and script`);
    if (beside > BESIDE) faults.push(`${name} has ${beside} bytes beside the content`);
    if (whole > heaviest.page[0]) heaviest.page = [whole, name];
    if (beside > heaviest.beside[0]) heaviest.beside = [beside, name];
  }
  const assets = (ending) => [...files.keys()].filter((name) => name.startsWith('assets/') && name.endsWith(ending));
  const styles = sum(assets('.css'));
  const manifests = [...files.keys()].filter((name) => /^(en\/)?search\/manifest\.js$/.test(name)).map(size);
  const scripts = sum(assets('.js')) + Math.max(0, ...manifests);
  if (styles > STYLES) faults.push(`the styles weigh ${styles} bytes`);
  if (scripts > SCRIPTS) faults.push(`the scripts weigh ${scripts} bytes`);
  if (!pages.length || !styles || !scripts) faults.push('this is no root');
  return { faults, heaviest, styles, scripts, pages: pages.length };
}

// --- what judges nothing would pass everything --------------------------------------------------------------
{
  const page = (beside, content, head = '') => Buffer.from(`<link rel="stylesheet" href="assets/a.css">${head}${'x'.repeat(beside)}<main>${'x'.repeat(content)}</main>`);
  const root = (more) => new Map(Object.entries({ 'index.html': page(900, 900), 'assets/a.css': Buffer.alloc(9000), 'assets/a.js': Buffer.alloc(9000), ...more }));
  for (const [name, more] of [
    ['', {}],
    ['beside the content', { 'b.html': page(25_000, 0) }],
    ['with style and script', { 'b.html': page(0, 141_000) }],
    ['with style and script', { 'b.html': page(0, 132_000, '<script src="assets&#x2f;a.js" defer></script>') }],
    ['does not have', { 'en/b.html': page(0, 0) }],
    ['no content', { 'b.html': Buffer.from('<p>x</p>') }],
    ['styles weigh', { 'assets/b.css': Buffer.alloc(22_000) }],
    ['scripts weigh', { 'search/manifest.js': Buffer.alloc(32_000) }],
  ]) {
    const { faults } = judge(root(more));
    if (name ? faults.length !== 1 || !faults[0].includes(name) : faults.length) throw new Error(`the judge is wrong about "${name}": ${faults.join('; ')}`);
  }
}

const root = realpathSync(process.env.ROOT ?? '.');
const found = judge(new Map(readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(html|css|js)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => [relative(root, path).split(sep).join('/'), readFileSync(path)])));
for (const fault of found.faults) console.log(`FAIL ${fault}`);
console.log(`${found.pages} pages, at most ${found.heaviest.page[0]} bytes with style and script (${found.heaviest.page[1]}), ${found.heaviest.beside[0]} beside the content (${found.heaviest.beside[1]}); styles ${found.styles}, scripts ${found.scripts}; ${found.faults.length} failed`);
process.exit(found.faults.length ? 1 : 0);
