/** A process that opens the store in the given directory and appends to the audit chain until it is killed, saying how far it came. */
import { openStore } from '../../src/store/index.ts';

const store = await openStore({ directory: process.argv[2] ?? '' });
for (;;) {
  const row = await store.audit.append({
    kind: 'asked',
    at: new Date().toISOString(),
    runId: 'run-1',
    person: null,
    action: null,
    approvalId: null,
    facts: {},
    texts: { words: 'deploy web' },
  });
  process.stdout.write(`${row.sequence}\n`);
}
