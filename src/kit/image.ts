/** Names container images the short way people do. */

/** `acme-web:9f8e7d6`: short enough for one line of a card. */
export function shortImage(reference: string): string {
  const [name = '', digest] = reference.split('@');
  const base = name.slice(name.lastIndexOf('/') + 1);
  const [repository, tag] = base.split(':');
  if (tag) return `${repository}:${/^[a-f0-9]{40}$/.test(tag) ? tag.slice(0, 7) : tag}`;
  return digest ? `${repository}@${digest.slice(0, 19)}` : base;
}
