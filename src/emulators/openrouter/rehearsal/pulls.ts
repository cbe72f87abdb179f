/** Writes pull requests as bullets: link, checks, reviews, and which are ready to merge. */
import type { JsonObject, JsonValue } from '../types.ts';
import type { Exchange } from './conversation.ts';
import { isObject, itemsOf } from './results.ts';
import { line, linked } from './words.ts';

const mostPulls = 15;

export function pullBullets(exchanges: Exchange[]): string {
  const pulls = new Map<JsonValue, JsonObject>();
  for (const { result } of exchanges) {
    if (!('output' in result)) continue;
    const found = isObject(result.output) && 'number' in result.output ? [result.output] : itemsOf(result.output);
    // Details of one pull request complete what the list said of it.
    for (const pull of found) pulls.set(pull.number ?? null, { ...pulls.get(pull.number ?? null), ...pull });
  }
  const all = [...pulls.values()];
  if (all.length === 0) return 'No pull request is waiting.';
  const ready = all.filter((pull) => readiness(pull) === 'ready');
  const more = all.length > mostPulls ? [`- and ${all.length - mostPulls} more`] : [];
  const unsure = all.some((pull) => readiness(pull) === 'unknown');
  const verdict =
    ready.length > 0
      ? `Ready to merge: ${ready.map((pull) => `#${line(pull.number)}`).join(', ')}.`
      : unsure
        ? 'I was not told enough to say which are ready to merge.'
        : all.length === 1
          ? 'It is not ready to merge.'
          : 'None is ready to merge.';
  return [...all.slice(0, mostPulls).map((pull) => `- ${bullet(pull)}`), ...more, '', verdict].join('\n');
}

function bullet(pull: JsonObject): string {
  const by = said(pull.author ?? pull.user);
  const parts = [
    pull.draft === true ? 'a draft' : '',
    labelled('checks', said(pull.checks)),
    labelled('reviews', said(pull.reviews)),
    pull.mergeable === false ? 'has conflicts' : '',
    typeof pull.state === 'string' && !/open/i.test(pull.state) ? line(pull.state) : '',
  ].filter(Boolean);
  const title = linked(`#${line(pull.number)} ${line(pull.title)}`, pull);
  return `${title}${by ? ` by ${by}` : ''}${parts.length > 0 ? `: ${parts.join('; ')}` : ''}`;
}

type Readiness = 'ready' | 'not ready' | 'unknown';

function readiness(pull: JsonObject): Readiness {
  if (pull.draft === true || pull.mergeable === false) return 'not ready';
  if (typeof pull.state === 'string' && !/open/i.test(pull.state)) return 'not ready';
  const [checks, reviews] = [said(pull.checks), said(pull.reviews)];
  if (checks === '' || reviews === '') return 'unknown';
  if (
    /fail|pending|error|running|cancel|waiting/i.test(checks) ||
    /changes.requested|no review|none|^0 |not approved/i.test(reviews)
  )
    return 'not ready';
  return /pass|success|green|none|no checks/i.test(checks) && /approv/i.test(reviews) ? 'ready' : 'not ready';
}

/** A state in words: a text, an object's `state` and `summary`, or a list of who said what. */
function said(value: JsonValue | undefined): string {
  if (Array.isArray(value))
    return value
      .map((item) =>
        isObject(item)
          ? `${line(item.state)} by ${said(item.person ?? item.user ?? item.author ?? item.reviewer)}`
          : line(item),
      )
      .join(', ');
  if (isObject(value)) return line(value.login ?? value.summary ?? value.state ?? '');
  return line(value);
}

function labelled(label: string, words: string): string {
  if (words === '') return '';
  return words.toLowerCase().includes(label.slice(0, -1)) || /approv/i.test(words) ? words : `${label} ${words}`;
}
