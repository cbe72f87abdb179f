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
export type Offer = Record<string, Offered | null>;
type Offered = {
  prompt?: string;
  completion?: string;
  expires?: string;
  tools?: boolean;
  structured?: boolean;
  images?: boolean;
  /** The model that an alias stands for. */
  target?: string;
  /** Some provider of it keeps nothing. Default: yes. */
  keepsNothing?: boolean;
  /** Artificial Analysis' indices. */
  index?: { intelligence: number; coding: number; agentic: number };
  /** Who serves it; one provider like the model itself, unless said otherwise. */
  endpoints?: OfferedEndpoint[];
};
type OfferedEndpoint = {
  tools?: boolean;
  prompt?: string;
  completion?: string;
  context?: number;
  /** Percent. */
  uptime?: number;
  /** Until the first word, in milliseconds. */
  latency?: number;
};

export function modelList(created: number, offer: Offer = {}, onlySilent = false) {
  const ids = [rehearsalModel, ...aliases, ...Object.keys(offer)];
  const offered = [...new Set(ids)].filter(
    (id) => offer[id] !== null && !(onlySilent && offer[id]?.keepsNothing === false),
  );
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
      ...(offer[id]?.structured === false ? [] : ['response_format', 'structured_outputs']),
      ...['max_tokens', 'max_completion_tokens'],
    ],
    default_parameters: null,
    supported_voices: null,
    expiration_date: offer[id]?.expires ?? null,
    ...(offer[id]?.target ? { alias_target: { slug: offer[id]?.target, name: offer[id]?.target } } : {}),
    ...(offer[id]?.index ? { benchmarks: { artificial_analysis: indices(offer[id]?.index), design_arena: [] } } : {}),
    links: { details: `/api/v1/models/${id}/endpoints` },
  }));
  return { data, total_count: data.length, links: { next: null } };
}

function indices(index: Offered['index']) {
  const { intelligence = null, coding = null, agentic = null } = index ?? {};
  return { intelligence_index: intelligence, coding_index: coding, agentic_index: agentic };
}

/** Who serves a model; null when there is none of that name. Times are told to those with a key alone. */
export function endpointList(id: string, created: number, offer: Offer, withTimes: boolean) {
  const model = modelList(created, offer).data.find((one) => one.id === id);
  if (!model) return null;
  const { name, description, architecture, pricing, supported_parameters: supported } = model;
  const percentiles = (p50: number) => (withTimes ? { p50, p75: p50 * 1.3, p90: p50 * 1.9, p99: p50 * 3.4 } : null);
  const endpoints = (offer[id]?.endpoints ?? [{}]).map((one, index) => ({
    name: `Rehearsal ${index + 1} | ${id}`,
    model_id: id,
    model_name: name,
    context_length: one.context ?? 128_000,
    pricing: { prompt: one.prompt ?? pricing.prompt, completion: one.completion ?? pricing.completion },
    provider_name: 'FakeProvider',
    tag: `rehearsal-${index + 1}`,
    quantization: null,
    max_completion_tokens: null,
    max_prompt_tokens: null,
    supported_parameters: supported.filter((parameter) => one.tools !== false || !parameter.startsWith('tool')),
    uptime_last_5m: one.uptime ?? 100,
    uptime_last_30m: one.uptime ?? 100,
    uptime_last_1d: one.uptime ?? 100,
    supports_implicit_caching: false,
    latency_last_30m: percentiles(one.latency ?? 400),
    throughput_last_30m: percentiles(80),
    status: 0,
  }));
  return { data: { id, name, created, description, architecture, endpoints } };
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
