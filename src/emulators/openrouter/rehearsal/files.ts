/** What it says of a file that came with the words: how it begins, for lack of understanding. */
import type { JsonObject } from '../types.ts';
import type { Conversation } from './conversation.ts';
import { isObject } from './results.ts';
import { line } from './words.ts';

const asked = /\b(this|these|it|files?|attach\w*|summar\w*|csv|pdf|log)\b/i;
const mostLines = 6;

/** Null when there is none, or something else was asked. */
export function tellFiles({ question, background }: Conversation): string | null {
  if (!asked.test(question)) return null;
  const told = [...background.matchAll(/^File, as data: (\{.*\})/gm)].flatMap(([, json = '']) => {
    try {
      const file: unknown = JSON.parse(json);
      return isObject(file) ? [tellFile(file)] : [];
    } catch {
      return [];
    }
  });
  return told.length > 0 ? told.join('\n\n') : null;
}

function tellFile(file: JsonObject): string {
  const [name, kind] = [file.name, file.kind].map((value) => line(String(value ?? '')));
  // A fence inside the file must not end ours.
  const lines = String(file.text ?? '')
    .replaceAll('```', "'''")
    .split('\n')
    .slice(0, mostLines)
    .map((one) => one.slice(0, 200));
  return [`\`${name}\` (${kind}) begins so; what it means takes a real model:`, '```', ...lines, '```'].join('\n');
}
