/** What Sophia says, independent of the surface that shows it. Text is Markdown where named so, plain text elsewhere. */
import type { Approval, Rule } from './approval.ts';
import type { Chart } from './chart.ts';
import type { JsonObject } from './json.ts';
import type { Outcome } from './outcome.ts';
import type { PersonId } from './person.ts';
import type { Plan } from './plan.ts';

export type ProgressStep = {
  title: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
  detail?: string;
};
export type Link = { label: string; url: string };
/** A deed one click away: whoever clicks asks for it, through the gate, as if they had typed it. */
export type Button = {
  label: string;
  style?: 'primary' | 'danger';
  action: string;
  input: JsonObject;
  confirm?: string;
};

/** One line of a digest, plain text. */
export type DigestItem = { text: string; detail?: string; link?: string; button?: Button };
export type Table = { columns: string[]; rows: string[][] };
/** `note`: what is left out or could not be read. */
export type DigestSection = { title: string; items: DigestItem[]; chart?: Chart; table?: Table; note?: string };

export type Reply =
  /**
   * `footer`: model, cost, reference, in small print. `feedback`: the answer that people may call good or bad.
   * `people`: whom a mention in it may call; any other is only words.
   */
  | {
      kind: 'words';
      markdown: string;
      people?: PersonId[];
      tone?: 'plain' | 'warning' | 'error';
      links?: Link[];
      footer?: string;
      buttons?: Button[];
      feedback?: string;
    }
  /** The approval in whatever state it is; buttons only while it is pending. */
  | { kind: 'card'; approval: Approval; note?: string }
  /** Several approvals in one message, each in whatever state it is. */
  | { kind: 'approvals'; approvals: Approval[]; note?: string }
  /** `/sophia plan …`: the plan and what policy would say, with nothing to click. */
  | { kind: 'plan'; plan: Plan; ruling: Ruling }
  | { kind: 'progress'; title: string; steps: ProgressStep[]; runId: string; buttons?: Button[] }
  | { kind: 'outcome'; title: string; outcome: Outcome; links?: Link[]; audited?: string; buttons?: Button[] }
  | { kind: 'digest'; title: string; sections: DigestSection[]; footer?: string }
  | ({ kind: 'table'; title: string; footer?: string; people?: PersonId[] } & Table)
  | { kind: 'chart'; title: string; chart: Chart; footer?: string }
  /** `note`: what it is, in Markdown. `base64`: bytes that are no text. */
  | ({ kind: 'file'; title: string; name: string; mime: string; note?: string } & (
      | { text: string }
      | { base64: string }
    ));

/** What policy says of a plan. */
export type Ruling =
  | { verdict: 'allow'; rule: string }
  | { verdict: 'ask'; rule: Rule }
  | { verdict: 'refuse'; rule: string; reason: string };
