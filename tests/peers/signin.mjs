// The sign-in page and GraphiQL in headless Chromium, with every address but the server's cut off.
//   URL=http://127.0.0.1:8080 node signin.mjs        needs the demonstration; exit 1 on a failed check
// ACCOUNT, PASSWORD: who signs in (the nurse of the demonstration). CHROMIUM: the browser.
// SHOTS: a directory for the screenshots; without it they are not kept.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const base = (process.env.URL ?? 'http://127.0.0.1:8080').replace(/\/(graphql)?$/, '');
const account = process.env.ACCOUNT ?? 'nurse';
const password = process.env.PASSWORD ?? 'Icu-Demo-2026!';
const shots = process.env.SHOTS ?? mkdtempSync(join(tmpdir(), 'icuops-shots-'));

const WORDS = {
  'zh-CN': { title: '重症系统运维服务平台', wrong: /[\u4e00-\u9fff].*密码/, home: '已登录', out: '已退出登录' },
  'en-US': { title: 'ICU system maintenance service', wrong: /^[^\u4e00-\u9fff]*password[^\u4e00-\u9fff]*$/i, home: 'Signed in', out: 'You have signed out' },
};

let passed = 0;
const failed = [];
function check(name, good, detail = '') {
  if (good) passed += 1;
  else failed.push(`${name} ${detail}`.trim());
  console.log(`${good ? 'ok  ' : 'FAIL'} ${name}${good ? '' : ` ${detail}`}`);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
});

/** A fresh browser profile that records what it asked from elsewhere and what it complained about. */
async function open(options) {
  const context = await browser.newContext({ viewport: { width: 900, height: 820 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  const foreign = [];
  const complaints = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${base}/`) && !/^(data|blob|about):/.test(request.url())) foreign.push(request.url());
  });
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text().replace(/data:[^']*/, 'data:').slice(0, 300));
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { context, page, foreign, complaints };
}

async function focused(page) {
  return page.evaluate(() => document.activeElement?.id ?? '');
}

async function signInByKeyboard(page, word) {
  await page.keyboard.type(account);
  await page.keyboard.press('Tab');
  await page.keyboard.type(word);
  await page.keyboard.press('Enter');
}

async function signInPage(locale, colorScheme) {
  const words = WORDS[locale];
  const { context, page, foreign, complaints } = await open({ locale, colorScheme });
  const answer = await page.goto(`${base}/`);
  check(`${locale}: the page is served`, answer.status() === 200, String(answer.status()));
  const policy = answer.headers()['content-security-policy'] ?? '';
  check(`${locale}: the policy is default-src 'self' without inline scripts`, /default-src 'self'/.test(policy) && !/script-src[^;]*unsafe/.test(policy), policy);
  check(`${locale}: the title is in the reader's language`, (await page.title()) === words.title, await page.title());
  await page.locator('#login').waitFor();
  check(`${locale}: the cursor waits in the account field`, (await focused(page)) === 'account', await focused(page));
  const body = await page.content();
  check(`${locale}: the page tells no password`, !body.includes(password));
  await page.screenshot({ path: join(shots, `signin-${locale}-${colorScheme}.png`) });

  await signInByKeyboard(page, `${password}-wrong`);
  await page.locator('#error').waitFor();
  const error = await page.locator('#error').innerText();
  check(`${locale}: a wrong password is refused in words`, words.wrong.test(error), error);
  check(`${locale}: the cursor is back in the password field`, (await focused(page)) === 'password', await focused(page));
  check(`${locale}: no cookie after a refusal`, (await context.cookies()).length === 0);
  await page.screenshot({ path: join(shots, `wrong-${locale}-${colorScheme}.png`) });

  // The refused password is selected: typing replaces it.
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.locator('#home').waitFor();
  check(`${locale}: signed in by keyboard alone`, (await page.locator('#home-title').innerText()) === words.home);
  check(`${locale}: the person is named`, (await page.locator('#who-name').innerText()).trim() !== '');
  const cookies = await context.cookies();
  const cookie = cookies[0] ?? {};
  check(`${locale}: one cookie, HttpOnly, Secure, SameSite=Strict`, cookies.length === 1 && cookie.httpOnly && cookie.secure && cookie.sameSite === 'Strict' && cookie.name === '__Host-icuops', JSON.stringify(cookies.map(({ value, ...rest }) => rest)));
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  check(`${locale}: browser storage holds nothing of the session`, !stored.includes(cookie.value) && !stored.includes(password), stored);
  await page.screenshot({ path: join(shots, `home-${locale}-${colorScheme}.png`) });

  await page.reload();
  await page.locator('#home').waitFor();
  check(`${locale}: whoever is signed in sees it at once`, true);

  await page.locator('#language').focus();
  await page.keyboard.press('Enter');
  const other = Object.values(WORDS).find((w) => w !== words);
  check(`${locale}: the toggle changes the language`, (await page.locator('#home-title').innerText()) === other.home);
  await page.keyboard.press('Enter');

  // From the page's start to the last button by Tab alone.
  for (let i = 0; i < 10; i += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.classList.contains('sign-out'))) break;
  }
  await page.keyboard.press('Enter');
  await page.locator('#login').waitFor();
  check(`${locale}: signed out by keyboard`, (await page.locator('#notice').innerText()).includes(words.out));
  await page.reload();
  await page.locator('#login').waitFor();
  check(`${locale}: and stays signed out`, true);
  check(`${locale}: no request left the server`, foreign.length === 0, foreign.join(' '));
  check(`${locale}: no complaint of policy or script`, complaints.length === 0, complaints.join(' | '));
  await context.close();
}

async function offline() {
  const { context, page } = await open({ locale: 'zh-CN' });
  await page.goto(`${base}/`);
  await page.locator('#login').waitFor();
  await context.setOffline(true);
  await signInByKeyboard(page, password);
  await page.locator('#error').waitFor();
  const zh = await page.locator('#error').innerText();
  await page.locator('#language').click();
  const en = await page.locator('#error').innerText();
  check('offline: said in Chinese and English, nothing typed is lost', /连接不上/.test(zh) && /cannot be reached/.test(en) && (await page.locator('#account').inputValue()) === account, `${zh} / ${en}`);
  await context.close();
}

async function graphiql() {
  const { context, page, foreign, complaints } = await open({ locale: 'zh-CN', viewport: { width: 1280, height: 800 } });
  const before = await page.goto(`${base}/graphiql`);
  check('graphiql: not there for a stranger', before.status() === 404, String(before.status()));
  await page.goto(`${base}/`);
  await page.locator('#login').waitFor();
  await signInByKeyboard(page, password);
  await page.locator('a#graphiql').waitFor();
  const introspection = page.waitForResponse(
    (r) => r.url() === `${base}/graphql` && /__schema/.test(r.request().postData() ?? ''),
  );
  await page.locator('a#graphiql').click();
  const schema = await (await introspection).json();
  check('graphiql: loads with the network cut and reads the schema', Boolean(schema.data?.__schema), JSON.stringify(schema).slice(0, 300));
  await page.locator('.graphiql-execute-button').waitFor();
  await page.locator('.graphiql-execute-button').click();
  const result = page.locator('.result-window');
  await page.waitForFunction(() => /"viewer"/.test(document.querySelector('.result-window')?.textContent ?? ''));
  const text = await result.innerText();
  check('graphiql: the first query runs without an error', /"tickets"/.test(text) && !/"errors"/.test(text), text.slice(0, 300));
  await page.screenshot({ path: join(shots, 'graphiql.png') });
  check('graphiql: no request left the server', foreign.length === 0, foreign.join(' '));
  check('graphiql: no complaint of policy or script', complaints.length === 0, complaints.slice(0, 3).join(' | '));
  await context.close();
}

try {
  for (const part of [() => signInPage('zh-CN', 'light'), () => signInPage('en-US', 'dark'), offline, graphiql]) {
    try {
      await part();
    } catch (error) {
      check('a part of the check broke off', false, String(error.message ?? error).split('\n').slice(0, 4).join(' '));
    }
  }
} finally {
  await browser.close();
  if (!process.env.SHOTS) rmSync(shots, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed.length} failed`);
process.exit(failed.length > 0 ? 1 : 0);
