/** Buttons and modals of approvals: acknowledged at once, decided by the Door, answered to the clicker alone. */
import { z } from 'zod';
import type { Log } from '../../core/connector.ts';
import type { Door } from '../../core/door.ts';
import { toSophiaError } from '../../core/error.ts';
import { formatThreadId, type MessageRef } from '../../core/thread.ts';
import { type Modal, plain } from './blocks.ts';
import type { App } from './bolt.ts';
import type { EditWindow } from './edits.ts';
import type { Press } from './presses.ts';
import type { Place, PrivateAnswer } from './private-answer.ts';
import type { Self } from './receive.ts';
import { approveAction, denyAction, editAction, planAction } from './render/card.ts';
import { deedAction } from './render/deeds.ts';
import { feedbackAction, feedbackModal, readFeedback } from './render/feedback.ts';
import { pageActions, renderFullPlan } from './render/full-plan.ts';
import { everyString, type Redact, render } from './render/index.ts';
import type { Call } from './web.ts';

const user = z.object({ id: z.string(), team_id: z.string().nullish() });
const team = z.object({ id: z.string() }).nullish();
const clicked = z.object({
  user,
  team,
  trigger_id: z.string().default(''),
  response_url: z.string().optional(),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string(), thread_ts: z.string().optional() }).optional(),
  view: z.object({ id: z.string(), private_metadata: z.string() }).optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.unknown().optional(),
        text: z.object({ text: z.string() }).optional(),
        action_ts: z
          .string()
          .regex(/^\d{1,12}(\.\d{1,9})?$/)
          .optional()
          .catch(undefined),
      }),
    )
    .min(1),
});
type Clicked = z.infer<typeof clicked>;
const submitted = z.object({
  user,
  team,
  view: z.object({
    private_metadata: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().nullish() }))) }),
  }),
});
const known = new Set([approveAction, denyAction, planAction, editAction, ...Object.values(pageActions)]);
/** What an approval id can look like; anything else was not put there by us. */
const approvalId = z.string().regex(/^[\w.:-]{1,200}$/);

export function registerClicks(options: {
  app: App;
  door: Door;
  call: Call;
  answer: PrivateAnswer;
  press: (press: Press) => Promise<string>;
  edit: EditWindow;
  self: Self;
  redact: Redact;
  log: Log;
}): void {
  const { app, door, call, answer, press, edit, self, redact, log } = options;
  const words = (said: string) => {
    const [first] = render({ kind: 'words', markdown: said }, redact).messages;
    return first ?? { text: said, blocks: [plain(said)] };
  };
  const place = (click: Clicked) => ({
    user: click.user.id,
    responseUrl: click.response_url,
    channel: click.channel?.id,
    root: click.message?.thread_ts ?? click.message?.ts,
  });

  /** A failure is told once, then left to the inbox, which tries again. */
  async function telling<T>(
    attempt: number,
    tell: (said: string) => Promise<void>,
    deed: () => Promise<T>,
  ): Promise<T> {
    try {
      return await deed();
    } catch (error) {
      if (attempt === 0) await tell(`I could not do that just now: ${toSophiaError(error).message} I am trying again.`);
      throw error;
    }
  }

  /** The message that carries the button; in a window there is none. */
  function cardOf({ channel, message }: Clicked): MessageRef | null {
    if (!channel || !message) return null;
    const root = message.thread_ts ?? message.ts;
    return { thread: formatThreadId({ surface: 'slack', team: self.team, channel: channel.id, root }), id: message.ts };
  }

  async function open(click: Clicked, view: Modal): Promise<void> {
    const shown = await call('views.open', { trigger_id: click.trigger_id, view: everyString(view, redact) });
    if (shown.ok) return;
    log.warn({ failure: shown.failure.kind }, 'A window could not be opened.');
    await answer(place(click), words('I was too slow to open that window. Please click again.'));
  }

  async function showPlan(click: Clicked, id: string, attempt: number): Promise<void> {
    const tell = (said: string) => answer(place(click), words(said));
    const approval = await telling(attempt, tell, () => door.approval(id, personOf(click)));
    if (!approval) return tell('There is no such plan any more, or you may not see it.');
    const at = pageOf(click.view?.private_metadata);
    const turned = { [pageActions.next]: at + 1, [pageActions.previous]: at - 1 }[click.actions[0]?.action_id ?? ''];
    const view = renderFullPlan(everyString(approval, redact), turned ?? 0);
    if (!click.view) return open(click, view);
    await call('views.update', { view_id: click.view.id, view: everyString(view, redact) });
  }

  async function pressed(click: Clicked, attempt: number): Promise<void> {
    const [action] = click.actions;
    const { channel, message } = click;
    if (!action) return;
    const tell = (said: string) => answer(place(click), words(said));
    const asked = () =>
      press({
        user: click.user.id,
        team: click.user.team_id ?? click.team?.id,
        place:
          channel && message
            ? { channel: channel.id, message: message.ts, root: message.thread_ts ?? message.ts }
            : null,
        actionId: action.action_id,
        value: action.value,
        label: action.text?.text ?? 'a button',
        at: action.action_ts,
        responseUrl: click.response_url,
      });
    await tell(await telling(attempt, tell, asked));
  }

  /** What was wrong is asked for, but the thumb counts without it. */
  async function judged(click: Clicked, attempt: number): Promise<void> {
    const said = readFeedback(click.actions[0]?.value);
    const tell = (told: string) => answer(place(click), words(told));
    if (!said) return tell('This button carries nothing I know. Nothing was noted.');
    const opinion = { run: said.answer, person: personOf(click), good: said.good };
    const thanks = await telling(attempt, tell, () => door.judge(opinion));
    if (said.good || attempt > 0) return tell(thanks);
    await open(click, feedbackModal(said.answer));
  }

  app.view(feedbackAction, async ({ ack, body }) => {
    await ack();
    const submission = submitted.parse(body);
    const note = submission.view.state.values.note?.note?.value?.trim();
    if (!note) return;
    await door.judge({ run: submission.view.private_metadata, person: personOf(submission), good: false, note });
  });

  app.action(/.*/, async ({ ack, body, context }) => {
    await ack();
    const parsed = clicked.safeParse(body);
    if (!parsed.success) return log.warn({ problem: parsed.error.message }, 'A click could not be read.');
    const click = parsed.data;
    const [action] = click.actions;
    if (action?.action_id.startsWith(deedAction)) return pressed(click, Number(context.attempt ?? 0));
    if (action?.action_id === feedbackAction) return judged(click, Number(context.attempt ?? 0));
    if (!action?.action_id.startsWith('approval_')) return;
    const id = approvalId.safeParse(action.value);
    if (!id.success) return answer(place(click), words('This button carries no approval I know. Nothing was counted.'));
    const attempt = Number(context.attempt ?? 0);
    if (!known.has(action.action_id)) return answer(place(click), words('I do not know this button.'));
    const card = cardOf(click);
    const tell = (said: string) => answer(place(click), words(said));
    if (card && !(await telling(attempt, tell, () => door.shows(card, id.data))))
      return tell('This button belongs to another request than the one its message shows. Nothing was counted.');
    if (action.action_id === denyAction) return open(click, denyModal(id.data, place(click)));
    if (action.action_id === editAction) {
      const form = await telling(attempt, tell, () => edit(id.data, personOf(click)));
      return form.state === 'open' ? open(click, form.view) : tell(form.words);
    }
    if (action.action_id !== approveAction) return showPlan(click, id.data, attempt);
    const choice = { approvalId: id.data, person: personOf(click), verdict: 'approve' as const };
    const decision = await telling(attempt, tell, () => door.decide(choice));
    await tell(decision.words);
  });

  app.view('approval_deny', async ({ ack, body, context }) => {
    const submission = submitted.parse(body);
    const reason = submission.view.state.values.reason?.reason?.value?.trim() ?? '';
    if (reason === '') {
      await ack({ response_action: 'errors', errors: { reason: 'Say why, in a few words.' } });
      return;
    }
    await ack();
    const { approvalId, channel, root } = asked(submission.view.private_metadata);
    const tell = (said: string) => answer({ user: submission.user.id, channel, root }, words(said));
    const choice = { approvalId, person: personOf(submission), verdict: 'deny' as const, reason };
    const decision = await telling(Number(context.attempt ?? 0), tell, () => door.decide(choice));
    await tell(decision.words);
  });
}

export function personOf(body: { user: z.infer<typeof user>; team?: z.infer<typeof team> }): string {
  return `slack:${body.user.team_id ?? body.team?.id ?? '?'}:${body.user.id}`;
}

function pageOf(metadata: string | undefined): number {
  try {
    const page: unknown = (JSON.parse(metadata ?? '{}') as { page?: unknown }).page;
    return typeof page === 'number' ? page : 0;
  } catch {
    return 0;
  }
}

const askedThere = z.object({ approvalId: z.string(), channel: z.string().optional(), root: z.string().optional() });
/** What a window was opened for, and where: its sender is answered there. */
function asked(metadata: string): z.infer<typeof askedThere> {
  try {
    return askedThere.parse(JSON.parse(metadata));
  } catch {
    return { approvalId: metadata };
  }
}

function denyModal(approvalId: string, { channel, root }: Pick<Place, 'channel' | 'root'>): Modal {
  return {
    type: 'modal',
    callback_id: 'approval_deny',
    private_metadata: JSON.stringify({ approvalId, channel, root }),
    title: { type: 'plain_text', text: 'Deny' },
    submit: { type: 'plain_text', text: 'Deny' },
    close: { type: 'plain_text', text: 'Back' },
    blocks: [
      {
        type: 'input',
        block_id: 'reason',
        label: { type: 'plain_text', text: 'Why not?' },
        hint: {
          type: 'plain_text',
          text: 'The one who asked will read this. The same plan is not asked again in that run.',
        },
        element: { type: 'plain_text_input', action_id: 'reason', multiline: true, max_length: 1000 },
      },
    ],
  };
}
