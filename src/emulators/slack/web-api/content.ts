/** Reads what a message is to hold: text, blocks, Markdown, attachments and metadata, each with Slack's own refusals. */
import type { MessageMetadata } from '@slack/types';
import { normalise } from '../blocks/normalise.ts';
import { isBag } from '../blocks/rule.ts';
import { validateMessageBlocks } from '../blocks/validate.ts';
import type { JsonObject, SlackBlock, SlackMessage } from '../types.ts';
import { type Arguments, SlackRefusal } from './method.ts';

export const mostText = 40_000;
export const mostMarkdownText = 12_000;

export type Content = {
  text: string | undefined;
  blocks: SlackBlock[] | undefined;
  attachments: JsonObject[] | undefined;
};

export function readBlocks(value: unknown): SlackBlock[] {
  const verdict = validateMessageBlocks(value);
  if (verdict.ok) return normalise(verdict.blocks);
  const lines = verdict.problems.map(({ message, pointer }) => `${message} [json-pointer:${pointer}]`);
  const told =
    lines.length === 0
      ? {}
      : { errors: lines, response_metadata: { messages: lines.map((line) => `[ERROR] ${line}`) } };
  throw new SlackRefusal(verdict.error, told);
}

export function readContent(args: Arguments): Content {
  const given = args.json('blocks', 'invalid_blocks_format');
  const markdown = args.text('markdown_text');
  const text = args.text('text');
  if (markdown !== undefined) {
    if (text !== undefined || given !== undefined) throw new SlackRefusal('markdown_text_conflict');
    if (markdown.length > mostMarkdownText) throw new SlackRefusal('msg_too_long');
    if (markdown === '') throw new SlackRefusal('no_text');
    return { text: markdown, blocks: normalise([{ type: 'markdown', text: markdown }]), attachments: undefined };
  }
  const attachments = args.json('attachments');
  if (attachments !== undefined && !(Array.isArray(attachments) && attachments.every(isBag)))
    throw new SlackRefusal('invalid_attachments');
  if (attachments && attachments.length > 100) throw new SlackRefusal('too_many_attachments');
  return {
    text,
    blocks: given === undefined ? undefined : readBlocks(given),
    attachments: attachments as JsonObject[] | undefined,
  };
}

/** Something must be there to show. */
export function requireContent({ text, blocks, attachments }: Content): void {
  if (!text?.trim() && !blocks?.length && !attachments?.length) throw new SlackRefusal('no_text');
}

export function readMetadata(args: Arguments): MessageMetadata | undefined {
  const value = args.json('metadata', 'invalid_metadata_format');
  if (value === undefined) return undefined;
  if (!isBag(value)) throw new SlackRefusal('invalid_metadata_format');
  const { event_type: type, event_payload: payload } = value;
  if (typeof type !== 'string' || type === '' || !isBag(payload)) throw new SlackRefusal('invalid_metadata_format');
  if (
    !Object.values(payload).every(
      (entry) =>
        isScalar(entry) ||
        isFlat(entry) ||
        (Array.isArray(entry) && entry.every((each) => isScalar(each) || isFlat(each))),
    )
  )
    throw new SlackRefusal('invalid_metadata_schema');
  return { event_type: type, event_payload: payload as MessageMetadata['event_payload'] };
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
function isFlat(value: unknown): boolean {
  return isBag(value) && Object.values(value).every(isScalar);
}

/** How the author shows: `chat:write.customize` matters to the page only. */
export function readLooks(args: Arguments): Partial<SlackMessage> {
  const looks: Partial<SlackMessage> = {};
  for (const key of ['username', 'icon_emoji', 'icon_url'] as const) {
    const value = args.text(key);
    if (value !== undefined) looks[key] = value;
  }
  for (const key of ['unfurl_links', 'unfurl_media'] as const) {
    const value = args.flag(key);
    if (value !== undefined) looks[key] = value;
  }
  return looks;
}
