/** What people's deeds work with, and the parts every interaction payload shares. */
import type { Answer, Courier } from '../deliver.ts';
import type { ResponseUrls } from '../responses.ts';
import type { World } from '../state.ts';
import type { Triggers } from '../triggers.ts';
import type { Interaction, JsonObject } from '../types.ts';

export type Stage = { world: World; courier: Courier; triggers: Triggers; responses: ResponseUrls; origin: string };

export function common({ world }: Stage, person: string): JsonObject {
  const { name, home = world.team.id } = world.person(person);
  return {
    user: { id: person, username: name, name, team_id: home },
    team: { id: world.team.id, domain: world.team.domain },
    api_app_id: world.bot.appId,
    token: world.settings.verificationToken,
    enterprise: null,
    is_enterprise_install: false,
  };
}

/** Slack's word for what went wrong, or null when the app acknowledged. */
export function troubleOf({ status }: Answer): string | null {
  if (status === 'timeout') return 'operation_timeout';
  return typeof status === 'number' && status >= 200 && status < 300 ? null : 'dispatch_failed';
}

export function interactionOf(answer: Answer): Interaction {
  const error = troubleOf(answer);
  return error === null ? { ok: true } : { ok: false, error };
}
