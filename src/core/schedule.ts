/** A digest that comes by itself: what, where, when, and for whom. */

export type Schedule = {
  /** What people say: `S3`. */
  id: string;
  /** Name of the digest's template. */
  template: string;
  surface: string;
  /** `slack:T1:C1`, where it is posted, and the ACL token of who reads there. */
  channel: string;
  audience: string;
  /** Five cron fields, read in `zone` (IANA). */
  pattern: string;
  zone: string;
  /** The pattern in words. */
  said: string;
  /** Local days on which it does not come: `2026-12-25`. */
  holidays: string[];
  by: string;
  paused: boolean;
  createdAt: string;
  /** The last moment that was seen to, also by resting, ISO 8601; that of its making until then. */
  lastAt: string;
  /** Until when its readers have been told. */
  toldAt: string;
};

export interface Schedules {
  /** Gives it its id. The same `onceKey` again returns the schedule that is there. */
  add(schedule: Omit<Schedule, 'id' | 'lastAt' | 'toldAt' | 'paused'>, onceKey: string): Promise<Schedule>;
  get(id: string): Promise<Schedule | null>;
  list(filter?: { channel?: string }): Promise<Schedule[]>;
  pause(id: string, paused: boolean): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  /** Moves `lastAt` on, and `toldAt` with it when it came; only from the value the caller saw: of two replicas one wins. */
  advance(id: string, from: string, to: string, came: boolean): Promise<boolean>;
}
