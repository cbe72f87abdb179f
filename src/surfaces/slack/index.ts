/** Sophia on Slack: Bolt over HTTP or Socket Mode, an inbox before every acknowledgement, and the Surface port. */
import type { ConnectorHealth, Log } from '../../core/connector.ts';
import type { Door } from '../../core/door.ts';
import { SophiaError, toSophiaError } from '../../core/error.ts';
import type { Inbox } from '../../core/inbox.ts';
import type { Sends } from '../../core/sends.ts';
import type { Surface } from '../../core/surface.ts';
import { createBolt } from './bolt.ts';
import { registerClicks } from './clicks.ts';
import { registerCommandForms } from './command-forms.ts';
import { registerEdits } from './edits.ts';
import { wanted } from './failures.ts';
import { createFetchFile } from './files.ts';
import { isTalkOfTwo } from './history.ts';
import { registerHome } from './home.ts';
import { limited } from './limiter.ts';
import { type Listening, registerListening } from './listen.ts';
import { createLive } from './live.ts';
import { createLiveRecords } from './live-record.ts';
import { createNames } from './names.ts';
import { createPeople } from './people.ts';
import { createPlaces } from './places.ts';
import { createPresses } from './presses.ts';
import { createPrivateAnswer } from './private-answer.ts';
import { registerMessages, type Self } from './receive.ts';
import { repairing } from './render/repair.ts';
import { createReplies } from './replies.ts';
import { createRespond } from './respond.ts';
import { createSend } from './send.ts';
import { close, createHttpServer, listen, requestPath, type WebhookReceiver } from './server.ts';
import { registerShortcuts } from './shortcuts.ts';
import { createStatus } from './status.ts';
import { createSurface } from './surface.ts';
import { createUpdate } from './updates.ts';
import { createUpload } from './upload.ts';
import { type Call, createWeb, type Pause, repeatable } from './web.ts';

export type SlackOptions = {
  botToken: string;
  /** Over HTTP: proves that a request is Slack's. */
  signingSecret?: string;
  /** Turns Socket Mode on. */
  appToken?: string;
  /** Of the Web API, for tests and the playground. */
  apiUrl?: string;
  port: number;
  host: string;
  inbox: Inbox;
  sends: Sends;
  log: Log;
  redact: (text: string) => string;
  /** How many of the last characters of a growing text may be the beginning of a secret; none unless given. */
  hold?: (text: string) => number;
  now: () => Date;
  /** What other systems tell, at paths of their own. */
  webhooks?: WebhookReceiver;
  health?: { ready(): Promise<boolean> };
  /** Prometheus text, served at /metrics. */
  metrics?: () => Promise<string>;
  /** Where what is remembered follows what happens in Slack; left out, nothing does. */
  listening?: Listening;
  /** How to wait; tests need not. */
  pause?: Pause;
};

export type SlackSurface = {
  surface: Surface;
  /** The workspace's id: short ids of people (`U0ALICE`) belong to it. */
  team: string;
  /** `url` is the request URL Slack is to call, null in Socket Mode; `port` serves the health checks in both. */
  start(door: Door): Promise<{ url: string | null; port: number | null }>;
  /** Handles what was open when the process last died; to be called once after `start`. */
  replay(): Promise<void>;
  stop(): Promise<void>;
};

/** Asks Slack who we are; throws when the token is not accepted. */
export async function createSlack(options: SlackOptions): Promise<SlackSurface> {
  const { botToken, signingSecret, appToken, apiUrl, inbox, sends, log, redact, now } = options;
  if (!appToken && !signingSecret)
    throw new SophiaError('not_configured', 'Slack over HTTP needs SLACK_SIGNING_SECRET.', {
      hint: 'Copy it from “Basic Information”, or set SLACK_APP_TOKEN for Socket Mode.',
    });
  const pause = options.pause ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));
  const web = repairing(createWeb({ botToken, apiUrl, log }), log);
  const call = limited(web, { pause, now });
  const self = await whoAmI(call, pause);

  const bolt = createBolt({
    botToken,
    botId: self.botId,
    botUserId: self.userId,
    signingSecret,
    appToken,
    apiUrl,
    inbox,
    log,
    now,
  });
  const people = createPeople({ call, team: self.team, now, pause });
  const names = createNames({ call, people, now, pause });
  const places = createPlaces({ call, team: self.team, now, pause, people });
  const respond = createRespond(log);
  const answer = createPrivateAnswer({ call, places, respond, log });
  const send = createSend({ call, sends, pause, log });
  const update = createUpdate(call, pause);
  const upload = createUpload({ call, sends, pause, apiUrl });
  const status = createStatus(web, log);
  const hold = options.hold ?? (() => 0);
  const replies = createReplies({ team: self.team, send, update, upload, answer, people, places, redact, log });
  const records = createLiveRecords({ call: web, botId: self.botId, sends, pause });
  const live = createLive({ call: web, sends, records, send, replies, pause, redact, hold, now, log });
  const surface = createSurface({
    self,
    call,
    pause,
    send,
    replies,
    fetchFile: createFetchFile({ botToken, apiUrl }),
    people,
    names,
    places,
    respond,
    status,
    live,
    redact,
  });

  let started = false;
  const server = createHttpServer({
    now,
    log,
    metrics: options.metrics,
    slack: bolt.requestListener ?? undefined,
    webhooks: options.webhooks,
    ready: async () => started && bolt.connected() && ((await options.health?.ready()) ?? true),
  });

  return {
    surface,
    team: self.team,
    async start(door) {
      const window = registerCommandForms({ app: bolt.app, door, call: web, places, self, redact, now });
      registerMessages({
        app: bolt.app,
        door,
        self,
        places,
        answer,
        talk: (thread, person) => isTalkOfTwo({ call, pause, bot: self }, thread, person),
        window,
        now,
        log,
      });
      if (options.listening) registerListening({ app: bolt.app, listening: options.listening, self, places, people });
      // Interactions must be answered within seconds: they use the impatient client.
      const edit = registerEdits({ app: bolt.app, door, answer, redact });
      const press = createPresses({ door, places, self, now });
      registerClicks({ app: bolt.app, door, call: web, answer, press, edit, self, redact, log });
      registerShortcuts({ app: bolt.app, door, call: web, places, answer, self, now, log });
      registerHome({ app: bolt.app, door, call: web, self, redact, log });
      const port = await listen(server, options.port, options.host);
      await bolt.connect();
      started = true;
      const host = options.host.includes(':') ? `[${options.host}]` : options.host;
      return { url: appToken ? null : `http://${host}:${port}${requestPath}`, port };
    },
    replay: () => bolt.intake.replay(),
    async stop() {
      const wasStarted = started;
      started = false;
      if (wasStarted) await bolt.disconnect();
      const closed = close(server);
      await bolt.intake.stop();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** For doctor: asks Slack who the token is. */
export async function checkSlack(options: Pick<SlackOptions, 'botToken' | 'apiUrl' | 'log'>): Promise<ConnectorHealth> {
  try {
    const call = createWeb({ botToken: options.botToken, apiUrl: options.apiUrl, log: options.log });
    const { team, userId } = await whoAmI(call, () => Promise.resolve());
    return { state: 'ok', can: `speak as ${userId} in workspace ${team}` };
  } catch (error) {
    const { message, hint } = toSophiaError(error);
    return { state: 'failing', problem: message, hint: hint ?? 'Check SLACK_BOT_TOKEN.' };
  }
}

async function whoAmI(call: Call, pause: Pause): Promise<Self> {
  const data = wanted('auth.test', await repeatable(call, 'auth.test', {}, pause));
  const { team_id: team, user_id: userId, bot_id: botId } = data;
  if (typeof team !== 'string' || typeof userId !== 'string' || typeof botId !== 'string')
    throw new SophiaError('not_configured', 'SLACK_BOT_TOKEN is not a bot token.', {
      hint: 'Use the one that starts with xoxb-, from “OAuth & Permissions”.',
    });
  return { team, userId, botId };
}
