/** A question to humans about one exact plan, the votes on it, and the port that keeps them. */
import type { LedgerEntry } from './ledger.ts';
import type { TaintSource } from './outcome.ts';
import type { PersonId } from './person.ts';
import type { Plan } from './plan.ts';
import type { MessageRef, ThreadId } from './thread.ts';

export type ApprovalState =
  | 'pending'
  | 'approved'
  | 'denied'
  | 'expired'
  | 'superseded' // the same requester asked anew for the same target
  | 'void' // something moved, or policy grew stricter, between approval and execution
  | 'stopped' // the run was ended by a person
  | 'consumed'; // the single-use grant was spent as execution began

/** Who may decide and how many must; part of the approval, read again at execution. */
export type Rule = {
  /** Name of the policy rule, for people. */
  name: string;
  approvers: PersonId[];
  /** The names they were found by, as the policy writes them; those of groups and rights elsewhere are looked up anew at each vote. */
  named?: { selector: string; people: PersonId[] }[];
  quorum: number;
  selfApproval: boolean;
  expiresInMs: number;
  /** The requester alone confirms, in the open: why, and the channel (`slack:T1:C0OPS`) where all see it. */
  glass?: { reason: string; announce: string };
  /** Approvers are reminded this often. */
  remindEveryMs?: number;
  /** Who may decide as well, once nobody has for so long. */
  backup?: { named: { selector: string; people: PersonId[] }[]; afterMs: number };
};

export type Vote = { person: PersonId; verdict: 'approve' | 'deny'; reason?: string; at: string };

export type Approval = {
  /** Opaque, unguessable; the only thing a button carries. */
  id: string;
  runId: string;
  /** Ordinal of the call within its run, e.g. `2` or `2.1`. */
  call: string;
  requester: PersonId;
  thread: ThreadId;
  plan: Plan;
  rule: Rule;
  /** Untrusted sources in the run's context when it was asked; empty when clean. */
  taint: TaintSource[];
  /** What the model said it wants this for; shown in its own labelled block, never as fact. */
  modelNote?: string;
  state: ApprovalState;
  votes: Vote[];
  /** Why it is denied, void or superseded, for people. */
  stateReason?: string;
  /** The edit that took its place, as a hash. */
  edit?: string;
  /** Grows with every change; every write begins by bumping it. */
  revision: number;
  createdAt: string;
  expiresAt: string;
  /** The posted card, once there is one, and copies told to approvers in private. */
  cards: MessageRef[];
};

/** Who may decide now, and how many must. */
export type Entitled = Pick<Rule, 'approvers' | 'quorum' | 'selfApproval'>;

export type VoteResult =
  | { state: 'counted'; approval: Approval }
  | { state: 'already voted'; approval: Approval }
  | { state: 'too late'; approval: Approval }
  | { state: 'not found' };

/** Each method is one transaction. `now` is ISO 8601. */
export interface Approvals {
  /** Stores a pending approval. The same run and call asked again (a replay) gets the approval that is already there. */
  open(approval: Approval): Promise<Approval>;
  get(id: string): Promise<Approval | null>;
  /** All that this run asked, oldest first. */
  byRun(runId: string): Promise<Approval[]>;
  addCard(id: string, card: MessageRef): Promise<void>;
  /** Every approval that this one message shows, in the order in which they were added. */
  shownBy(card: MessageRef): Promise<Approval[]>;
  /** Messages that do not yet show what is known: the surface was away when it was decided. */
  stale(): Promise<MessageRef[]>;
  /** This message now shows these approvals as they stood at these revisions. */
  drawn(card: MessageRef, shown: Pick<Approval, 'id' | 'revision'>[]): Promise<void>;
  /**
   * Counts one vote per person, and of those only the votes of `entitled`, as looked up just before; reaches `approved` at the quorum, `denied` at the first deny; an overdue row becomes `expired` instead.
   */
  vote(id: string, vote: Vote, entitled?: Entitled): Promise<VoteResult>;
  /** pending or approved → the closing state; null when it was in neither. A newer request takes only the place of one nobody has approved yet. */
  close(
    id: string,
    state: 'expired' | 'superseded' | 'void' | 'stopped',
    reason: string,
    edit?: string,
  ): Promise<Approval | null>;
  /** approved → consumed and the ledger row → started, in one transaction; `spent` when the grant is no longer there. */
  consume(id: string, entry: LedgerEntry): Promise<'started' | 'spent'>;
  /** Those still pending, oldest first; only of one thread or run where that is said. */
  pending(of?: { thread?: ThreadId; runId?: string }): Promise<Approval[]>;
  /** Decided (approved, denied, expired …) but whose run has not taken notice: they are woken again. */
  unnoticed(): Promise<Approval[]>;
  /** The run has read the decision. */
  notice(id: string): Promise<void>;
}
