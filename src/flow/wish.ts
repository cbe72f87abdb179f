/** Reads which model somebody wants for one question: `using opus: why did the deploy fail?`. */

export type Wish = { model: string | null; question: string };

const spoken = /^using\s+([\w~./:-]+(?:[ ][\w.-]+){0,2})\s*:\s+(\S[\s\S]*)$/i;

export function readWish(text: string): Wish {
  const [, model, question] = spoken.exec(text.trim()) ?? [];
  return model && question ? { model, question } : { model: null, question: text };
}
