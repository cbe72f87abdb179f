/** The small world of the Slack-like set: people, services, customers and what goes wrong. Made up by us; CC0. */

export const people =
  `Aiko Amara Ben Carla Chen Dario Devi Elif Farid Grace Hanna Ivan Jonas Kofi Lena Mateo Nadia Omar Priya Quinn
  Rosa Sam Tariq Uma Viktor Wen Yara Zoe`.split(/\s+/);
export const services =
  `acme-web billing-api ledger-sync mail-relay search-index image-proxy auth-gateway report-builder webhook-hub
  cart-service geo-lookup feature-flags audit-store price-feed`.split(/\s+/);
export const customers =
  `Northwind Globex Initech Umbrella Hooli Vandelay Wonka Stark Wayne Tyrell Cyberdyne Aperture Soylent Oscorp
  Monarch Gringotts`.split(/\s+/);

export const errors: [name: string, cause: string, fix: string][] = [
  [
    '502 responses',
    'the proxy gave up after 30 seconds while the upstream was compacting',
    'raised the idle limit and moved compaction to the night',
  ],
  ['connection resets', 'keep-alive was shorter at our end than at the balancer', 'set keep-alive to 75 seconds'],
  ['duplicate rows', 'two workers took the same job after a lease ran out', 'gave every job an idempotency key'],
  ['memory spikes', 'a report held the whole export in one array', 'stream the export page by page'],
  ['stale reads', 'replicas lagged by nine minutes behind the primary', 'pinned reads after a write to the primary'],
  ['login loops', 'the cookie was set for the wrong domain', 'dropped the domain attribute'],
  ['slow queries', 'the planner ignored the composite key after the upgrade', 'ran analyze and added a partial index'],
  [
    'failed certificates',
    'the renewal job lost its permission in the cleanup',
    'gave the role back and alerted on thirty days',
  ],
];
export const topics: [topic: string, one: string, other: string, reason: string][] = [
  ['the job queue', 'Redis streams', 'Postgres tables', 'one thing less to run at night'],
  ['session storage', 'signed cookies', 'a session table', 'logging out everywhere has to work'],
  ['schema changes', 'expand and contract', 'a maintenance window', 'nobody wants to be awake on Sundays'],
  ['log retention', 'fourteen days', 'ninety days', 'the bill doubled last quarter'],
  ['the mobile API', 'GraphQL', 'plain REST', 'the app team asked for fewer round trips'],
  ['secrets', 'Vault', 'the cloud key store', 'we already run it for the database'],
  ['feature releases', 'percentage rollouts', 'weekly trains', 'we saw what a big bang does in March'],
  ['error budgets', 'per service', 'per team', 'teams own more than one service'],
];
export const settings: [thing: string, values: string[]][] = [
  ['port', ['5433', '8443', '9201', '6380', '4317']],
  ['connection limit', ['40 per pod', '120 in all', '15, do not raise it', '64', '200 since the resize']],
  ['replica count', ['three', 'two, one per zone', 'five on weekdays', 'six', 'four']],
  ['request timeout', ['12 s', '800 ms', '30 s for exports', '4 s', '2500 ms']],
  [
    'backup schedule',
    ['hourly, kept a week', 'nightly at 02:10 UTC', 'every six hours', 'Sundays, full', 'continuous archiving'],
  ],
];
export const places = ['staging', 'production', 'the sandbox', 'eu-west'];
export const tasks =
  `the tax migration;the SOC 2 evidence;the on-call handbook;the Terraform split;the load test;the pricing page;
  the consent banner;the SSO pilot;the data warehouse export;the status page;the incident review template;the Android crash triage`.split(
    /;\s*/,
  );
export const technologies = [
  'Postgres 17',
  'Node 24',
  'arm64 machines',
  'the new region',
  'OpenSearch',
  'HTTP/3',
  'Kafka',
  'Valkey',
];
export const complaints =
  `exports that time out on large accounts;invoices with last year's address;missing webhooks over the weekend;a login that asks twice;
  search that forgets filters;reports in the wrong time zone;a seat count that never goes down;emails that land in spam`.split(
    /;\s*/,
  );

export const chatter =
  `morning all;lunch?;thanks!;on it;looks good to me;can somebody review my pull request;standup in five;I am out tomorrow;
  the build is green again;who moved my ticket;deploying now;done;rolled forward;ship it;nice work everyone;same here;let me check;I will look after the call;
  retro notes are in the doc;coffee machine is broken;CI is slow today;have a good weekend;merged;rebased;is the VPN down for anybody else;
  welcome to the team;I opened a ticket for it;please use the thread;back in ten;sounds good`.split(/;\s*/);

/** Name, what it does in words unlike the name, body. */
export const functions: [path: string, name: string, body: string][] = [
  [
    'src/retry/backoff.ts',
    'retryWithBackoff',
    'for (let attempt = 0; attempt < limit; attempt++) { await pause(baseMs * 2 ** attempt); }',
  ],
  ['src/http/circuitBreaker.ts', 'openCircuitBreaker', 'if (failures > threshold) state = "open"; return state;'],
  [
    'src/billing/prorateInvoice.ts',
    'prorateInvoiceLines',
    'return lines.map((line) => ({ ...line, cents: Math.round(line.cents * share) }));',
  ],
  [
    'src/auth/rotateSigningKey.ts',
    'rotateSigningKey',
    'const next = await generateKeyPair(); await keys.publish(next.publicKey);',
  ],
  ['src/search/highlightSnippet.ts', 'highlightSnippet', 'return text.replaceAll(term, mark);'],
  [
    'src/mail/parseBounce.ts',
    'parseBounceMessage',
    'const status = headers.get("x-failed-recipients"); return { permanent: status?.startsWith("5") };',
  ],
  ['src/export/streamCsv.ts', 'streamCsvExport', 'for await (const row of rows) response.write(encodeCsvRow(row));'],
  [
    'src/cache/evictStale.ts',
    'evictStaleEntries',
    'for (const [key, entry] of cache) if (entry.expiresAt < now) cache.delete(key);',
  ],
  ['src/jobs/claimLease.ts', 'claimJobLease', 'update jobs set owner = $1 where lease_until < now() returning id'],
  [
    'src/geo/nearestRegion.ts',
    'nearestRegion',
    'return regions.toSorted((a, b) => haversine(a, point) - haversine(b, point))[0];',
  ],
  [
    'src/flags/evaluateRollout.ts',
    'evaluateRolloutPercentage',
    'return hash(userId + flag.name) % 100 < flag.percentage;',
  ],
  ['src/audit/chainHash.ts', 'chainAuditHash', 'return sha256(previousHash + canonicalJson(entry));'],
];
