/** The junk rate in words and for Prometheus. */
import { expect, test } from 'vitest';
import { factMetrics, factWords } from '../../src/memory/fact-figures.ts';

const none = { kept: 0, quarantined: 0, duplicate: 0, chatter: 0, secret: 0, instruction: 0, unsupported: 0 };
const some = { ...none, kept: 5, quarantined: 1, duplicate: 1, chatter: 3 };

test('what was turned away is said by its kind, against all that was drawn', () => {
  expect(factWords(none)).toBe('No facts drawn yet.');
  expect(factWords(some)).toBe(
    'Facts: 5 kept, 1 held back until a person lets them; junk 40 % (1 duplicate, 3 chatter).',
  );
});

test('Prometheus gets the same', () => {
  expect(factMetrics(some)).toContain('sophia_memory_facts_total{ended="chatter"} 3\n');
  expect(factMetrics(some)).toContain('sophia_memory_junk_share 0.4\n');
  expect(factMetrics(none)).toContain('sophia_memory_junk_share 0\n');
});
