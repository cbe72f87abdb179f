/** Makes text from elsewhere honest and harmless: hidden and disguised characters shown, padding counted, mrkdwn escaped. */
import { noteLoss } from './loss.ts';
import { markStrangers } from './scripts.ts';

/** Whole emoji first (they may hold joiners and selectors), then what a reader cannot see. */
const emojiOrHidden =
  /\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?(?:\u200D\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)*|[0-9#*]\uFE0F?\u20E3|[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const hidden = /^(?:\p{Cc}|[\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800])$/u;
/** Most texts: nothing in them hides. */
const printable = /^[\n\x20-\x7E]*$/;
const longestPadding = 24;
const padding = new RegExp(`[^\\S\\n]{${longestPadding},}`, 'gu');

/** Invisible, bidirectional and control characters as `⟨U+202E⟩`, and letters of another alphabet within a word; long runs of blanks and piled-up marks as their count. */
export function visible(text: string): string {
  return shown(text)
    .replace(padding, (run) => ` ⟨${run.length} blanks⟩ `)
    .replace(/\n(?:[^\S\n]*\n){4,}/g, (run) => `\n⟨${run.split('\n').length - 2} empty lines⟩\n`);
}

function shown(text: string): string {
  if (printable.test(text)) return text;
  return markStrangers(text, named)
    .replace(/\r\n?/g, '\n')
    .replaceAll('\t', '    ')
    .replace(emojiOrHidden, (found) => (hidden.test(found) ? named(found) : found))
    .replace(/\p{M}{6,}/gu, (run) => `⟨${run.length} marks⟩`);
}

function named(character: string): string {
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** For mrkdwn: no mention, no link, no `<!channel>` survives. */
export function escaped(text: string): string {
  return visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** For mrkdwn: one line nobody can format; a backtick inside is shown as its look-alike. */
export function code(text: string, most = 300): string {
  const line = visible(text).replaceAll('\n', ' ⏎ ').replaceAll('`', 'ˋ').trim();
  return `\`${escapeOnly(shorten(line, most)) || ' '}\``;
}

function escapeOnly(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Cuts to `most` characters and says how much is missing; never cuts a character in half. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const ending = (left: number) => (most > 60 ? `… (${left} more characters)` : '…');
  const room = Math.max(0, most - ending(text.length).length);
  return `${cut(text, room)}${ending(text.length - room)}`;
}

/** At most `most` UTF-16 units, not ending inside a surrogate pair. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  noteLoss();
  const end = /[\uD800-\uDBFF]/.test(text[most - 1] ?? '') ? most - 1 : most;
  return text.slice(0, Math.max(0, end));
}
