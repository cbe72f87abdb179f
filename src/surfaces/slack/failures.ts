/** Slack's error codes as errors of the house: what happened, and what a person can do about it. */
import { type ErrorCode, SophiaError } from '../../core/error.ts';
import type { Answer, Data, Failure } from './web.ts';

const known: Record<string, [ErrorCode, string, string]> = {
  not_in_channel: ['forbidden', 'I am not in this channel.', 'Invite me with /invite @sophia and try again.'],
  channel_not_found: ['forbidden', 'I cannot see this channel.', 'Invite me with /invite @sophia and try again.'],
  is_archived: ['forbidden', 'This channel is archived.', 'Ask in a channel that is open.'],
  restricted_action: ['forbidden', 'I may not post in this channel.', 'Ask an admin who may post here.'],
  invalid_auth: ['not_configured', 'Slack does not accept the bot token.', 'Copy it anew from “OAuth & Permissions”.'],
  not_authed: ['not_configured', 'There is no Slack bot token.', 'Set SLACK_BOT_TOKEN.'],
  account_inactive: ['not_configured', 'The Slack app was removed.', 'Install it again and set SLACK_BOT_TOKEN.'],
  token_revoked: [
    'not_configured',
    'The Slack bot token was revoked.',
    'Install the app again and set SLACK_BOT_TOKEN.',
  ],
  token_expired: [
    'not_configured',
    'The Slack bot token has expired.',
    'Install the app again and set SLACK_BOT_TOKEN.',
  ],
  message_not_found: ['not_found', 'The message is no longer there.', 'It may have been deleted.'],
  thread_not_found: ['not_found', 'The thread is no longer there.', 'It may have been deleted.'],
  cant_update_message: ['forbidden', 'Slack does not let me change this message.', 'Look at the newer message.'],
  edit_window_closed: [
    'forbidden',
    'Slack does not let me change this message any more.',
    'Look at the newer message.',
  ],
  user_not_found: ['not_found', 'There is no such person in this workspace.', 'Check the name.'],
  users_not_found: ['not_found', 'There is no such person in this workspace.', 'Check the name.'],
  user_not_visible: ['forbidden', 'I may not look this person up.', 'Ask a member of the workspace.'],
};

export function toError(method: string, failure: Failure): SophiaError {
  switch (failure.kind) {
    case 'rate limited':
      return new SophiaError('rate_limited', `Slack asks for a pause (${method}).`, {
        hint: `Try again in ${Math.ceil(failure.retryAfterMs / 1000)} seconds.`,
        retryAfterMs: failure.retryAfterMs,
      });
    case 'never sent':
      return new SophiaError('unavailable', 'Slack cannot be reached.', { cause: failure.cause });
    case 'ambiguous':
      return new SophiaError('timeout', `Slack gave no clear answer (${method}).`, { cause: failure.cause });
    case 'refused':
      return refused(method, failure);
  }
}

function refused(method: string, failure: Extract<Failure, { kind: 'refused' }>): SophiaError {
  const cause = `${method}: ${failure.error}`;
  if (failure.error === 'missing_scope') {
    const scope = failure.needed ? `the scope \`${failure.needed}\`` : 'a scope';
    return new SophiaError('forbidden', `The Slack app lacks ${scope}, which ${method} needs.`, {
      hint: 'Add it under “OAuth & Permissions” (or take manifest.yml as it is) and install the app again.',
      cause,
    });
  }
  const [code, message, hint] = known[failure.error] ?? [
    'internal',
    `Slack refused ${method}: ${failure.error}.`,
    undefined,
  ];
  return new SophiaError(code, message, hint === undefined ? { cause } : { hint, cause });
}

/** The data, or the failure thrown as an error of the house. */
export function wanted(method: string, answer: Answer): Data {
  if (!answer.ok) throw toError(method, answer.failure);
  return answer.data;
}
