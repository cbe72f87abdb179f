/** The seed world of the playground: the Acme workspace with its three people, three channels and Sophia's bot. */
import type { SlackWorkspace } from './types.ts';

const everyone = ['U0ALICE', 'U0BOB', 'U0CAROL', 'U0SOPHIA'];

export const acmeWorkspace: SlackWorkspace = {
  team: { id: 'T0ACME', name: 'Acme', domain: 'acme' },
  people: [
    {
      id: 'U0ALICE',
      name: 'alice',
      realName: 'Alice Moreno',
      email: 'alice@acme.example',
      isAdmin: true,
      timeZone: 'Europe/Lisbon',
      im: 'D0ALICE',
    },
    {
      id: 'U0BOB',
      name: 'bob',
      realName: 'Bob Tanaka',
      email: 'bob@acme.example',
      isAdmin: true,
      timeZone: 'Asia/Tokyo',
      locale: 'ja-JP',
      im: 'D0BOB',
    },
    {
      id: 'U0CAROL',
      name: 'carol',
      realName: 'Carol Singh',
      email: 'carol@acme.example',
      timeZone: 'America/New_York',
      im: 'D0CAROL',
    },
  ],
  channels: [
    { id: 'C0ENG', name: 'eng', members: everyone, topic: 'Building acme/web' },
    { id: 'C0DEPLOYS', name: 'deploys', members: everyone, topic: 'What goes live, and who said so' },
    { id: 'C0RANDOM', name: 'random', members: everyone, topic: 'Everything else' },
  ],
  usergroups: [{ id: 'S0RELEASE', handle: 'release', name: 'Release managers', users: ['U0ALICE', 'U0BOB'] }],
  bot: { userId: 'U0SOPHIA', botId: 'B0SOPHIA', appId: 'A0SOPHIA', name: 'sophia' },
};
