/** Which models serve which class: data, overridable by SOPHIA_MODEL_*, and the most that one may cost. */
import { type ModelClass, modelClasses } from '../core/model.ts';

/** Per class the models to try, best first; those of `fallback` follow every other class. */
export type ModelClasses = Record<ModelClass, string[]>;
/** Dollars per million tokens; a dearer endpoint is not used. */
export type MaxPrice = { prompt: number; completion: number };

/** `~author/family-latest` always means the family's newest model: a fixed id is dead within months. Checked in OpenRouter's list of July 2026. */
export const defaultClasses: ModelClasses = {
  reasoning: ['~anthropic/claude-opus-latest'],
  coding: ['~anthropic/claude-sonnet-latest'],
  speed: ['~openai/gpt-mini-latest'],
  analysis: ['~openai/gpt-latest'],
  tools: ['~anthropic/claude-sonnet-latest'],
  fallback: ['~google/gemini-flash-latest', '~anthropic/claude-haiku-latest'],
};

export const defaultMaxPrice: MaxPrice = { prompt: 15, completion: 75 };

/** `15/75`: dollars per million tokens in and out. */
export function parseMaxPrice(text: string | undefined): MaxPrice {
  const [prompt, completion] = (text ?? '').split('/').map(Number);
  return prompt && completion ? { prompt, completion } : defaultMaxPrice;
}

/** How long one model may take for its whole answer, in milliseconds. */
export const defaultPatienceMs: Record<ModelClass, number> = {
  speed: 30_000,
  fallback: 60_000,
  coding: 90_000,
  tools: 60_000,
  analysis: 90_000,
  reasoning: 150_000,
};

/**
 * `overrides` are the values of SOPHIA_MODEL_*: one id, or several with commas between them. The defaults are
 * OpenRouter's names, so another server starts from none: there, classes that are not named use `fallback`.
 */
export function chooseClasses(
  baseUrl: string,
  overrides: Partial<Record<ModelClass, string | undefined>> = {},
): ModelClasses {
  const start = isOpenRouter(baseUrl) ? defaultClasses : null;
  const chosen = modelClasses.map((name) => {
    const ids = (overrides[name] ?? '').split(',').map((id) => id.trim());
    const named = ids.filter((id) => id !== '');
    return [name, named.length > 0 ? named : (start?.[name] ?? [])] as const;
  });
  return Object.fromEntries(chosen) as ModelClasses;
}

/**
 * OpenRouter itself, or a stand-in for it on this machine under the same path. Everything else is a plain
 * OpenAI-compatible server (Ollama, vLLM, a gateway) and gets no fields of OpenRouter's own.
 */
export function isOpenRouter(baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) return false;
  const { hostname, pathname } = new URL(baseUrl);
  if (hostname === 'openrouter.ai' || hostname.endsWith('.openrouter.ai')) return true;
  const loopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return loopback && pathname.replace(/\/$/, '') === '/api/v1';
}
