/** The approval card in every state, drawn from the plan and the votes; the model's words stand in their own labelled block. */
import type { Approval, Vote } from '../../../core/approval.ts';
import type { Reply } from '../../../core/reply.ts';
import { actions, type Block, button, type Drawn, line, note, plain, plainNote, rich, text } from '../blocks.ts';
import { fitted } from './fit.ts';
import { limits } from './limits.ts';
import { code, cut, shorten, visible } from './literal.ts';
import { firstOf, shownElsewhere } from './loss.ts';
import { channelLink, date, mention, mentions } from './people.ts';
import { planPieces } from './pieces.ts';
import { wholeOf } from './whole.ts';

export const approveAction = 'approval_approve';
export const denyAction = 'approval_deny';
export const planAction = 'approval_plan';
export const editAction = 'approval_edit';

export const stateWords: Record<Approval['state'], string> = {
  pending: 'Approval needed',
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Expired',
  superseded: 'Superseded',
  void: 'Void',
  stopped: 'Stopped',
  consumed: 'Approved and begun',
};

export function renderCard(reply: Extract<Reply, { kind: 'card' }>): Drawn {
  const { approval } = reply;
  const draw = (room: number): Block[] => [
    // The window behind the button shows all of it.
    ...shownElsewhere(() => planPieces(approval.plan, room, 'Press “View full plan” to see everything.')),
    ...taint(approval, room),
    ...glass(approval, room),
    ...modelNote(approval, room),
    ...(reply.note?.trim() ? [plain(reply.note, Math.floor(800 * room) + 100)] : []),
    ...(approval.state === 'pending' ? pending(approval) : decided(approval, room)),
    note(
      [
        `Plan ${code(approval.plan.hash.slice(0, 12), 12)}`,
        `rule ${code(approval.rule.name, 60)}`,
        `asked by ${mention(approval.requester)}`,
        date(approval.createdAt),
      ].join(' · '),
    ),
  ];
  return fitted(`${stateWords[approval.state]}: ${approval.plan.summary}`, draw, () => wholeOf(reply));
}

function taint(approval: Approval, room: number): Block[] {
  if (approval.taint.length === 0) return [];
  const most = Math.max(2, Math.floor(8 * room));
  const sources = firstOf(approval.taint, most).map((each) =>
    shorten(visible(each.source), Math.floor(150 * room) + 30),
  );
  const rest = approval.taint.length > most ? `, and ${approval.taint.length - most} more` : '';
  return [
    rich(
      line(
        text('⚠️ Untrusted text was read before this was asked', { bold: true }),
        text(`, and may have steered it: ${sources.join(', ')}${rest}.`),
      ),
    ),
  ];
}

/** Only the one who asked confirms this one, in the open. */
function glass({ rule }: Approval, room: number): Block[] {
  if (!rule.glass) return [];
  const words = `Break-glass: nobody else approves this. It is posted to ${channelLink(rule.glass.announce)} before it runs, and somebody else reviews it. Reason: `;
  return [note(`🔨 *${words.slice(0, 11)}*${words.slice(11)}`), plain(rule.glass.reason, Math.floor(500 * room) + 60)];
}

function modelNote(approval: Approval, room: number): Block[] {
  if (!approval.modelNote?.trim()) return [];
  const said = shorten(visible(approval.modelNote).trim(), Math.floor(700 * room) + 60);
  return [plain(`The model says (not checked): “${said}”`)];
}

function pending(approval: Approval): Block[] {
  const { rule, votes } = approval;
  const approvals = votes.filter((vote) => vote.verdict === 'approve');
  const destroys = approval.plan.effect === 'destroy';
  const confirm = {
    title: { type: 'plain_text' as const, text: 'Approve this?' },
    text: {
      type: 'plain_text' as const,
      text: shownElsewhere(() => cut(shorten(sure(approval), 280), limits.confirmText)),
    },
    confirm: { type: 'plain_text' as const, text: 'Approve' },
    deny: { type: 'plain_text' as const, text: 'Not now' },
    style: 'danger' as const,
  };
  const who = approvals.length > 0 ? ` (${mentions(approvals.map((vote) => vote.person))})` : '';
  const live = (rule.named ?? []).filter(({ selector }) => /^(group|github):/.test(selector));
  const groups = live.length > 0 ? ` · now in ${live.map(({ selector }) => code(selector, 40)).join(', ')}` : '';
  const backup = rule.backup
    ? [
        `*From* ${date(new Date(Date.parse(approval.createdAt) + rule.backup.afterMs).toISOString())} *also:* ${mentions(rule.backup.named.flatMap((one) => one.people)) || rule.backup.named.map(({ selector }) => code(selector, 40)).join(', ')}`,
      ]
    : [];
  return [
    note(
      `*May approve:* ${mentions(rule.approvers)}${rule.selfApproval ? '' : ', not the one who asked'}${groups}`,
      ...backup,
      `*Votes:* ${approvals.length} of ${rule.quorum}${who} · *expires* ${date(approval.expiresAt)}`,
    ),
    actions(
      button('Approve', approveAction, approval.id, { style: 'primary', ...(destroys ? { confirm } : {}) }),
      button('Deny', denyAction, approval.id, { style: 'danger' }),
      button('View full plan', planAction, approval.id),
      button('Edit', editAction, approval.id),
    ),
  ];
}

function sure(approval: Approval): string {
  return visible(`${approval.plan.summary} This destroys something.`).replaceAll('\n', ' ');
}

function decided(approval: Approval, room: number): Block[] {
  const blocks: Block[] = [note(verdict(approval))];
  const reasons = [approval.stateReason, ...approval.votes.map((vote) => vote.reason)].filter(
    (reason, index, all) => reason?.trim() && all.indexOf(reason) === index,
  );
  for (const reason of firstOf(reasons, 3)) blocks.push(plainNote(`Reason: ${reason}`, Math.floor(1100 * room) + 40));
  return blocks;
}

function verdict(approval: Approval): string {
  const by = (wanted: Vote['verdict']) =>
    approval.votes
      .filter((vote) => vote.verdict === wanted)
      .slice(0, 5)
      .map((vote) => `${mention(vote.person)} ${date(vote.at)}`)
      .join(', ') || 'policy';
  switch (approval.state) {
    case 'approved':
      return `✅ *Approved* by ${by('approve')}. Not carried out yet: the outcome is reported separately.`;
    case 'consumed':
      return `✅ *Approved* by ${by('approve')}. Carrying it out has begun; the outcome is reported separately.`;
    case 'denied':
      return `⛔ *Denied* by ${by('deny')}. Nothing was done.`;
    case 'expired':
      return `⌛ *Expired* ${date(approval.expiresAt)}: not enough votes in time. Nothing was done.`;
    case 'superseded':
      return '↪️ *Superseded*: a newer request took its place. Nothing was done.';
    case 'void':
      return '🚫 *Void*: something this plan rests on changed. Nothing was done.';
    default:
      return '⏹️ *Stopped* by a person. Nothing was done.';
  }
}
