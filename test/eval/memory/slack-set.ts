/** Our own Slack-like set, made by chance that falls the same way every time: channels, threads, edits, deletions, code, deals. CC0. */
import type { Access, Memory, NewMemory } from '../../../src/core/memory.ts';
import type { Question } from './questions.ts';
import { chanceFrom } from './random.ts';
import {
  chatter,
  complaints,
  customers,
  errors,
  functions,
  people,
  places,
  services,
  settings,
  tasks,
  technologies,
  topics,
} from './slack-words.ts';

const team = 'slack:T0SET';
const publicChannels = [
  'ENG',
  'INCIDENTS',
  'DEPLOYS',
  'PLATFORM',
  'PRODUCT',
  'SUPPORT',
  'DATA',
  'MOBILE',
  'RANDOM',
  'HELP',
].map((name) => `${team}:C${name}`);
const privateChannels = ['SECURITY', 'FINANCE', 'LEADS', 'SALES'].map((name) => `${team}:C0${name}`);
const own = `${team}:D0ASKER`;
const foreign = `${team}:D0OTHER`;
const everywhere: Access = { readable: [`${team}:public`, ...privateChannels, own], audience: own };
const noiseRows = 6_000;

export type SlackSet = {
  rows: NewMemory[];
  /** Said later: an edit takes the place of its row. */
  edits: NewMemory[];
  deletions: string[];
  questions: Question[];
  /** What must not come back, from anywhere: it was deleted, edited away, or is somebody else's. */
  forbidden: { text: string; access: Access; words: string }[];
};

export function makeSlackSet(seed = 42): SlackSet {
  const chance = chanceFrom(seed);
  const set: SlackSet = { rows: [], edits: [], deletions: [], questions: [], forbidden: [] };
  let minute = Date.UTC(2026, 0, 5, 8);
  let number = 0;

  const tokenOf = (channel: string) => (publicChannels.includes(channel) ? `${team}:public` : channel);
  function say(channel: string, text: string, over: Partial<NewMemory> = {}): NewMemory {
    minute += Math.floor(chance.number() * 240_000);
    const origin = `${channel}:${++number}`;
    const name = chance.pick(people);
    const row: NewMemory = {
      acl: tokenOf(channel),
      kind: 'message',
      text,
      person: `${team}:U${name.toUpperCase()}`,
      speaker: name,
      channel,
      origin,
      thread: origin,
      at: new Date(minute).toISOString(),
      tainted: true,
      source: null,
      ...over,
    };
    set.rows.push(row);
    return row;
  }
  function thread(channel: string, ...texts: string[]): NewMemory[] {
    const [first = '', ...rest] = texts;
    const root = say(channel, first);
    return [root, ...rest.map((text) => say(channel, text, { thread: root.thread }))];
  }
  function ask(group: string, text: string, evidence: (NewMemory | undefined)[], access: Access = everywhere) {
    set.questions.push({
      id: `${group} ${set.questions.length}`,
      group,
      text,
      evidence: evidence.map((row) => row?.origin ?? ''),
      access,
    });
  }
  const small = () => chance.pick(chatter);
  const noise = (count: number) => {
    for (let index = 0; index < count; index++)
      say(
        chance.pick([...publicChannels, ...privateChannels, own, foreign]),
        chance.number() < 0.6 ? small() : `${small()} (${chance.pick(services)})`,
      );
  };

  const stories: (() => void)[] = [];
  for (const [index, service] of services.entries())
    for (const [name, cause, fix] of [
      errors[index % 8],
      errors[(index + 3) % 8],
      errors[(index + 5) % 8],
    ] as typeof errors)
      stories.push(() => {
        const [, , why, how] = thread(
          chance.pick(publicChannels),
          `${service} is throwing ${name} again`,
          small(),
          `found it: ${cause}`,
          `we ${fix}, quiet since`,
          small(),
        );
        ask(
          'cause',
          chance.pick([`What was the cause of the ${name} in ${service}?`, `Why did ${service} have ${name}?`]),
          [why],
        );
        ask(
          'fix',
          chance.pick([`How did we fix the ${name} on ${service}?`, `What stopped the ${name} of ${service}?`]),
          [how],
        );
      });
  for (const [topic, one, other, reason] of topics)
    for (const squad of ['platform', 'payments', 'growth', 'mobile'])
      stories.push(() => {
        const [, , decided] = thread(
          chance.pick(publicChannels),
          `${squad}: ${one} or ${other} for ${topic}?`,
          small(),
          `let's go with ${chance.pick([one, other])}, ${reason}`,
          small(),
        );
        ask(
          'decision',
          chance.pick([
            `What did ${squad} decide about ${topic}?`,
            `Which did the ${squad} squad pick for ${topic}, ${one} or ${other}?`,
          ]),
          [decided],
        );
      });
  for (const [index, service] of services.entries())
    for (const place of [places[index % 4], places[(index + 1) % 4], places[(index + 2) % 4]])
      for (const [thing, values] of [settings[index % 5], settings[(index + 2) % 5]] as typeof settings)
        if (chance.number() < 0.85)
          stories.push(() => {
            const [, answer] = thread(
              chance.pick(publicChannels),
              `what is the ${thing} of ${service} in ${place}?`,
              chance.pick(values),
              small(),
            );
            ask(
              'setting',
              chance.pick([`${thing} of ${service} in ${place}?`, `Which ${thing} does ${service} have in ${place}?`]),
              [answer],
            );
          });
  for (const task of tasks)
    stories.push(() => {
      const channel = chance.pick(publicChannels);
      const name = chance.pick(people);
      const mine = say(channel, `I can take over ${task} from next week`, {
        speaker: name,
        person: `${team}:U${name.toUpperCase()}`,
      });
      const view = say(channel, `${task} needs two more weeks, the vendor is late`, {
        speaker: name,
        person: `${team}:U${name.toUpperCase()}`,
      });
      ask('who', `Who took over ${task}?`, [mine]);
      ask('who', `What did ${name} say about ${task} being late?`, [view]);
    });
  for (const [index, service] of services.entries())
    stories.push(() => {
      const technology = technologies[index % technologies.length] ?? '';
      const [, moved] = thread(
        chance.pick(publicChannels),
        `moving ${service} to ${technology}, plan in the doc`,
        `${service} runs on ${technology} since yesterday evening`,
        small(),
      );
      ask('when', `When did ${service} move to ${technology}?`, [moved]);
    });
  for (const [index, customer] of customers.entries())
    stories.push(() => {
      const complaint = complaints[index % complaints.length] ?? '';
      const said = say(chance.pick(publicChannels), `${customer} called about ${complaint}, they are not happy`);
      ask('customer', `What did ${customer} complain about?`, [said]);
      const deal = say(
        `${team}:C0SALES`,
        `${customer} renewal: ${20 + index * 7}k a year, closes in ${chance.pick(['March', 'April', 'June'])}, stage negotiation`,
        { kind: 'record', tainted: true },
      );
      ask(
        'business',
        chance.pick([`How much is the ${customer} renewal worth?`, `When does the ${customer} deal close?`]),
        [deal],
        { readable: [`${team}:public`, `${team}:C0SALES`], audience: `${team}:C0SALES` },
      );
    });
  for (const [path, name, body] of functions)
    stories.push(() => {
      const code = say(`${team}:CENG`, `export async function ${name}(input) {\n  ${body}\n}`, {
        kind: 'code',
        origin: `github:acme/web/${path}#${name}`,
        thread: null,
        talk: null,
        channel: 'github:acme/web',
        speaker: null,
        person: null,
      });
      const spoken = name.replace(/([A-Z])/g, ' $1').toLowerCase();
      ask('code', chance.pick([`Where in the code do we ${spoken}?`, `Which function does ${spoken}?`, name]), [code]);
    });
  for (const service of services)
    stories.push(() => {
      const channel = chance.pick(publicChannels);
      const [before, after] = chance.shuffle(['Monday 06:00', 'Tuesday 22:00', 'Saturday 04:30', 'Thursday 05:15']);
      const row = say(channel, `the upkeep window of ${service} is ${before}, code word zebra${number}`);
      set.edits.push({ ...row, text: `the upkeep window of ${service} is ${after}` });
      ask('edited', `When is the upkeep window of ${service}?`, [row]);
      set.forbidden.push({
        text: `code word zebra${number - 1} window ${service}`,
        access: everywhere,
        words: `zebra${number - 1}`,
      });
    });
  for (const customer of customers)
    stories.push(() => {
      const gone = say(chance.pick(publicChannels), `the password of the ${customer} sandbox is walrus${number}`);
      set.deletions.push(gone.origin ?? '');
      set.forbidden.push({ text: `password of the ${customer} sandbox`, access: everywhere, words: 'walrus' });
      const theirs = say(foreign, `between us: ${customer} will churn, keep it quiet, ostrich${number}`);
      set.forbidden.push({ text: `will ${customer} churn`, access: everywhere, words: 'ostrich' });
      const secret = say(`${team}:C0FINANCE`, `${customer} owes us ${number} for two quarters`);
      ask('private', `How much does ${customer} owe us?`, [secret], {
        readable: [`${team}:C0FINANCE`, `${team}:public`],
        audience: `${team}:C0FINANCE`,
      });
      set.forbidden.push({
        text: `How much does ${customer} owe us for two quarters?`,
        access: { readable: [`${team}:public`, `${team}:C0FINANCE`], audience: `${team}:public` },
        words: 'owes us',
      });
      if (theirs.origin === null) throw new Error('every row has an origin');
    });
  const each = Math.ceil(noiseRows / stories.length);
  for (const story of chance.shuffle(stories)) {
    noise(each);
    story();
    minute += 40 * 60_000 * chance.number();
  }
  return set;
}

/** How many of the forbidden words came back all the same. */
export async function leaks(memory: Memory, set: SlackSet): Promise<string[]> {
  const found: string[] = [];
  for (const { text, access, words } of set.forbidden)
    for (const row of await memory.recall(text, access, { maxTokens: 100_000 }))
      if (row.text.includes(words)) found.push(`${text} → ${row.text}`);
  return found;
}
