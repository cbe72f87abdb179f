/** Removes every live secret, by exact value, from text that leaves the house. */

const shortestSecret = 6;

export type Redact = (text: string) => string;

/** `secrets` are the values in use; each is also found JSON-escaped, URL-encoded and in base64. */
export function createRedact(secrets: Iterable<string | undefined>): Redact {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (!secret || secret.length < shortestSecret) continue;
    forms.add(secret);
    forms.add(JSON.stringify(secret).slice(1, -1));
    forms.add(encodeURIComponent(secret));
    forms.add(Buffer.from(secret).toString('base64'));
  }
  // Longest first, so that a secret containing another leaves nothing behind.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}
