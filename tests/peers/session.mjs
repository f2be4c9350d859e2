// Small helper of the peer checks, run against the demonstration (URL, PASSWORD in the environment):
//   node session.mjs token ACCOUNT     signs in with a bearer session and prints the token
//   node session.mjs canaries ACCOUNT  prints a JSON list of ids and numbers that only this account's side may see
const url = process.env.URL ?? 'http://127.0.0.1:8080/graphql';
const password = process.env.PASSWORD ?? 'Icu-Demo-2026!';

async function ask(query, variables, token) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const body = JSON.parse(text);
  if (body.errors) throw new Error(`HTTP ${response.status}: ${text.slice(0, 500)}`);
  return body.data;
}

async function token(account) {
  const { login } = await ask(
    'mutation Token($input:LoginInput!){login(input:$input){token userErrors{code message}}}',
    { input: { account, password, session: 'BEARER' } },
  );
  if (!login?.token) throw new Error(`${account} could not sign in: ${JSON.stringify(login)}`);
  return login.token;
}

const [command, account] = process.argv.slice(2);
if (command === 'token') {
  console.log(await token(account));
} else if (command === 'canaries') {
  const { viewer, tickets } = await ask(
    '{viewer{hospitals{id}} tickets(first:100){nodes{id}}}',
    undefined,
    await token(account),
  );
  const ids = [...(viewer?.hospitals ?? []), ...(tickets?.nodes ?? [])].map((row) => row.id);
  if (ids.length < 2) throw new Error(`${account} sees nothing that could leak`);
  console.log(JSON.stringify(ids));
} else {
  console.error('usage: node session.mjs token|canaries ACCOUNT');
  process.exit(2);
}
