/** Slack's message text as people typed it: mention of Sophia removed, links and names readable, escapes undone. */

/** What stands between `<` and `>`, as Slack writes it. */
const angled = /<([^<>|]+)(?:\|([^<>]*))?>/g;

export function readText(text: string, bot: string): string {
  const words = text.replace(
    angled,
    (whole, target: string, label: string | undefined) => readable(target, label, bot) ?? whole,
  );
  // `&amp;` last: `&amp;lt;` was typed as `&lt;`.
  const typed = words.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return straight(typed)
    .replace(/[ \t]{2,}/g, (run, at: number, whole: string) => (at === 0 || whole[at - 1] === '\n' ? run : ' '))
    .trim();
}

/** Null for what is none of Slack's references: somebody typed it. */
function readable(target: string, label: string | undefined, bot: string): string | null {
  if (target === `@${bot}`) return '';
  if (/^@[UW][A-Z0-9]+$/.test(target)) return `<${target}>`;
  if (target.startsWith('#')) return `#${label || target.slice(1)}`;
  if (target.startsWith('!subteam^')) return label || `@${target.slice(9)}`;
  if (target.startsWith('!date^')) return label ?? '';
  if (target.startsWith('!')) return `@${label || target.slice(1)}`.replace(/^@@/, '@');
  if (!/^[a-z][a-z0-9+.-]*:/i.test(target)) return null;
  const address = target.replace(/^(?:mailto|tel):/, '');
  if (!label || label === target || label === address) return address;
  // Slack links a bare `acme.com` to `http://acme.com`: that is what was typed.
  return target.replace(/^https?:\/\//, '') === label ? label : `${label} (${target})`;
}

/** Phones type curly quotes and hard blanks; commands are read with plain ones. */
export function straight(text: string): string {
  return text
    .replace(/[\u201C\u201D\u201E\u201F\u00AB\u00BB\u2033]/g, '"')
    .replace(/[\u2018\u2019\u201A\u201B\u2032]/g, "'")
    .replace(/[\u00A0\u2000-\u200A\u202F\u205F\u3000]/g, ' ');
}

/** Commands take channels by id, which no renaming changes, and long dashes for options, which phones merge into one. */
export function commandText(text: string, bot: string): string {
  return readText(text.replace(/<#([CG][A-Z0-9]+)(?:\|[^<>]*)?>/g, '#$1'), bot).replace(
    /(^|\s)\u2014(?=[a-z])/g,
    '$1--',
  );
}

/** `1718000000.000100` as ISO 8601. */
export function timeOf(ts: string): string {
  return new Date(Math.floor(Number(ts) * 1000)).toISOString();
}
