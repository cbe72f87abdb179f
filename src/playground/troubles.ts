/** What can go wrong in the world while one tries it: at most one trouble a service, until it is ended. */
import type { FlyEmulator } from '../emulators/fly/index.ts';
import type { GitHubEmulator } from '../emulators/github/index.ts';
import type { OpenRouterEmulator } from '../emulators/openrouter/index.ts';
import type { SlackEmulator } from '../emulators/slack/index.ts';

export type Emulators = {
  slack: Pick<SlackEmulator, 'faults'>;
  github: Pick<GitHubEmulator, 'fault' | 'clearFaults'>;
  fly: Pick<FlyEmulator, 'faults' | 'snapshot'>;
  openRouter: Pick<OpenRouterEmulator, 'fail' | 'clearFaults'>;
};
type Kind = {
  name: string;
  /** After the service's name: “Slack is slow”. */
  label: string;
  /** What to look for. */
  about: string;
  begin(world: Emulators, stepMs: number): void;
};
type Service = { name: string; label: string; end(world: Emulators): void; kinds: Kind[] };

const always = { times: Number.POSITIVE_INFINITY };

const services: Service[] = [
  {
    name: 'slack',
    label: 'Slack',
    end: ({ slack }) => slack.faults.clear(),
    kinds: [
      {
        name: 'slow',
        label: 'is slow',
        about: 'Every call of the app takes long. All of it comes, later.',
        begin: ({ slack }, stepMs) => slack.faults.keep({ kind: 'slow', milliseconds: 4 * stepMs }),
      },
      {
        name: 'limited',
        label: 'says “too many requests”',
        about: 'Every other message is refused (HTTP 429) and may be tried again after a second. Nothing is lost.',
        begin: ({ slack }) => slack.faults.keep({ kind: 'rate limit', retryAfter: 1 }, { on: /^chat\./, every: 2 }),
      },
      {
        name: 'lost',
        label: 'loses its answers',
        about: 'Messages are posted, but the app never hears that they were. Each must stand there once.',
        begin: ({ slack }) => slack.faults.keep({ kind: 'drop answer' }, { on: /^chat\.postMessage$/ }),
      },
    ],
  },
  {
    name: 'github',
    label: 'GitHub',
    end: ({ github }) => github.clearFaults(),
    kinds: [
      {
        name: 'down',
        label: 'is down',
        about: 'Every call is answered with 503. Ask for the pull requests, or for a deploy.',
        begin: ({ github }) => github.fault('unavailable', always),
      },
      {
        name: 'slow',
        label: 'is slow',
        about: 'Every call takes long. Ask for the pull requests and watch her wait.',
        begin: ({ github }, stepMs) => github.fault('slow', { ...always, seconds: (8 * stepMs) / 1_000 }),
      },
    ],
  },
  {
    name: 'fly',
    label: 'Fly.io',
    end: ({ fly }) => fly.faults.clear(),
    kinds: [
      {
        name: 'full',
        label: 'has no capacity',
        about: 'No new machine finds room. Try: /sophia scale acme-web up to 4 in fra',
        begin: ({ fly }) => fly.faults.capacity('*', Number.POSITIVE_INFINITY),
      },
      {
        name: 'lost',
        label: 'loses its answers',
        about:
          'One machine is updated, but the app never hears that it was. Deploy: she waits until that write can no longer arrive, looks, and goes on.',
        begin: ({ fly }) => {
          const [first] = fly.snapshot().apps.flatMap(({ machines }) => machines);
          fly.faults.dropAnswer({ ...always, method: 'POST', path: new RegExp(`/machines/${first?.id}$`) });
        },
      },
    ],
  },
  {
    name: 'model',
    label: 'The model',
    end: ({ openRouter }) => openRouter.clearFaults(),
    kinds: [
      {
        name: 'down',
        label: 'is down',
        about: 'Every request is answered with 503. Commands go on working: they need no model.',
        begin: ({ openRouter }) => openRouter.fail(503, always),
      },
      {
        name: 'slow',
        label: 'takes long to begin',
        about: 'A long silence before its first word.',
        begin: ({ openRouter }, stepMs) => openRouter.fail('slow', { ...always, delayMs: 15 * stepMs }),
      },
      {
        name: 'breaks',
        label: 'dies in mid-sentence',
        about: 'Its stream breaks off half way. What was said so far must not stand there as an answer.',
        begin: ({ openRouter }) => openRouter.fail('mid-stream error', always),
      },
    ],
  },
];

export type TroubleView = {
  name: string;
  label: string;
  kinds: { name: string; label: string; about: string }[];
  /** The kind that is on; empty when all is well. */
  on: string;
}[];

/**
 * `rehearsed`: the model is the emulated one, which alone can be made to fail. `stepMs`: how long a step in this world takes,
 * 400 to be watched; what is slow is so many times slower.
 */
export function createTroubles(world: Emulators, { rehearsed, stepMs }: { rehearsed: boolean; stepMs: number }) {
  const offered = services.filter((service) => rehearsed || service.name !== 'model');
  const on = new Map<string, string>();

  return {
    view: (): TroubleView =>
      offered.map(({ name, label, kinds }) => ({
        name,
        label,
        kinds: kinds.map((kind) => ({ name: kind.name, label: kind.label, about: kind.about })),
        on: on.get(name) ?? '',
      })),
    /** False when there is no such trouble; an empty `kind` ends what is on there. */
    set(serviceName: string, kindName: string): boolean {
      const service = offered.find(({ name }) => name === serviceName);
      const kind = service?.kinds.find(({ name }) => name === kindName);
      if (!service || (!kind && kindName !== '')) return false;
      service.end(world);
      on.delete(serviceName);
      if (kind) {
        kind.begin(world, stepMs);
        on.set(serviceName, kindName);
      }
      return true;
    },
    clear(): void {
      for (const service of offered) service.end(world);
      on.clear();
    },
  };
}
