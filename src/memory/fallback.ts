/** Recall goes by the database's own full text while the index outside the store does not answer. */
import type { Log } from '../core/connector.ts';
import type { RecallIndex } from '../core/recall-index.ts';

/** A server that failed is left alone this long: nobody should wait for its deadline with each question. */
const restMs = 30_000;

export function withFallback(outside: RecallIndex, inside: RecallIndex, log: Log): RecallIndex {
  let restUntil = 0;
  return {
    ...outside,
    async find(query) {
      if (performance.now() >= restUntil) {
        try {
          return await outside.find(query);
        } catch (error) {
          restUntil = performance.now() + restMs;
          log.warn(
            { index: outside.name, error: String(error) },
            'The index does not answer; recall goes by the database.',
          );
        }
      }
      return inside.find(query);
    },
  };
}
