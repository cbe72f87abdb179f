/** Somebody who asks, approves or is told. */

/** Serialised address of a person: `slack:T1:U1`. */
export type PersonId = string;

export type Person = {
  id: PersonId;
  /** Display name; untrusted text, never interpreted. */
  name: string;
  /** Anything but `member` fails closed: guests and people of other workspaces may not act. */
  kind: 'member' | 'guest' | 'external' | 'bot';
  /** IANA name, for times shown to this person. */
  timeZone?: string;
  /** IETF language tag, `pt-BR`. */
  locale?: string;
};
