/** Acme with many more people: nobody says more in one place than a person could, as what is too much goes unanswered. With more channels Slack, which takes one message a second in each, does not set the pace. */
import { acmeWorkspace, type SlackWorkspace } from '../src/emulators/slack/index.ts';

export function crowded(more: number, places = 0): Pick<SlackWorkspace, 'people' | 'channels'> {
  const strangers = Array.from({ length: more }, (_, index) => ({
    id: `U0CROWD${index}`,
    name: `crowd${index}`,
    realName: `Somebody ${index}`,
    timeZone: 'UTC',
    im: `D0CROWD${index}`,
  }));
  const people = [...acmeWorkspace.people, ...strangers];
  const members = [...people.map(({ id }) => id), acmeWorkspace.bot.userId];
  const others = Array.from({ length: places }, (_, index) => ({ id: `C0CROWD${index}`, name: `crowd-${index}` }));
  return { people, channels: [...acmeWorkspace.channels, ...others].map((channel) => ({ ...channel, members })) };
}
