/** Writes short Markdown from tool results. Their words are quoted as data; nothing in them is ever acted on. */
import type { JsonObject, JsonValue } from '../types.ts';
import type { Exchange } from './conversation.ts';
import { failingItems } from './facts.ts';
import { pullBullets } from './pulls.ts';
import { isObject, itemsOf } from './results.ts';
import { line, linked } from './words.ts';

const mostItems = 10;
const mostLogLines = 12;
const mostJobs = 3;

/** One paragraph per result, but one for all pull requests together. */
export function tell(exchanges: Exchange[]): string[] {
  const paragraphs: string[] = [];
  const pulls = exchanges.filter(
    (past) => /(list|get)_pull_requests?$/.test(past.tool) && past.result.state === 'done',
  );
  if (pulls.length > 0) paragraphs.push(pullBullets(pulls));
  for (const past of exchanges) if (!pulls.includes(past)) paragraphs.push(tellOne(past));
  return paragraphs;
}

function tellOne({ tool, result }: Exchange): string {
  if (!('output' in result)) {
    const verb =
      result.state === 'refused'
        ? 'was refused'
        : result.state === 'unknown'
          ? 'may or may not have happened'
          : 'failed';
    return [`\`${tool}\` ${verb}: ${line(result.reason)}`, line(result.hint ?? '')].filter(Boolean).join(' ');
  }
  const { output } = result;
  const cut = result.cut ? '\nThe result was cut off; this is what I was given of it.' : '';
  if (isObject(output) && Array.isArray(output.machines)) return tellStatus(output) + cut;
  if (/checks$/.test(tool)) return tellChecks(output) + cut;
  if (/log$/.test(tool)) return tellLogs(output) + cut;
  if (isObject(output) && Array.isArray(output.commits)) return tellCommits(output) + cut;
  return tellAnything(tool, output) + cut;
}

function tellStatus(output: JsonObject): string {
  const machines = itemsOf(output.machines ?? []);
  const healthy = machines.filter((machine) => machine.healthy === true).length;
  const rows = machines.slice(0, mostItems).map((machine) => {
    const image = isObject(machine.image) ? machine.image : {};
    const commit = typeof image.revision === 'string' ? `, commit \`${image.revision.slice(0, 7)}\`` : '';
    const health = machine.healthy === true ? 'healthy' : 'not healthy';
    return `- ${line(machine.region)} \`${line(machine.id)}\`: ${line(machine.state)}, ${health}${commit}`;
  });
  return [`*${line(output.app ?? 'The app')}*: ${healthy} of ${machines.length} machines are healthy.`, ...rows].join(
    '\n',
  );
}

function tellChecks(output: JsonValue): string {
  const items = itemsOf(output);
  const failing = failingItems(items);
  const state = isObject(output) && typeof output.state === 'string' ? `Checks: ${line(output.state)}.` : 'Checks:';
  if (items.length === 0) return isObject(output) ? `${state} ${line(output.summary)}`.trim() : state;
  const shown = (failing.length > 0 ? failing : items).slice(0, mostItems);
  const rows = shown.map((item) => {
    const result = item.conclusion ?? item.result ?? item.state ?? item.status;
    const title = line(item.summary ?? item.title ?? item.output ?? '');
    return `- ${linked(line(item.name ?? item.context ?? 'check'), item)}: ${line(result)}${title ? `, ${title}` : ''}`;
  });
  return [state, ...rows].join('\n');
}

function tellLogs(output: JsonValue): string {
  const jobs = isObject(output) && Array.isArray(output.jobs) ? itemsOf(output.jobs) : undefined;
  if (!jobs)
    return tellLog('From the log:', typeof output === 'string' ? output : isObject(output) ? longestText(output) : '');
  if (jobs.length === 0) return 'No job has failed.';
  return jobs
    .slice(0, mostJobs)
    .map((job) =>
      tellLog(`From the log of ${linked(line(job.job ?? job.name), job)}:`, typeof job.log === 'string' ? job.log : ''),
    )
    .join('\n\n');
}

/** The lines that speak of an error, or the last ones. */
function tellLog(title: string, text: string): string {
  const lines = text.split('\n').filter((one) => one.trim() !== '');
  const at = lines.findIndex((one) => /\b\w*(error|fail(ed|ure|ing)?|exception|panic)\b|✗|×|✖/i.test(one));
  const shown = at < 0 ? lines.slice(-mostLogLines) : lines.slice(Math.max(0, at - 2)).slice(0, mostLogLines);
  // A fence inside the log must not end ours.
  const safe = shown.map((one) => one.replaceAll('```', "'''").slice(0, 200));
  return safe.length === 0 ? `${title} it is empty.` : [title, '```', ...safe, '```'].join('\n');
}

function tellCommits(output: JsonObject): string {
  const commits = itemsOf(output.commits ?? []);
  const rows = commits.slice(0, mostItems).map((commit) => {
    const sha = typeof commit.sha === 'string' ? commit.sha.slice(0, 7) : '';
    const by = commit.author ? ` by ${line(commit.author)}` : '';
    return `- \`${sha}\` ${linked(line(commit.message), commit)}${by}`;
  });
  const more = commits.length > mostItems ? [`- and ${commits.length - mostItems} more`] : [];
  const count = typeof output.ahead_by === 'number' ? output.ahead_by : commits.length;
  return [
    `${count} ${count === 1 ? 'commit' : 'commits'}${count === 0 ? ': nothing differs.' : ':'}`,
    ...rows,
    ...more,
  ].join('\n');
}

function tellAnything(tool: string, output: JsonValue): string {
  const items = itemsOf(output);
  if (items.length > 0) {
    const more = items.length > mostItems ? [`- and ${items.length - mostItems} more`] : [];
    return [`From \`${tool}\`:`, ...items.slice(0, mostItems).map((item) => `- ${facts(item)}`), ...more].join('\n');
  }
  if (Array.isArray(output) || (isObject(output) && Object.values(output).some(Array.isArray)))
    return `\`${tool}\` found nothing.`;
  return isObject(output) ? `\`${tool}\`: ${facts(output)}` : `\`${tool}\`: ${line(output)}`;
}

function facts(item: JsonObject): string {
  const title = item.title ?? item.name ?? item.summary ?? item.message;
  const rest = Object.entries(item)
    .filter(
      ([name, value]) =>
        value !== title && !/url$/.test(name) && ['string', 'number', 'boolean'].includes(typeof value),
    )
    .slice(0, 6)
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${line(value)}`);
  return [...(title === undefined ? [] : [linked(line(title), item)]), rest.join(', ')].filter(Boolean).join(': ');
}

function longestText(output: JsonObject): string {
  const texts = Object.values(output).flatMap((value) =>
    typeof value === 'string'
      ? [value]
      : Array.isArray(value)
        ? [value.filter((one) => typeof one === 'string').join('\n')]
        : [],
  );
  return texts.sort((a, b) => b.length - a.length)[0] ?? '';
}
