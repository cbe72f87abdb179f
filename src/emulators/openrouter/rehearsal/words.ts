/** A stranger's words made safe to stand in Markdown. */
import type { JsonObject, JsonValue } from '../types.ts';

/** Label with the item's own address, when it has a web address. */
export function linked(label: string, item: JsonObject): string {
  const url = [item.url, item.html_url, item.details_url].find((value) => /^https?:\/\/[^\s)]+$/.test(String(value)));
  return url === undefined ? label : `[${label}](${String(url)})`;
}

/** A stranger's words on one line, without the signs that would make links or emphasis of them. */
export function line(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const bare = text
    .replace(/\s+/g, ' ')
    .replace(/[[\]`*<>]/g, '')
    .trim();
  return bare.length > 160 ? `${bare.slice(0, 159)}…` : bare;
}
