/** Remembers answers for a while; a failure is not remembered, and two who ask at once share one look-up. */

/** `drop`, `clear`: what is known no longer holds, and is asked anew. */
export type Kept<T> = ((key: string) => Promise<T>) & { drop(key: string): void; clear(): void };

export function kept<T>(
  milliseconds: number,
  now: () => Date,
  look: (key: string) => Promise<T>,
  most = 2000,
): Kept<T> {
  const known = new Map<string, { until: number; value: Promise<T> }>();
  const ask = (key: string): Promise<T> => {
    const entry = known.get(key);
    if (entry && entry.until > now().getTime()) return entry.value;
    const value = look(key);
    known.delete(key);
    known.set(key, { until: now().getTime() + milliseconds, value });
    value.catch(() => {
      if (known.get(key)?.value === value) known.delete(key);
    });
    const oldest = known.keys().next().value;
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return value;
  };
  return Object.assign(ask, { drop: (key: string) => void known.delete(key), clear: () => known.clear() });
}
