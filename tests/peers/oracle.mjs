// graphql-js as the oracle (G14, G94): the same SDL judges the same documents, valid and invalid.
//
//   URL=http://127.0.0.1:8080/graphql TOKEN=… [SEED=1] [COUNT=600] node oracle.mjs
//
// Accept or reject must be the same. What the server answers is then executed again by graphql-js over the server's
// own values: keys, their order, aliases, fragments, @skip and @include must give the same bytes, and no field may be
// missing or null where the SDL forbids it. Known differences of the engine are listed in ALLOWED.

import { readFileSync } from 'node:fs';
import {
  buildSchema, execute, getNamedType, isEnumType, isInputObjectType, isInterfaceType, isLeafType, isListType,
  isNonNullType, isUnionType, parse, specifiedRules, validate,
} from 'graphql';

const url = process.env.URL ?? 'http://127.0.0.1:8080/graphql';
const count = Number(process.env.COUNT ?? 600);
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const schema = buildSchema(readFileSync(new URL('../../api/src/schema.graphql', import.meta.url), 'utf8'));

// A field that conflicts only inside a nested selection is not detected by the engine.
const ALLOWED = [/conflict because subfields/];

// mulberry32: small, seeded, good enough to choose fields.
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const chance = (p) => random() < p;

const IDS = { known: [] };
let aliases = 0;

function literal(type, name) {
  if (isNonNullType(type)) return literal(type.ofType, name);
  if (isListType(type)) return `[${Array.from({ length: below(3) }, () => literal(type.ofType, name)).join(',')}]`;
  if (isEnumType(type)) return pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const chosen = type.isOneOf
      ? [pick(fields)]
      : fields.filter((field) => isNonNullType(field.type) || chance(0.3));
    return `{${chosen.map((field) => `${field.name}:${literal(field.type, field.name)}`).join(',')}}`;
  }
  switch (type.name) {
    case 'Int': return String(1 + below(5));
    case 'Boolean': return chance(0.5) ? 'true' : 'false';
    case 'ID': return JSON.stringify(IDS.known.length && chance(0.8) ? pick(IDS.known) : 'tkt_00000000000000000000000000');
    case 'DateTime': return '"2026-10-01T08:00:00+08:00"';
    case 'Date': return '"2026-10-01"';
    case 'Long': return String(below(1000));
    default: return '"ICU-2026-000001"';
  }
}

function args(field) {
  const chosen = field.args.filter((arg) => isNonNullType(arg.type) || (chance(0.25) && !['after', 'before', 'last'].includes(arg.name)));
  return chosen.length ? `(${chosen.map((arg) => `${arg.name}:${literal(arg.type, arg.name)}`).join(',')})` : '';
}

function directive() {
  return chance(0.08) ? ` @${pick(['skip', 'include'])}(if:${chance(0.5)})` : '';
}

function selection(type, depth, fragments) {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (isUnionType(named) || isInterfaceType(named)) {
    const concrete = schema.getPossibleTypes(named);
    const inner = isInterfaceType(named) ? Object.values(named.getFields()).filter((field) => isLeafType(getNamedType(field.type))).map((field) => field.name) : [];
    return `{__typename ${inner.join(' ')} ...on ${pick(concrete).name}${selection(pick([concrete[0]]), 0, fragments).replace(/^\{[^]*$/, '{__typename}')}}`;
  }
  const fields = Object.values(named.getFields());
  const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)) && field.args.length === 0);
  const branches = depth > 0 ? fields.filter((field) => !isLeafType(getNamedType(field.type))) : [];
  const parts = ['__typename'];
  const seen = new Map([['__typename', '__typename']]);
  const add = (field, text) => {
    let key = field.name;
    if (seen.has(key) && seen.get(key) !== text && aliases >= 20) return;
    if (seen.has(key) || (chance(0.1) && aliases < 20)) { aliases += 1; key = `a${aliases}_${field.name}`; parts.push(`${key}:${text}`); } else parts.push(text);
    seen.set(key, text);
  };
  for (let i = 0; i < 1 + below(4) && leaves.length; i += 1) { const field = pick(leaves); add(field, `${field.name}${directive()}`); }
  for (let i = 0; i < below(3) && branches.length; i += 1) {
    const field = pick(branches);
    add(field, `${field.name}${args(field)}${directive()}${selection(field.type, depth - 1, fragments)}`);
  }
  if (chance(0.15) && leaves.length) parts.push(`...on ${named.name}{${pick(leaves).name}}`);
  if (chance(0.12) && leaves.length) {
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${named.name}{${pick(leaves).name} __typename}`);
    parts.push(`...${name}`);
  }
  return `{${parts.join(' ')}}`;
}

function valid() {
  aliases = 0;
  const fragments = [];
  const roots = Object.values(schema.getQueryType().getFields());
  const parts = Array.from({ length: 1 + below(2) }, (_, i) => {
    const field = pick(roots);
    return `r${i}:${field.name}${args(field)}${selection(field.type, 3, fragments)}`;
  });
  return `query Q{${parts.join(' ')}} ${fragments.join(' ')}`;
}

const SPOILERS = [
  (text) => text.replace('__typename', 'noSuchField'),
  (text) => text.replace('query Q{', 'query Q($v:Int!){'),
  (text) => text.replace('query Q{', 'query Q{__typename{x} '),
  (text) => text.replace('query Q{', 'query Q{...Nowhere '),
  (text) => `${text} fragment Unused on Query{__typename}`,
  (text) => text.replace('query Q{', 'query Q{tickets '),
  (text) => text.replace('query Q{', 'query Q{viewer(nothing:1){__typename} '),
  (text) => text.replace('query Q{', 'query Q{tickets(first:"x"){__typename} '),
  (text) => text.replace('query Q{', 'query Q{node{__typename} '),
  (text) => text.replace('query Q{', 'query Q{z:__typename @unknown '),
  (text) => text.replace('query Q{', 'query Q{z:__typename @skip '),
  (text) => text.replace('query Q{', 'query Q{ticket(by:{id:"a",number:"b"}){__typename} '),
  (text) => text.replace('query Q{', 'query Q{tickets(filter:{status:[NO_SUCH_STATE]}){__typename} '),
  (text) => text.replace('query Q{', 'query Q{node(id:$missing){__typename} '),
  (text) => `${text} query Q{__typename}`,
  (text) => text.slice(0, -1 - below(10)),
];

async function ask(query) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json',
      ...(process.env.TOKEN ? { Authorization: `Bearer ${process.env.TOKEN}` } : {}),
    },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(10_000),
  });
  return response.json();
}

function oracle(query) {
  let document;
  try { document = parse(query); } catch (error) { return { errors: [error.message] }; }
  return { document, errors: validate(schema, document, specifiedRules).map((error) => error.message) };
}

// Executes again over the server's values: the field of a value is found under its response key.
function again(document, data) {
  return execute({
    schema, document, rootValue: data,
    fieldResolver: (source, _args, _context, info) => source?.[info.path.key],
    typeResolver: (value) => value.__typename,
  });
}

const BUDGET = new Set(['COMPLEXITY_EXCEEDED', 'DOCUMENT_REJECTED', 'RATE_LIMITED', 'BAD_USER_INPUT', 'FORBIDDEN', 'UNAUTHENTICATED']);
const tally = { accepted: 0, rejected: 0, budget: 0, bad: 0 };

const start = await ask('{viewer{person{id} hospitals{id}} tickets(first:5){nodes{id reporter{id} slaClocks{id} events(first:2){nodes{id}}}}}');
IDS.known = JSON.stringify(start).match(/[a-z]{2,4}_[0-9a-z]{26}/g) ?? [];
if (IDS.known.length < 5) throw new Error(`nothing to ask for: ${JSON.stringify(start)}`);

for (let i = 0; i < count; i += 1) {
  const query = chance(0.4) ? pick(SPOILERS)(valid()) : valid();
  const expected = oracle(query);
  const answer = await ask(query);
  const codes = (answer.errors ?? []).map((error) => error.extensions?.code);
  const complain = (why) => { tally.bad += 1; console.log(`seed ${seed} #${i}: ${why}\n  ${query}\n  ${JSON.stringify(answer).slice(0, 600)}\n  ${expected.errors.slice(0, 3).join(' | ')}`); };
  if (expected.errors.length > 0) {
    if ('data' in answer) { if (!expected.errors.every((message) => ALLOWED.some((known) => known.test(message)))) complain('graphql-js rejects it'); } else tally.rejected += 1;
  } else if (!('data' in answer)) {
    if (codes.every((code) => BUDGET.has(code))) tally.budget += 1; else complain('graphql-js accepts it');
  } else if (codes.some((code) => !BUDGET.has(code))) complain('an unexpected error');
  else {
    const second = again(expected.document, answer.data);
    // Where the server reported an error, graphql-js sees a plain null: only the data is compared.
    if (JSON.stringify(second.data) !== JSON.stringify(answer.data)) complain(`another shape: ${JSON.stringify(second).slice(0, 600)}`);
    else tally.accepted += 1;
  }
}
console.log(`seed ${seed}: ${count} documents, ${tally.accepted} accepted alike, ${tally.rejected} rejected alike, ${tally.budget} beyond a budget or a bound`);
console.log(`${count - tally.bad} passed, ${tally.bad} failed`);
process.exit(tally.bad === 0 && tally.accepted > count / 4 && tally.rejected > count / 10 ? 0 : 1);
