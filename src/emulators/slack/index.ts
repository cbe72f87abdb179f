/** The Slack emulator: a workspace that behaves toward an app as the real Slack does, and refuses what Slack refuses. */
import { randomBytes } from 'node:crypto';
import { WebApi } from './api.ts';
import { Courier } from './deliver.ts';
import { Faults } from './faults.ts';
import { find, repliesTo } from './messages.ts';
import { change, deactivate, invite, leave } from './people/change.ts';
import { click, clickView, shortcut } from './people/click.ts';
import { join, openHome, reword, say, slash, stopSession, uninstall, unsay } from './people/say.ts';
import type { Stage } from './people/stage.ts';
import { closeView, submitView } from './people/views.ts';
import { ResponseUrls } from './responses.ts';
import { listen } from './server.ts';
import { settle } from './settings.ts';
import { sign } from './sign.ts';
import { snapshotOf, threadsOf } from './snapshot.ts';
import { Sockets } from './socket.ts';
import { World } from './state.ts';
import { Triggers } from './triggers.ts';
import type { SlackEmulator, SlackEmulatorOptions } from './types.ts';
import { Waiting } from './wait.ts';

export { checkBlocks, validateMessageBlocks, validateView } from './blocks/validate.ts';
export type * from './types.ts';
export { acmeWorkspace } from './workspace.ts';

export async function createSlackEmulator(options: SlackEmulatorOptions): Promise<SlackEmulator> {
  const settings = settle(options);
  const { server, origin, attach } = await listen(options.port ?? 0);
  const world = new World(settings);
  const sockets = new Sockets(world.bot.appId, () => world.changed());
  const courier = new Courier(world, sockets);
  courier.requestUrl = options.requestUrl ?? null;
  const triggers = new Triggers(world);
  const responses = new ResponseUrls(world);
  const faults = new Faults();
  const api = new WebApi({ world, triggers, sockets, courier, origin }, faults);
  const waiting = new Waiting();
  const stage: Stage = { world, courier, triggers, responses, origin };
  attach({ api, responses, sockets, world });

  const snapshot = () => {
    const { transport, requestUrl } = courier;
    return snapshotOf(world, { transport, requestUrl, sockets: sockets.count });
  };

  return {
    url: origin,
    apiUrl: `${origin}/api/`,
    workspace: settings.workspace,
    setRequestUrl(url) {
      courier.requestUrl = url;
      world.changed();
    },
    async verifyRequestUrl() {
      const challenge = randomBytes(24).toString('hex');
      const payload = { token: settings.verificationToken, challenge, type: 'url_verification' };
      const got = await courier.send({
        kind: 'url_verification',
        name: 'url_verification',
        socketType: 'events_api',
        payload,
        acceptsResponse: false,
      });
      return got.status === 200 && (got.body === challenge || got.body.includes(`"${challenge}"`));
    },

    say: async (person, channel, text, options = {}) => say(stage, person, channel, text, options),
    reword: async (person, channel, ts, text) => reword(stage, person, channel, ts, text),
    unsay: async (person, channel, ts) => unsay(stage, person, channel, ts),
    slash: (person, channel, command, text) => slash(stage, person, channel, command, text),
    click: (person, channel, messageTs, chosen) => click(stage, person, channel, messageTs, chosen),
    clickView: (person, viewId, chosen, values) => clickView(stage, person, viewId, chosen, values),
    submitView: (person, viewId, values) => submitView(stage, person, viewId, values),
    closeView: (person, viewId) => closeView(stage, person, viewId),
    shortcut: (person, callbackId, channel, messageTs) => shortcut(stage, person, callbackId, channel, messageTs),
    openHome: async (person, tab) => openHome(stage, person, tab),
    stopSession: async (person, channel, thread) => stopSession(stage, person, channel, thread),
    join: async (person, channel) => join(stage, person, channel),
    invite: async (person, channel) => invite(stage, person, channel),
    leave: async (person, channel) => leave(stage, person, channel),
    change: async (channel, to, how = {}) => change(stage, channel, to, how.quietly === true),
    deactivate: async (person) => deactivate(stage, person),
    uninstall: async () => uninstall(stage),

    snapshot,
    messages: (channel) => structuredClone(threadsOf(world.channel(channel))),
    thread(channelId, ts) {
      const channel = world.channel(channelId);
      const root = find(channel, ts);
      return structuredClone(root ? [root, ...repliesTo(channel, ts)] : []);
    },
    ephemerals: (person) => structuredClone(world.ephemerals.get(person) ?? []),
    view: (person) => structuredClone(world.views.get(person)?.at(-1) ?? null),
    home: (person) => structuredClone(world.homes.get(person) ?? null),
    file(id) {
      const file = world.files.get(id);
      return file?.content ? { name: file.name, mimetype: file.mimetype, content: file.content } : null;
    },
    subscribe: (listener) => world.subscribe(listener),
    waitFor: (predicate, timeoutMs = 5000) => waiting.until(world, snapshot, predicate, timeoutMs),

    deliveries: courier.deliveries,
    calls: api.calls,
    replay: (index) => courier.replay(index),
    sign: (body, timestamp = world.now() / 1000) => sign(settings.signingSecret, body, timestamp),
    disconnectSockets: (how = 'refresh_requested', most) => sockets.disconnect(how, most),
    faults,
    async close() {
      waiting.close();
      courier.close();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
