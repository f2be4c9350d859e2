// Starts GraphiQL on the server's own endpoint with the cookie of the signed-in person.
'use strict';

const FIRST = `# 示例：最近的工单与最先到期的时限。按 ▶ 或 Ctrl-Enter 执行。
# Example: newest tickets and the clock that is due first. Press ▶ or Ctrl-Enter.
query Newest {
  viewer { person { name } roles }
  tickets(first: 10) {
    nodes {
      number
      status
      category
      receivedAt
      nextDueClock { code dueAt }
    }
  }
}
`;

const fetcher = GraphiQL.createFetcher({
  url: '/graphql',
  fetch: (url, options) => fetch(url, { ...options, credentials: 'same-origin', cache: 'no-store' }),
});

// GraphiQL would keep queries, variables and headers in the browser; a shared ward station must not. The
// memory of this page is enough.
const kept = new Map();
const storage = {
  get length() {
    return kept.size;
  },
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, String(value)),
  removeItem: (key) => kept.delete(key),
  clear: () => kept.clear(),
};

ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: FIRST,
    storage,
    shouldPersistHeaders: false,
  }),
);
