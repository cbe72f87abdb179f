/** What the Slack client makes of what a person types: entities, mentions, channel and web links. */
import { short } from './blocks/normalise.ts';
import type { World } from './state.ts';
import type { JsonObject, SlackBlock } from './types.ts';

const entity = /<(?:@[UW][A-Z0-9]+(?:\|[^>]*)?|#[CG][A-Z0-9]+(?:\|[^>]*)?|![^>\s]+(?:\|[^>]*)?|https?:\/\/[^>\s]+)>/g;

const typedParts = new RegExp(
  [
    entity.source,
    String.raw`https?:\/\/[^\s<>]*[^\s<>.,;:!?)'"]`,
    String.raw`(?<![\w/])@[a-zA-Z0-9._-]*[a-zA-Z0-9]`,
    String.raw`(?<![\w/])#[a-z0-9_-]+`,
    '[&<>]',
  ].join('|'),
  'g',
);
const escaped: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Typed text in Slack's wire format. Ready-made entities (`<@U0SOPHIA>`) stay. */
export function asWritten(world: World, typed: string): string {
  return typed.replace(typedParts, (part) => {
    if (part.length === 1) return escaped[part] ?? part;
    if (part.startsWith('<')) return part;
    if (part.startsWith('http')) return `<${part.replaceAll('&', '&amp;')}>`;
    const name = part.slice(1).toLowerCase();
    if (part.startsWith('@')) {
      const id = whoIs(world, name);
      return id === undefined ? part : `<@${id}>`;
    }
    const channel = whereIs(world, name);
    return channel === undefined ? part : `<#${channel}|${name}>`;
  });
}

/** A typed command's text where the app asked for ids (`should_escape`): people and channels, nothing else. */
export function asCommanded(world: World, typed: string): string {
  return typed.replace(/(?<![\w/])[@#][a-zA-Z0-9._-]*[a-zA-Z0-9]/g, (part) => {
    const name = part.slice(1).toLowerCase();
    const id = part.startsWith('@') ? whoIs(world, name) : whereIs(world, name);
    return id === undefined ? part : `<${part[0]}${id}|${name}>`;
  });
}

function whereIs(world: World, name: string): string | undefined {
  return [...world.channels.values()].find((each) => each.kind === 'channel' && each.name === name)?.id;
}

function whoIs(world: World, name: string): string | undefined {
  if (name === world.bot.name) return world.bot.userId;
  return [...world.people.values()].find((person) => person.name === name)?.id;
}

/** The `rich_text` block that every message typed by a person carries. */
export function asRichText(text: string): SlackBlock {
  const elements: JsonObject[] = [];
  let end = 0;
  for (const match of text.matchAll(entity)) {
    if (match.index > end) elements.push({ type: 'text', text: plain(text.slice(end, match.index)) });
    elements.push(element(match[0].slice(1, -1)));
    end = match.index + match[0].length;
  }
  if (end < text.length) elements.push({ type: 'text', text: plain(text.slice(end)) });
  return { type: 'rich_text', block_id: short(), elements: [{ type: 'rich_text_section', elements }] };
}

function element(inside: string): JsonObject {
  const target = inside.split('|')[0] ?? '';
  if (target.startsWith('@')) return { type: 'user', user_id: target.slice(1) };
  if (target.startsWith('#')) return { type: 'channel', channel_id: target.slice(1) };
  if (target.startsWith('!subteam^')) return { type: 'usergroup', usergroup_id: target.slice(9) };
  if (target.startsWith('!')) return { type: 'broadcast', range: target.slice(1) };
  return { type: 'link', url: plain(target) };
}

function plain(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
