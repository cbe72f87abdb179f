/** Words inside a line of Markdown as rich text: emphasis, code, links, emoji; a mention only of whom our own code names. */
import type { Token } from 'markdown-it';
import { type Leaf, link, type Style, text } from '../blocks.ts';

export type Mentions = {
  /** Slack ids that may be called (`U0BOB`). */
  allowed: ReadonlySet<string>;
  /** How everybody else is named, who must not be called. */
  names: ReadonlyMap<string, string>;
};
export const nobody: Mentions = { allowed: new Set(), names: new Map() };

/** `carried`: letters that are markup, or stand in an address: they need not be seen as words. */
export type Inline = { leaves: Leaf[]; carried: string };

const styles: Record<string, keyof Style> = { strong: 'bold', em: 'italic', s: 'strike' };
const special = /<@([UW][A-Z0-9]{1,40})(?:\|[^>\n]{0,100})?>|<br[ \t]*\/?>/gi;
/** A link whose words name another place than it leads to is shown with its address. */
const looksLikeAddress = /^\s*(?:https?:\/\/|www\.)|^[\w.-]+\.[a-z]{2,}(?:[/:?#]|\s*$)/i;

export function inline(tokens: Token[], mentions: Mentions, base: Style = {}): Inline {
  const leaves: Leaf[] = [];
  let carried = '';
  let style = base;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    const [, name = '', side = ''] = /^(strong|em|s)_(open|close)$/.exec(token.type) ?? [];
    const kind = styles[name];
    if (kind) style = side === 'open' ? { ...style, [kind]: true } : { ...style, [kind]: base[kind] === true };
    else if (token.type === 'link_open') {
      let end = at + 1;
      while (end < tokens.length && tokens[end]?.type !== 'link_close') end++;
      const inside = inline(tokens.slice(at + 1, end), mentions);
      const [target, title] = [attribute(token, 'href'), attribute(token, 'title')];
      const shown = labelled(target, wordsOf(inside.leaves), style);
      leaves.push(...shown);
      if (title) leaves.push(text(` “${title}”`, style));
      carried += inside.carried + behind(shown, target);
      at = end;
    } else if (token.type === 'image') {
      // Never an image block: Slack would fetch the address, which tells its owner whatever stands in it.
      const [source, title] = [attribute(token, 'src'), attribute(token, 'title')];
      const shown = labelled(source, token.content || 'picture', style);
      leaves.push(...shown);
      if (title) leaves.push(text(` “${title}”`, style));
      carried += behind(shown, source);
    } else if (token.type === 'code_inline') leaves.push(text(token.content, { ...kept(style), code: true }));
    else if (token.type === 'softbreak' || token.type === 'hardbreak') leaves.push(text('\n', kept(style)));
    else if (token.type === 'emoji' && insideWord(tokens, at)) leaves.push(text(`:${token.markup}:`, kept(style)));
    else if (token.content !== '') {
      const said = words(token.content, mentions, kept(style));
      leaves.push(...said.leaves);
      // `&amp;` became `&`, and `:rocket:` the rocket.
      carried += said.carried + (token.content === token.markup ? '' : token.markup);
    }
  }
  return { leaves: merged(leaves), carried };
}

/** `a:b:c` is no blood group: a short name counts where a word could stand. */
function insideWord(tokens: Token[], at: number): boolean {
  const [before, after] = [tokens[at - 1], tokens[at + 1]];
  return (
    (before?.type === 'text' && /[\p{L}\p{N}_]$/u.test(before.content)) ||
    (after?.type === 'text' && /^[\p{L}\p{N}_]/u.test(after.content))
  );
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '');
}

/** Only what is on. */
function kept(style: Style): Style {
  return Object.fromEntries(Object.entries(style).filter(([, on]) => on)) as Style;
}

function words(said: string, { allowed, names }: Mentions, style: Style): Inline {
  const leaves: Leaf[] = [];
  let carried = '';
  let from = 0;
  for (const match of said.matchAll(special)) {
    const [whole, id] = match;
    if (match.index > from) leaves.push(text(said.slice(from, match.index), style));
    if (id === undefined) leaves.push(text('\n', style));
    else if (allowed.has(id)) leaves.push({ type: 'user', user_id: id });
    else leaves.push(text(names.has(id) ? `@${names.get(id)}` : whole, style));
    if (id === undefined || allowed.has(id) || names.has(id)) carried += whole;
    from = match.index + whole.length;
  }
  if (from < said.length) leaves.push(text(said.slice(from), style));
  return { leaves, carried };
}

/** The address, unless it stands among the words. */
function behind(shown: Leaf[], address: string): string {
  return wordsOf(shown).includes(address) ? '' : address;
}

function merged(leaves: Leaf[]): Leaf[] {
  const out: Leaf[] = [];
  for (const leaf of leaves) {
    const last = out.at(-1);
    const same =
      last?.type === 'text' && leaf.type === 'text' && JSON.stringify(last.style) === JSON.stringify(leaf.style);
    if (same) out[out.length - 1] = { ...last, text: last.text + leaf.text };
    else out.push(leaf);
  }
  return out;
}

function labelled(target: string, label: string, style: Style): Leaf[] {
  const on = kept(style);
  if (!looksLikeAddress.test(label) || hostOf(label) === hostOf(target)) return [link(target, label, on)];
  return [text(`${label} `, on), link(target, target, on)];
}

function hostOf(address: string): string {
  const whole = /^\s*https?:\/\//i.test(address) ? address.trim() : `https://${address.trim()}`;
  return URL.canParse(whole) ? new URL(whole).host : '';
}

/** The bare words of leaves. */
export function wordsOf(leaves: readonly Leaf[]): string {
  return leaves
    .map((leaf) => {
      if (leaf.type === 'text') return leaf.text;
      if (leaf.type === 'link') return leaf.text ?? leaf.url;
      return leaf.type === 'user' ? `@${leaf.user_id}` : '';
    })
    .join('');
}
