/** The few Block Kit shapes Sophia emits, built so that text from elsewhere stays literal. */
import type {
  ActionsBlock,
  Button,
  ContextBlock,
  DividerBlock,
  HeaderBlock,
  KnownBlock,
  ModalView,
  RichTextBlock,
  RichTextBlockElement,
  RichTextElement,
  RichTextList,
  RichTextStyleable,
  RichTextText,
  SectionBlock,
  TableBlock,
} from '@slack/types';
import { limits } from './render/limits.ts';
import { shorten, visible } from './render/literal.ts';

export type Block = KnownBlock;
/** Slack's types do not know it yet. */
export type ChartBlock = {
  type: 'data_visualization';
  title: string;
  chart:
    | { type: 'pie'; segments: { label: string; value: number }[] }
    | {
        type: 'bar' | 'line' | 'area';
        series: { name: string; data: { label: string; value: number }[] }[];
        axis_config: { categories: string[]; x_label?: string; y_label?: string };
      };
};
/** The chart in a block, if it is one. */
export function chartIn(block: Block): ChartBlock | null {
  return (block as { type: string }).type === 'data_visualization' ? (block as unknown as ChartBlock) : null;
}
export type Modal = ModalView;
export type Leaf = RichTextElement;
/** Slack's own type forgets `offset`: how many numbers an ordered list begins after. */
export type RichList = RichTextList & { offset?: number };
export type Rich = Exclude<RichTextBlockElement, RichTextList> | RichList;
export type Style = NonNullable<RichTextStyleable['style']>;
/** One message: what is read aloud and shown in notifications, and what is seen. `text` is escaped already. */
export type Rendered = { text: string; blocks: Block[] };
/** A file to be posted; text, or bytes in base 64. */
export type OutFile = { name: string; mime: string; title?: string } & ({ text: string } | { base64: string });
/**
 * A reply as it is sent. `file` follows the messages: it holds what they lack, or all of it. Should it not go through,
 * `rest` draws messages that say the same.
 */
export type Drawn = { messages: Rendered[]; rest(): Rendered[]; file?: OutFile };

export function header(text: string): HeaderBlock {
  const line = visible(text).replaceAll('\n', ' ').trim() || '(no title)';
  return { type: 'header', text: { type: 'plain_text', text: shorten(line, limits.header), emoji: false } };
}

/** A section nobody can format: no mentions, no links, no emoji names. */
export function plain(text: string, most: number = limits.section): SectionBlock {
  const said = shorten(visible(text).trim() || '(nothing)', Math.min(most, limits.section));
  return { type: 'section', text: { type: 'plain_text', text: said, emoji: false } };
}

/** `text` is our own mrkdwn: anything from elsewhere in it went through `escaped` or `code`. */
export function mrkdwn(text: string): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: shorten(text, limits.section), verbatim: true } };
}

/** Small print of our own. */
export function note(...lines: string[]): ContextBlock {
  const elements = lines
    .slice(0, limits.contextElements)
    .map((line) => ({ type: 'mrkdwn' as const, text: shorten(line, limits.contextText), verbatim: true }));
  return { type: 'context', elements };
}

/** Small print from elsewhere. */
export function plainNote(text: string, most: number = limits.contextText): ContextBlock {
  const said = shorten(visible(text).trim() || '(nothing)', Math.min(most, limits.contextText));
  return { type: 'context', elements: [{ type: 'plain_text', text: said, emoji: false }] };
}

export const divider: DividerBlock = { type: 'divider' };

export function rich(...elements: Rich[]): RichTextBlock {
  return { type: 'rich_text', elements };
}

export function line(...elements: Leaf[]): Rich {
  return { type: 'rich_text_section', elements };
}

export function preformatted(text: string): Rich {
  return drawn(visible(text));
}

/** For text whose parts went through `visible` already and whose blanks are ours (a table). */
export function drawn(text: string): Rich {
  const leaf: RichTextText = { type: 'text', text: text || ' ' };
  return { type: 'rich_text_preformatted', elements: [leaf] };
}

/** Literal text; nothing inside it is interpreted. */
export function text(words: string, style?: Style): Leaf {
  const said = visible(words) || ' ';
  return style && Object.keys(style).length > 0 ? { type: 'text', text: said, style } : { type: 'text', text: said };
}

/** Literal text of at most `most` characters as shown, hidden ones spelled out included. */
export function brief(words: string, most: number, style?: Style): Leaf {
  return text(shorten(visible(words), most), style);
}

/** A live link, only for plain web addresses; everything else stays text. */
export function link(url: string, label: string, style?: Style): Leaf {
  const address = webAddress(url);
  if (address === null) return text(label === url ? label : `${label} (${url})`, style);
  const said = visible(label).trim() || address;
  return { type: 'link', url: address, text: said, ...(style && Object.keys(style).length > 0 ? { style } : {}) };
}

/** http(s) without a user name in it (`https://slack.com@elsewhere`), and short enough for a button. */
export function webAddress(url: string): string | null {
  if (url.length > limits.url || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  const web = parsed.protocol === 'https:' || parsed.protocol === 'http:';
  return web && parsed.username === '' && parsed.password === '' && parsed.href.length <= limits.url
    ? parsed.href
    : null;
}

export function actions(...elements: Button[]): ActionsBlock {
  return { type: 'actions', elements };
}

export function button(
  label: string,
  actionId: string,
  value: string,
  extra: Pick<Button, 'style' | 'confirm'> = {},
): Button {
  return {
    type: 'button',
    text: { type: 'plain_text', text: label, emoji: false },
    action_id: actionId,
    value,
    ...extra,
  };
}

/** A table out of Markdown; the first row is its head. */
export function richTable(rows: Leaf[][][], align: ('left' | 'center' | 'right')[]): TableBlock {
  const cell = (leaves: Leaf[], bold: boolean): TableBlock['rows'][number][number] => {
    const [only] = leaves;
    if (leaves.length === 0) return { type: 'raw_text', text: '–' };
    if (leaves.length === 1 && only?.type === 'text' && !only.style && !bold)
      return { type: 'raw_text', text: only.text };
    const strong = (leaf: Leaf): Leaf =>
      bold && leaf.type === 'text' ? { ...leaf, style: { ...leaf.style, bold: true } } : leaf;
    return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: leaves.map(strong) }] };
  };
  const [head = []] = rows;
  return {
    type: 'table',
    rows: rows.map((row, index) => head.map((_, column) => cell(row[column] ?? [], index === 0))),
    column_settings: head.map((_, column) => ({ align: align[column] ?? 'left', is_wrapped: true })),
  };
}
