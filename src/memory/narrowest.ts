/** The access token of what is made from several rows: whoever may read it may read each of them. */

/** Null when no single token is narrow enough: then nothing may be made of them together. */
export function narrowestToken(tokens: readonly string[]): string | null {
  const all = new Set(tokens);
  const narrow = [...all].filter((token) => !token.endsWith(':public'));
  const teams = new Set([...all].map((token) => token.split(':').slice(0, 2).join(':')));
  // Everybody in a channel may read what is public in its workspace; of two channels neither holds the other.
  if (all.size === 0 || teams.size > 1 || narrow.length > 1) return null;
  return narrow[0] ?? tokens[0] ?? null;
}
