/** What a Slack message says, as plain lines: for the tour's transcript and for looking words up. */
import type { JsonObject, SlackMessage } from '../emulators/slack/index.ts';

type Node = { [key: string]: unknown };
type Naming = (id: string) => string | undefined;

/** One line for each thing a reader would see as a line. */
export function linesOf(message: Pick<SlackMessage, 'text' | 'blocks' | 'attachments'>, nameOf: Naming): string[] {
  const blocks = [...(message.blocks ?? []), ...(message.attachments ?? []).flatMap(blocksOfAttachment)] as Node[];
  const lines = blocks.length > 0 ? blocks.flatMap((block) => linesOfBlock(block, nameOf)) : said(message.text, nameOf);
  return lines.map((line) => line.trimEnd()).filter((line) => line.trim() !== '');
}

/** Everything it says in one line, for searching. */
export function wordsOf(message: Pick<SlackMessage, 'text' | 'blocks' | 'attachments'>, nameOf: Naming): string {
  return [...linesOf(message, nameOf), ...said(message.text, nameOf)].join(' ').replace(/\s+/g, ' ');
}

function blocksOfAttachment(attachment: JsonObject): Node[] {
  if (Array.isArray(attachment.blocks)) return attachment.blocks as Node[];
  return [{ type: 'section', text: { text: attachment.text ?? attachment.fallback ?? '' } }];
}

function linesOfBlock(block: Node, nameOf: Naming): string[] {
  switch (block.type) {
    case 'divider':
      return [];
    case 'header':
      return [`— ${textOf(block.text, nameOf).join(' ')} —`];
    case 'section':
      return [
        ...textOf(block.text, nameOf),
        ...list(block.fields).map((field) => textOf(field, nameOf).join(' ')),
        ...(block.accessory ? linesOfElements([node(block.accessory)]) : []),
      ];
    case 'context':
      return [
        `(${list(block.elements)
          .map((element) => textOf(element, nameOf).join(' '))
          .join(' · ')})`,
      ];
    case 'actions':
    case 'context_actions':
      return linesOfElements(list(block.elements));
    case 'rich_text':
      return list(block.elements).flatMap((element) => richLines(element, nameOf));
    case 'table':
    case 'data_table':
      return (Array.isArray(block.rows) ? block.rows : []).map((row: unknown) =>
        list(row)
          .map((cell) => cellOf(cell, nameOf))
          .join(' | '),
      );
    case 'plan':
      return [String(block.title ?? ''), ...list(block.tasks).flatMap((task) => taskLines(task, nameOf))];
    case 'task_card':
      return taskLines(block, nameOf);
    case 'input':
      return [`${textOf(block.label, nameOf).join(' ')}: ____`];
    case 'container':
      return [
        ...textOf(block.title, nameOf),
        ...textOf(block.subtitle, nameOf),
        ...list(block.child_blocks).flatMap((child) => linesOfBlock(child, nameOf)),
      ];
    case 'card':
      return [
        ...[block.title, block.subtitle, block.body].flatMap((part) => textOf(part, nameOf)),
        ...linesOfElements(list(block.actions)),
      ];
    default:
      return textOf(typeof block.text === 'string' ? block : block.text, nameOf);
  }
}

function linesOfElements(elements: Node[]): string[] {
  const labels = elements.map((element) => String(node(element.text).text ?? element.alt_text ?? element.type));
  return labels.length > 0 ? [labels.map((label) => `[${label}]`).join(' ')] : [];
}

const marks: Record<string, string> = { complete: '✓', in_progress: '…', error: '✗', pending: '○' };

function taskLines(task: Node, nameOf: Naming): string[] {
  const more = [task.details, task.output].flatMap((part) => (part ? linesOfBlock(node(part), nameOf) : []));
  return [`${marks[String(task.status)] ?? '○'} ${[String(task.title ?? ''), ...more].join(' – ')}`];
}

function cellOf(cell: Node, nameOf: Naming): string {
  if (cell.type === 'rich_text') return linesOfBlock(cell, nameOf).join(' ');
  return String(cell.text ?? cell.value ?? cell.number ?? '');
}

function richLines(element: Node, nameOf: Naming): string[] {
  const inside = list(element.elements);
  if (element.type === 'rich_text_list')
    return inside.map(
      (item) => `${'  '.repeat(Number(element.indent ?? 0))}• ${richText(list(item.elements), nameOf)}`,
    );
  const prefix = element.type === 'rich_text_quote' ? '> ' : element.type === 'rich_text_preformatted' ? '  ' : '';
  return richText(inside, nameOf)
    .split('\n')
    .map((line) => prefix + line);
}

function richText(leaves: Node[], nameOf: Naming): string {
  return leaves
    .map((leaf) => {
      if (leaf.type === 'user') return `@${nameOf(String(leaf.user_id)) ?? leaf.user_id}`;
      if (leaf.type === 'channel') return `#${leaf.channel_id}`;
      if (leaf.type === 'emoji') return `:${leaf.name}:`;
      if (leaf.type === 'date') return String(leaf.fallback ?? leaf.timestamp);
      return String(leaf.text ?? leaf.url ?? '');
    })
    .join('');
}

function textOf(object: unknown, nameOf: Naming): string[] {
  if (node(object).type === 'plain_text') return String(node(object).text ?? '').split('\n');
  return said(String(node(object).text ?? ''), nameOf);
}

/** mrkdwn without its marks. */
function said(text: string, nameOf: Naming): string[] {
  return text
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => `@${nameOf(id) ?? id}`)
    .replace(/<![^>|]*\|([^>]*)>/g, '$1')
    .replace(/<[^>|]*\|([^>]*)>/g, '$1')
    .replace(/<([^>]*)>/g, '$1')
    .replace(/(?<![\w*])\*(?! )([^*\n]+)\*(?![\w*])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .split('\n');
}

function node(value: unknown): Node {
  return value !== null && typeof value === 'object' ? (value as Node) : {};
}

function list(value: unknown): Node[] {
  return Array.isArray(value) ? value.map(node) : [];
}
