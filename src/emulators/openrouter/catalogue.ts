/** The answers of GET /models and GET /key: the rehearsal model, and the aliases under which it is asked. */
import { rehearsalModel } from './answers.ts';

const aliases = [
  '~anthropic/claude-opus-latest',
  '~anthropic/claude-sonnet-latest',
  '~anthropic/claude-haiku-latest',
  '~openai/gpt-latest',
  '~openai/gpt-mini-latest',
  '~google/gemini-pro-latest',
  '~google/gemini-flash-latest',
];

/** What a test or a visitor changes of the list: another price, an end, or no place in it at all (null). */
export type Offer = Record<
  string,
  { prompt?: string; completion?: string; expires?: string; tools?: boolean; images?: boolean } | null
>;

export function modelList(created: number, offer: Offer = {}) {
  const ids = [rehearsalModel, ...aliases, ...Object.keys(offer)];
  const offered = [...new Set(ids)].filter((id) => offer[id] !== null);
  const data = offered.map((id) => ({
    id,
    canonical_slug: rehearsalModel,
    name: id === rehearsalModel ? 'SOPHIA rehearsal' : `SOPHIA rehearsal, asked as ${id}`,
    created,
    description: 'Rules on this machine, no language understanding. It stands in for a model in the playground.',
    context_length: 128_000,
    architecture: {
      modality: 'text->text',
      input_modalities: offer[id]?.images ? ['text', 'image'] : ['text'],
      output_modalities: ['text'],
      tokenizer: 'Other',
      instruct_type: null,
    },
    pricing: {
      prompt: offer[id]?.prompt ?? '0',
      completion: offer[id]?.completion ?? '0',
      request: '0',
      image: '0',
    },
    top_provider: { context_length: 128_000, max_completion_tokens: null, is_moderated: false },
    per_request_limits: null,
    supported_parameters: [
      ...(offer[id]?.tools === false ? [] : ['tools', 'tool_choice']),
      ...['max_tokens', 'max_completion_tokens'],
    ],
    default_parameters: null,
    supported_voices: null,
    expiration_date: offer[id]?.expires ?? null,
    links: { details: `/api/v1/models/${id}/endpoints` },
  }));
  return { data, total_count: data.length, links: { next: null } };
}

export function keyInfo(apiKey: string) {
  const nothing = { usage: 0, usage_daily: 0, usage_weekly: 0, usage_monthly: 0 };
  const nothingOfTheirOwn = { byok_usage: 0, byok_usage_daily: 0, byok_usage_weekly: 0, byok_usage_monthly: 0 };
  return {
    data: {
      label: `${apiKey.slice(0, 6)}...${apiKey.slice(-3)}`,
      limit: null,
      limit_remaining: null,
      limit_reset: null,
      include_byok_in_limit: false,
      is_free_tier: false,
      is_management_key: false,
      is_provisioning_key: false,
      creator_user_id: null,
      expires_at: null,
      rate_limit: { requests: -1, interval: '10s', note: 'This field is deprecated and safe to ignore.' },
      ...nothing,
      ...nothingOfTheirOwn,
    },
  };
}
