// A folder of pages over HTTP, for this machine alone, as the scripts beside it read it.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css', '.xml': 'application/xml',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.pdf': 'application/pdf', '.wasm': 'application/wasm',
};
const TEXTS = /\.(html|js|css|xml|json|svg)$/;

// What the product says with a page of the portal (api/deploy/icuops-portal.conf is the same).
export const HEADERS = {
  'Content-Security-Policy': "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'",
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
};

/**
 * The files of `root`. `headers` go with each; `packed()` says whether texts travel as gzip; `others` are folders whose
 * names lie beside those of the root, such as `/pagefind/`.
 */
export async function serve(root, { headers = {}, packed = () => false, others = {} } = {}) {
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    const folder = Object.entries(others).find(([prefix]) => name.startsWith(prefix))?.[1] ?? root;
    const path = join(folder, name);
    if (!path.startsWith(folder) || !existsSync(path) || statSync(path).isDirectory()) {
      response.writeHead(404).end();
      return;
    }
    const pack = packed() && TEXTS.test(path) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    const body = pack ? gzipSync(readFileSync(path)) : readFileSync(path);
    response.writeHead(200, {
      'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      'Content-Length': body.length,
      ...(pack ? { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' } : {}),
      ...headers,
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { base: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
