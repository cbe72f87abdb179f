/** What became of the facts that were drawn, in figures: for people, and for Prometheus. */
import { rejections, type Tally } from '../core/facts.ts';

/** Of all that was drawn, the share that was not worth keeping; null when nothing was drawn yet. */
export function junkRate(tally: Tally): number | null {
  const junk = rejections.reduce((sum, rejection) => sum + tally[rejection], 0);
  const all = junk + tally.kept + tally.quarantined;
  return all === 0 ? null : junk / all;
}

export function factWords(tally: Tally): string {
  const rate = junkRate(tally);
  if (rate === null) return 'No facts drawn yet.';
  const turned = rejections.filter((rejection) => tally[rejection] > 0).map((one) => `${tally[one]} ${one}`);
  return `Facts: ${tally.kept} kept, ${tally.quarantined} held back until a person lets them; junk ${Math.round(100 * rate)} %${turned.length > 0 ? ` (${turned.join(', ')})` : ''}.`;
}

export function factMetrics(tally: Tally): string {
  const lines = Object.entries(tally).map(([ended, count]) => `sophia_memory_facts_total{ended="${ended}"} ${count}`);
  return `# HELP sophia_memory_facts_total Facts drawn from quiet talks by what became of them, over all replicas.
# TYPE sophia_memory_facts_total counter
${lines.join('\n')}
# HELP sophia_memory_junk_share Share of drawn facts that were not worth keeping.
# TYPE sophia_memory_junk_share gauge
sophia_memory_junk_share ${junkRate(tally) ?? 0}
`;
}
