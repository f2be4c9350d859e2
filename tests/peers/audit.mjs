// The public audit suite of graphql-http against a running server (G4): 61 audits, every one must be `ok`.
//
//   AUDIT_URL=http://127.0.0.1:8080/graphql [AUDIT_TOKEN=…] node audit.mjs
//
// GET requests carry the preflight header that the server demands of them. A warning or a notice is a failure too.

import { serverAudits } from "graphql-http";

const EXPECTED = 61;
const url = process.env.AUDIT_URL;
const token = process.env.AUDIT_TOKEN;

if (!url) {
  console.error("AUDIT_URL is not set, e.g. AUDIT_URL=http://127.0.0.1:8080/graphql");
  process.exit(2);
}

const fetchFn = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set("GraphQL-Require-Preflight", "1");
  if (token) headers.set("Authorization", `Bearer ${token}`);
  return fetch(input, { ...init, headers, signal: AbortSignal.timeout(10_000) });
};

let passed = 0;
let failed = 0;
for (const audit of serverAudits({ url, fetchFn })) {
  let line;
  try {
    const result = await audit.fn();
    if (result.status === "ok") {
      passed += 1;
      continue;
    }
    line = `${result.status} ${audit.id} ${audit.name}: ${result.reason}`;
  } catch (error) {
    line = `fatal ${audit.id} ${audit.name}: ${error.cause ?? error}`;
  }
  failed += 1;
  console.log(line);
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed === EXPECTED ? 0 : 1);
