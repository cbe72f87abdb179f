/** Trigger ids: proof that a person just did something. They open one modal, once, within three seconds. */
import { randomBytes, randomInt } from 'node:crypto';
import type { World } from './state.ts';

type Trigger = { person: string; expires: number; used: boolean; viewId: string | null };

export class Triggers {
  readonly #world: World;
  readonly #issued = new Map<string, Trigger>();

  constructor(world: World) {
    this.#world = world;
  }

  /** `viewId`: the modal in which the person acted, so that another may be pushed on top of it. */
  issue(person: string, viewId: string | null = null): string {
    const id = `${randomInt(1e11, 9e11)}.${randomInt(1e11, 9e11)}.${randomBytes(16).toString('hex')}`;
    const expires = this.#world.now() + this.#world.settings.triggerLifeMs;
    this.#issued.set(id, { person, expires, used: false, viewId });
    return id;
  }

  /** Spends the trigger, or says in Slack's words why it is worth nothing. */
  exchange(id: string): { person: string; viewId: string | null } | { error: string } {
    const trigger = this.#issued.get(id);
    if (!trigger) return { error: 'invalid_trigger_id' };
    if (trigger.used) return { error: 'exchanged_trigger_id' };
    if (this.#world.now() >= trigger.expires) return { error: 'expired_trigger_id' };
    trigger.used = true;
    return { person: trigger.person, viewId: trigger.viewId };
  }
}
