/** People, dates and lists of them as Slack writes them; ids that are no Slack ids stay literal text. */
import type { PersonId } from '../../../core/person.ts';
import { code } from './literal.ts';

/** `slack:T1:U1` → `<@U1>`, `slack:T1:S1` → `<!subteam^S1>`; anything else is shown as it is. */
export function mention(person: PersonId): string {
  const id = person.split(':').at(-1) ?? '';
  if (/^[UW][A-Z0-9]{1,40}$/.test(id)) return `<@${id}>`;
  if (/^S[A-Z0-9]{1,40}$/.test(id)) return `<!subteam^${id}>`;
  return code(person, 80);
}

export function mentions(people: PersonId[], most = 10): string {
  if (people.length === 0) return 'nobody';
  const shown = people.slice(0, most).map(mention).join(', ');
  return people.length > most ? `${shown} and ${people.length - most} more` : shown;
}

/** `slack:T1:C1` → `<#C1>`. */
export function channelLink(channel: string): string {
  const id = channel.split(':').at(-1) ?? '';
  return /^[CG][A-Z0-9]{1,40}$/.test(id) ? `<#${id}>` : code(channel, 80);
}

/** In the reader's own time zone. */
export function date(iso: string): string {
  const time = Date.parse(iso);
  if (!Number.isFinite(time)) return code(iso, 40);
  const fallback = `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `<!date^${Math.floor(time / 1000)}^{date_short_pretty} {time}|${fallback}>`;
}
