/** The names and numbers in a question: repository, pull request, app, service, environment, commit. */
import type { Conversation } from './conversation.ts';
import { isObject, itemsOf, valuesNamed } from './results.ts';

export type Facts = {
  repos: string[];
  numbers: number[];
  apps: string[];
  services: string[];
  environment?: string;
  /** Branches, tags, commits. */
  refs: string[];
  range?: { base: string; head: string };
  machines: string[];
  jobs: number[];
  /** `to 5`: how many are wanted. */
  count?: number;
  /** Words in quotation marks, or after a colon. */
  quoted?: string;
};

const notRepositories = /^(and\/or|ci\/cd|i\/o|w\/o|he\/she|n\/a|24\/7|yes\/no|on\/off|client\/server)$/i;
/** A place of the clock's, as the house tells where somebody lives. */
const zones = /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)\//;
const files = /\.(ts|js|tsx|jsx|py|go|rs|md|ya?ml|json|sql|sh|css|html)$/i;
const fillers = new Set(
  'a an and app apps at back branch by can check checks commit deployed do every everything failing for from go going has have head healthy how in is it its latest live machine machines me my new newest now of on our out please prod production ready release repo repository running service services staging status still tell than that the their them there these this those to today up us version was we what which who why with yet you'.split(
    ' ',
  ),
);

export function readFacts({ question, background, exchanges }: Conversation): Facts {
  const outputs = exchanges.flatMap(({ result }) =>
    result.state === 'done' && 'output' in result ? [result.output] : [],
  );
  const named = (names: RegExp) => outputs.flatMap((output) => valuesNamed(output, names));
  const listed = exchanges.flatMap(({ tool, result }) =>
    /list_repositories$/.test(tool) && result.state === 'done' && 'output' in result
      ? strings(valuesNamed(result.output, /^(repo|full_name)$/))
      : [],
  );
  const repos = reposIn(question);
  const environment = environmentIn(question);
  const range = rangeIn(question);
  const count = /\bto\s+(\d{1,3})\b(?!\/)/i.exec(question)?.[1];
  const quoted = /["“]([^"”]{2,})["”]/.exec(question)?.[1] ?? /:\s+(\S.+)$/s.exec(question)?.[1];
  return {
    repos: repos.length > 0 ? repos : knownRepo(question, `${background} ${listed.join(' ')}`),
    numbers: numbersIn(question),
    apps: appsIn(question),
    services: servicesIn(question),
    refs: [...refsIn(question), ...strings(named(/^(head_sha|head_ref)$/)), ...strings(named(/^revision$/))],
    machines: strings(/\bmachine\s+([0-9a-z]{6,32})\b/i.exec(question)?.slice(1) ?? []),
    jobs: outputs.flatMap((output) => failingItems(itemsOf(output))).flatMap(jobOf),
    ...(environment ? { environment } : {}),
    ...(range ? { range } : {}),
    ...(count ? { count: Number(count) } : {}),
    ...(quoted ? { quoted } : {}),
  };
}

export function reposIn(text: string): string[] {
  const found = [...text.matchAll(/github\.com\/([\w-]+)\/([\w.-]+)/g)].map((match) => `${match[1]}/${match[2]}`);
  const bare = text.replace(/https?:\/\/\S+/g, ' ');
  for (const match of bare.matchAll(/(?<![\w./@:-])([A-Za-z0-9][\w-]{0,38})\/([A-Za-z0-9._-]*[A-Za-z0-9_-])(?![\w/])/g))
    found.push(`${match[1]}/${match[2]}`);
  return unique(
    found.filter(
      (name) => !notRepositories.test(name) && !zones.test(name) && !files.test(name) && !/^\d+\/\d+$/.test(name),
    ),
  );
}

/** A repository the question only hints at, when what stands around it leaves no doubt. */
function knownRepo(question: string, background: string): string[] {
  const known = reposIn(background.replaceAll('owner/name', ''));
  const meant = known.filter((repo) =>
    new RegExp(`\\b${RegExp.escape(repo.split('/')[1] ?? '')}\\b`, 'i').test(question),
  );
  if (meant.length === 1) return meant;
  return known.length === 1 ? known : [];
}

function numbersIn(text: string): number[] {
  const bare = text.replace(/[a-z]+:\/\/\S*\/(?:pull|issues)\/(\d+)\S*/gi, ' #$1 ');
  const marked = [...bare.matchAll(/#(\d{1,7})\b/g)];
  const counted = [
    ...bare.matchAll(/\b(?:pull requests?|prs?|pull|issues?|number|no\.?)\s+(?:number\s+)?(\d{1,7})\b/gi),
  ];
  const after = [...bare.matchAll(/\bmerge\s+(\d{1,7})\b/gi)];
  return unique([...marked, ...counted, ...after].map((match) => Number(match[1])).filter((number) => number > 0));
}

function appsIn(text: string): string[] {
  const bare = text.replace(/https?:\/\/\S+|\S+\/\S+/g, ' ');
  const dashed = [...bare.matchAll(/\b[a-z][a-z0-9]*(?:-[a-z0-9]+)+\b/g)].map((match) => match[0]);
  const after = [
    ...bare.matchAll(
      /\b(?:app|status|running|machines|on|of|for|in|is|restart|scale)\s+(?:the\s+)?([a-z][a-z0-9-]*)/gi,
    ),
  ];
  return unique(
    [...dashed, ...after.map((match) => (match[1] ?? '').toLowerCase())].filter((word) => !fillers.has(word)),
  );
}

function servicesIn(text: string): string[] {
  const bare = text.replace(/https?:\/\/\S+/g, ' ').toLowerCase();
  const patterns = [
    /\b(?:the\s+)?([a-z][\w-]*)\s+service\b/g,
    /\bservice\s+([a-z][\w-]*)/g,
    /\b(?:deploy|ship|release|rollback|revert|roll(?:\s+(?:out|back))?)\s+(?:(?:the|our|latest|newest|current|new|version|commit|of)\s+)*([a-z][\w-]*)(?![\w/.])/g,
    /\b(?:of|for)\s+(?:the\s+)?([a-z][\w-]*)(?![\w/.])/g,
  ];
  const found = patterns.flatMap((pattern) => [...bare.matchAll(pattern)].map((match) => match[1] ?? ''));
  return unique(found.filter((word) => !fillers.has(word) && !/^(main|master|[0-9a-f]{7,40})$/.test(word)));
}

function environmentIn(text: string): string | undefined {
  const found = /\b(production|prod|staging|stage|preview|development|dev)\b/i.exec(text)?.[1]?.toLowerCase();
  const whole: Record<string, string> = { prod: 'production', stage: 'staging', dev: 'development' };
  return found === undefined ? undefined : (whole[found] ?? found);
}

function refsIn(text: string): string[] {
  const bare = text.replace(/https?:\/\/\S+/g, ' ');
  const shas = [...bare.matchAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b/g)].map((match) => match[0]);
  const named = [...bare.matchAll(/\b(?:ref|branch|commit|sha|tag|version)\s+([\w][\w./-]*[\w])/gi)].map(
    (match) => match[1] ?? '',
  );
  const main = /\b(?:main|master)\b/.exec(bare)?.[0];
  return unique([...shas, ...named.filter((word) => !fillers.has(word.toLowerCase())), ...(main ? [main] : [])]);
}

function rangeIn(text: string): { base: string; head: string } | undefined {
  const found =
    /\bbetween\s+([\w./-]+)\s+and\s+([\w./-]*\w)/i.exec(text) ??
    /\bcompare\s+([\w./-]+)\s+(?:to|with|and|against)\s+([\w./-]*\w)/i.exec(text) ??
    /\b([\w][\w/-]*)\.\.\.?([\w][\w/-]*)/.exec(text);
  const [, base, head] = found ?? [];
  return base && head && !fillers.has(base.toLowerCase()) ? { base, head } : undefined;
}

export function failingItems<T extends object>(items: T[]): T[] {
  return items.filter((item) =>
    Object.entries(item).some(
      ([name, value]) =>
        /^(conclusion|state|status|result)$/.test(name) && /^(fail\w*|error|timed_out|red)$/i.test(String(value)),
    ),
  );
}

function jobOf(item: object): number[] {
  const found = Object.entries(item).find(([name, value]) => /^(job|job_id|jobid)$/i.test(name) && value !== null);
  const fallback = isObject(item) && found === undefined ? item.id : found?.[1];
  return Number.isInteger(Number(fallback)) && fallback !== undefined ? [Number(fallback)] : [];
}

function strings(values: unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}

function unique<T>(values: T[]): T[] {
  return [...new Set(values)];
}
