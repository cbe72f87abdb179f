/** Picks a model class from the words alone, in microseconds and without a model, by weights learned beforehand. */
import type { ModelClass } from '../core/model.ts';
import { featuresOf } from './features.ts';
import learned from './weights.json' with { type: 'json' };

export type Classified = { class: ModelClass /** 0 to 1. */; confidence: number };

/** Longer than this, a text that says nothing clearly is material to work through rather than a quick question. */
const quickCharacters = 280;
const leastOfLong = 0.6;

const classes = learned.classes as ModelClass[];
const weights = learned.weights.map((row) => new Int8Array(Buffer.from(row, 'base64')));

export function classify(text: string): Classified {
  const features = featuresOf(text);
  const scores = weights.map((row, index) => {
    let sum = 0;
    for (const at of features) sum += row[at] ?? 0;
    return sum * learned.scale + (learned.bias[index] ?? 0);
  });
  const highest = Math.max(...scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - highest), 0);
  const named = classes[scores.indexOf(highest)] ?? 'speed';
  const confidence = 1 / total;
  const long = text.length > quickCharacters;
  return { class: long && confidence < leastOfLong ? 'analysis' : named, confidence };
}

export function chooseClass(text: string): ModelClass {
  return classify(text).class;
}
