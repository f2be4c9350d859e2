// The sign-in page: asks who is signed in, signs in and out, changes the password. It keeps the session
// in the cookie that the server sets (HttpOnly, out of reach of this script) and stores nothing but the
// chosen language. It speaks to /graphql of its own origin alone.
'use strict';

const TEXT = {
  zh: {
    product: '重症系统运维服务平台',
    claim: '报修、响应、查证',
    other: 'English',
    loading: '正在读取登录状态…',
    signIn: '登录',
    account: '账号',
    password: '密码',
    show: '显示',
    hide: '隐藏',
    caps: '大写锁定已开启。',
    forgot: '忘记密码请联系信息中心管理员重置。',
    changePassword: '修改密码',
    mustChange: '您使用的是一次性密码或已到期的密码，请先设置新密码。',
    currentPassword: '当前密码',
    newPassword: '新密码',
    newHint: '长一些的句子既好记又安全；不要使用姓名、工号或生日。',
    repeatPassword: '再输入一次新密码',
    savePassword: '保存新密码',
    cancel: '取消',
    signOut: '退出登录',
    signedIn: '已登录',
    portal: '门户',
    portalHint: '公告、手册、应急指引、巡检与时效',
    graphiql: '接口工作台 GraphiQL',
    graphiqlHint: '在浏览器中查询与操作工单',
    apiOnly: '本系统的功能经接口 /graphql 提供。',
    needAccount: '请输入账号和密码。',
    needPasswords: '请填写当前密码和新密码。',
    notEqual: '两次输入的新密码不一致。',
    changed: '密码已修改。',
    signedOut: '已退出登录。',
    LOGIN_FAILED: '账号或密码不正确。',
    OFFLINE: '连接不上服务器，请检查网络后重试。',
    TIMEOUT: '服务器未能及时答复，请稍后重试。',
    OVERLOADED: '服务器繁忙，请稍后重试。',
    MAINTENANCE: '系统维护中，请稍后重试。',
    RATE_LIMITED: '尝试过于频繁，请稍后再试。',
    UNAUTHENTICATED: '登录已失效，请重新登录。',
    CSRF_PREVENTED: '请从本系统的正式地址打开此页面后重试。',
    UNKNOWN: '出现意外错误，请重试；如仍不行，请联系信息中心。',
    wait: (seconds) => `（约 ${seconds} 秒后可重试）`,
    reference: (id) => `（参考号 ${id}）`,
    roles: {
      HOSP_IT_ADMIN: '信息中心管理员',
      ICU_NURSE: 'ICU 护士',
      ICU_DOCTOR: 'ICU 医生',
      HOSP_MANAGER: '医院管理者',
      VENDOR_PM: '服务商项目经理',
      VENDOR_ENGINEER: '服务商工程师',
      VENDOR_TRAINER: '服务商培训师',
      AUDITOR: '审计员',
    },
  },
  en: {
    product: 'ICU system maintenance service',
    claim: 'Report, respond, prove',
    other: '中文',
    loading: 'Checking who is signed in…',
    signIn: 'Sign in',
    account: 'Account',
    password: 'Password',
    show: 'Show',
    hide: 'Hide',
    caps: 'Caps Lock is on.',
    forgot: 'Forgotten your password? The information centre can reset it.',
    changePassword: 'Change password',
    mustChange: 'Your password was for one use or has expired. Please set a new one first.',
    currentPassword: 'Current password',
    newPassword: 'New password',
    newHint: 'A longer sentence is easy to remember and safe. Do not use names, staff numbers or birthdays.',
    repeatPassword: 'New password again',
    savePassword: 'Save new password',
    cancel: 'Cancel',
    signOut: 'Sign out',
    signedIn: 'Signed in',
    portal: 'Portal',
    portalHint: 'Notices, manuals, emergency instructions, inspections, clocks',
    graphiql: 'GraphiQL, the API workbench',
    graphiqlHint: 'Query and work on tickets in the browser',
    apiOnly: 'This system is used through its API at /graphql.',
    needAccount: 'Please enter your account and password.',
    needPasswords: 'Please fill in the current and the new password.',
    notEqual: 'The two new passwords differ.',
    changed: 'The password has been changed.',
    signedOut: 'You have signed out.',
    LOGIN_FAILED: 'Wrong account or password.',
    OFFLINE: 'The server cannot be reached. Check the network and try again.',
    TIMEOUT: 'The server did not answer in time. Please try again shortly.',
    OVERLOADED: 'The server is busy. Please try again shortly.',
    MAINTENANCE: 'The system is under maintenance. Please try again later.',
    RATE_LIMITED: 'Too many attempts. Please try again later.',
    UNAUTHENTICATED: 'Your sign-in has ended. Please sign in again.',
    CSRF_PREVENTED: 'Please open this page at the official address of the system and try again.',
    UNKNOWN: 'Something unexpected happened. Try again; if it stays, call the information centre.',
    wait: (seconds) => ` (try again in about ${seconds} s)`,
    reference: (id) => ` (reference ${id})`,
    roles: {
      HOSP_IT_ADMIN: 'Information centre administrator',
      ICU_NURSE: 'ICU nurse',
      ICU_DOCTOR: 'ICU doctor',
      HOSP_MANAGER: 'Hospital manager',
      VENDOR_PM: 'Vendor project manager',
      VENDOR_ENGINEER: 'Vendor engineer',
      VENDOR_TRAINER: 'Vendor trainer',
      AUDITOR: 'Auditor',
    },
  },
};

const VIEWER = 'viewer{person{name account}roles mustChangePassword graphiqlEnabled}';
const ERRORS = 'userErrors{code message messages{zh en}field}';
const WHO = `query Who{${VIEWER}}`;
const LOGIN = `mutation Login($input:LoginInput!){login(input:$input){${VIEWER} ${ERRORS}}}`;
const CHANGE = `mutation ChangePassword($input:ChangePasswordInput!){changePassword(input:$input){${ERRORS}}}`;
const LOGOUT = 'mutation Logout{logout{userErrors{code}}}';

const $ = (id) => document.getElementById(id);
const VIEWS = ['loading', 'login', 'change', 'home'];

let language = firstLanguage();
let viewer = null;
let busy = false;
// Each message is kept as a function of the language, so that the toggle changes it too.
let shown = { notice: null, error: null };

function firstLanguage() {
  let kept = null;
  try {
    kept = localStorage.getItem('icuops.language');
  } catch {
    // Storage may be switched off on shared ward stations; the browser's language decides then.
  }
  if (kept === 'zh' || kept === 'en') return kept;
  const first = (navigator.languages ?? [navigator.language]).find((l) => /^(zh|en)\b/i.test(l));
  return first && /^en/i.test(first) ? 'en' : 'zh';
}

/** Writes every text of the page in the present language. */
function render() {
  const text = TEXT[language];
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = text.product;
  for (const node of document.querySelectorAll('[data-text]')) {
    node.textContent = text[node.dataset.text];
  }
  for (const button of document.querySelectorAll('.reveal')) {
    button.textContent = button.getAttribute('aria-pressed') === 'true' ? text.hide : text.show;
  }
  $('language').textContent = text.other;
  $('language').lang = language === 'zh' ? 'en' : 'zh-CN';
  for (const kind of ['notice', 'error']) {
    $(kind).hidden = shown[kind] === null;
    $(kind).textContent = shown[kind] === null ? '' : shown[kind](language);
  }
  if (viewer) {
    $('who-name').textContent = viewer.person?.name ?? '';
    $('who-account').textContent = viewer.person?.account ?? '';
    $('change-account').value = viewer.person?.account ?? '';
    const comma = language === 'zh' ? '、' : ', ';
    $('who-roles').textContent = (viewer.roles ?? []).map((role) => text.roles[role] ?? role).join(comma);
    $('graphiql').hidden = !viewer.graphiqlEnabled;
    $('nothing-here').hidden = Boolean(viewer.graphiqlEnabled);
    $('must-change').hidden = !viewer.mustChangePassword;
    $('change-cancel').hidden = Boolean(viewer.mustChangePassword);
  }
}

function show(view, focus) {
  for (const id of VIEWS) $(id).hidden = id !== view;
  render();
  if (focus) $(focus).focus();
}

function say(kind, message) {
  shown = { notice: null, error: null };
  if (kind) shown[kind] = typeof message === 'string' ? (l) => TEXT[l][message] : message;
  render();
}

/** An answer that the server refused or could not give; `text(language)` is for the reader. */
class Refusal extends Error {
  constructor(code, text) {
    super(code);
    this.code = code;
    this.text = text ?? ((l) => TEXT[l][code] ?? TEXT[l].UNKNOWN);
  }
}

async function ask(query, variables) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 20000);
  let response;
  let body = null;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json, application/json',
        'Accept-Language': language === 'zh' ? 'zh-CN' : 'en',
      },
      body: JSON.stringify({ query, variables }),
      signal: stop.signal,
    });
    body = await response.json().catch((error) => {
      // A proxy may answer with a page of its own; a connection cut half-way is another matter.
      if (error instanceof SyntaxError) return null;
      throw error;
    });
  } catch (error) {
    throw new Refusal(error.name === 'AbortError' ? 'TIMEOUT' : 'OFFLINE');
  } finally {
    clearTimeout(timer);
  }
  const first = body?.errors?.[0];
  if (first || !response.ok || !body?.data) throw refusal(response, first);
  return body.data;
}

function refusal(response, first) {
  const byStatus = { 401: 'UNAUTHENTICATED', 403: 'CSRF_PREVENTED', 429: 'RATE_LIMITED', 502: 'OFFLINE', 503: 'OVERLOADED', 504: 'TIMEOUT' };
  const code = first?.extensions?.code ?? byStatus[response.status] ?? 'UNKNOWN';
  const messages = first?.extensions?.messages;
  const id = first?.extensions?.requestId;
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  return new Refusal(code, (l) => {
    const own = TEXT[l][code];
    let line = own ?? messages?.[l] ?? TEXT[l].UNKNOWN;
    if (seconds > 0) line += TEXT[l].wait(seconds);
    if (!own && id) line += TEXT[l].reference(id);
    return line;
  });
}

/** The sentences of the domain failures, in the words of the server. */
function failures(userErrors) {
  return (l) => userErrors.map((e) => e.messages?.[l] ?? TEXT[l][e.code] ?? e.message).join(l === 'zh' ? '' : ' ');
}

function mark(...ids) {
  for (const id of ['account', 'password', 'current', 'new', 'repeat']) {
    if (ids.includes(id)) $(id).setAttribute('aria-invalid', 'true');
    else $(id).removeAttribute('aria-invalid');
  }
  if (ids.length > 0) {
    $(ids[0]).focus();
    $(ids[0]).select();
  }
}

/** One request at a time: a second press of Enter must not count as a second attempt. */
async function during(work) {
  if (busy) return;
  busy = true;
  const buttons = document.querySelectorAll('main button');
  for (const button of buttons) button.disabled = true;
  document.querySelector('main').setAttribute('aria-busy', 'true');
  const release = () => {
    for (const button of buttons) button.disabled = false;
    document.querySelector('main').removeAttribute('aria-busy');
  };
  try {
    const after = await work();
    release();
    after?.();
  } catch (error) {
    release();
    if (error instanceof Refusal && error.code === 'UNAUTHENTICATED' && viewer) {
      forget();
      show('login', 'account');
    }
    say('error', error instanceof Refusal ? error.text : 'UNKNOWN');
    if (!(error instanceof Refusal)) console.error(error);
  } finally {
    busy = false;
  }
}

function forget() {
  viewer = null;
  for (const id of ['password', 'current', 'new', 'repeat', 'change-account']) $(id).value = '';
  for (const id of ['who-name', 'who-account', 'who-roles']) $(id).textContent = '';
}

/** The page of the portal that led here; no other address is followed. */
function wanted() {
  const next = new URLSearchParams(location.search).get('next');
  return next !== null && /^\/portal\/[a-z0-9._/-]*$/.test(next) ? next : null;
}

function enter(next) {
  viewer = next;
  if (viewer.mustChangePassword) show('change', $('current').value ? 'new' : 'current');
  else if (wanted()) location.replace(wanted());
  else show('home', 'home-title');
}

$('login').addEventListener('submit', (event) => {
  event.preventDefault();
  const account = $('account').value.trim();
  const password = $('password').value;
  if (!account || !password) {
    say('error', 'needAccount');
    mark(account ? 'password' : 'account');
    return;
  }
  mark();
  during(async () => {
    const { login } = await ask(LOGIN, { input: { account, password, session: 'COOKIE' } });
    if (!login?.viewer) {
      const errors = login?.userErrors ?? [];
      return () => {
        say('error', errors.length > 0 ? failures(errors) : 'UNKNOWN');
        mark('password');
      };
    }
    $('password').value = '';
    // The one-time password was typed a moment ago; it is asked again only after a reload.
    $('current').value = login.viewer.mustChangePassword ? password : '';
    return () => {
      say(null);
      enter(login.viewer);
    };
  });
});

$('change').addEventListener('submit', (event) => {
  event.preventDefault();
  const currentPassword = $('current').value;
  const newPassword = $('new').value;
  if (!currentPassword || !newPassword) {
    say('error', 'needPasswords');
    mark(currentPassword ? 'new' : 'current');
    return;
  }
  if (newPassword !== $('repeat').value) {
    say('error', 'notEqual');
    mark('repeat');
    return;
  }
  mark();
  during(async () => {
    const { changePassword } = await ask(CHANGE, { input: { currentPassword, newPassword } });
    const errors = changePassword?.userErrors ?? [];
    if (!changePassword || errors.length > 0) {
      const about = errors.some((e) => (e.field ?? []).includes('currentPassword')) ? 'current' : 'new';
      return () => {
        say('error', errors.length > 0 ? failures(errors) : 'UNKNOWN');
        mark(about);
      };
    }
    forget();
    const next = await who();
    return () => {
      say('notice', 'changed');
      if (next) enter(next);
      else show('login', 'account');
    };
  });
});

for (const button of document.querySelectorAll('.sign-out')) {
  button.addEventListener('click', () =>
    during(async () => {
      await ask(LOGOUT);
      forget();
      return () => {
        mark();
        show('login', 'account');
        say('notice', 'signedOut');
      };
    }),
  );
}

$('change-open').addEventListener('click', () => {
  say(null);
  show('change', 'current');
});
$('change-cancel').addEventListener('click', () => {
  say(null);
  for (const id of ['current', 'new', 'repeat']) $(id).value = '';
  mark();
  show('home', 'home-title');
});

$('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  try {
    localStorage.setItem('icuops.language', language);
  } catch {
    // Not kept: the choice holds until the page is left.
  }
  render();
});

for (const button of document.querySelectorAll('.reveal')) {
  button.addEventListener('click', () => {
    const field = $(button.dataset.for);
    const open = field.type === 'password';
    field.type = open ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(open));
    render();
    field.focus();
  });
}

for (const kind of ['keydown', 'keyup']) {
  $('password').addEventListener(kind, (event) => {
    $('caps').hidden = !(event.getModifierState && event.getModifierState('CapsLock'));
  });
}

/** The signed-in person, or null; an expired cookie means signed out, not an error. */
async function who() {
  try {
    return (await ask(WHO)).viewer;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'UNAUTHENTICATED') return null;
    throw error;
  }
}

async function start() {
  show('loading');
  try {
    const next = await who();
    if (next?.person) enter(next);
    else show('login', 'account');
  } catch (error) {
    show('login', 'account');
    say('error', error instanceof Refusal ? error.text : 'UNKNOWN');
  }
}

// A page that comes back from the history may show a session that has ended meanwhile.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) {
    forget();
    say(null);
    start();
  }
});

start();
