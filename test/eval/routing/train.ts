/** `npm run eval -- routing train`: trains the classifier on sentences made here, and writes its weights. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { featureCount, featuresOf } from '../../../src/models/features.ts';
import { createRandom, pickOne, shuffled } from './chance.ts';
import { phrases } from './phrases.ts';
import { slots } from './slots.ts';
import { code, story } from './texts.ts';

const copies = 60;
const rounds = 12;
const learning = 0.15;
const keep = 2e-6;
const leftOut = 0.5;
const before = ['', '', '', 'hey, ', 'please ', 'can you ', 'sophia, ', 'hi! ', 'quick one: ', 'so, '];
const after = ['', '', '', '', ' please', ' thanks', ' asap', '?', '.', '!'];

type Sample = { features: number[]; label: number };

/** The same weights from the same sentences: all chance is seeded. */
function train(seed = 7) {
  const random = createRandom(seed);
  const classes = Object.keys(phrases).toSorted();
  const samples = classes.flatMap((name, label) => {
    const lines = phrases[name as keyof typeof phrases];
    // As many of each class, however many sentences were thought of.
    const times = Math.round((copies * 50) / lines.length);
    return lines.flatMap((line) =>
      Array.from({ length: times }, (): Sample => ({ features: featuresOf(said(line, random)), label })),
    );
  });
  const weights = classes.map(() => new Float64Array(featureCount));
  const bias = new Float64Array(classes.length);
  const seen = classes.map(() => new Float64Array(featureCount).fill(1));
  for (let round = 0; round < rounds; round++)
    for (const { features: all, label } of shuffled(samples, random)) {
      // Some are left out each time, so that no class hangs on a few words of ours.
      const features = all.filter(() => random() > leftOut);
      const scores = weights.map((row, index) => features.reduce((sum, at) => sum + (row[at] ?? 0), bias[index] ?? 0));
      const highest = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - highest));
      const total = powers.reduce((sum, power) => sum + power, 0);
      for (const [index, power] of powers.entries()) {
        const slope = power / total - (index === label ? 1 : 0);
        const [row, sum] = [weights[index], seen[index]];
        if (!row || !sum) continue;
        bias[index] = (bias[index] ?? 0) - 0.01 * slope;
        for (const at of features) {
          const full = slope + keep * samples.length * (row[at] ?? 0);
          sum[at] = (sum[at] ?? 1) + full * full;
          row[at] = (row[at] ?? 0) - (learning * full) / Math.sqrt(sum[at] ?? 1);
        }
      }
    }
  return { classes, weights, bias };
}

/** A byte for each weight: a hundredth of the largest makes no difference to a class. */
export function trainedWeights(): string {
  const { classes, weights, bias } = train();
  const largest = Math.max(...weights.map((row) => row.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
  const scale = Number((largest / 127).toPrecision(6));
  const rows = weights.map((row) =>
    Buffer.from(Int8Array.from(row, (value) => Math.round(value / scale)).buffer).toString('base64'),
  );
  const rounded = [...bias].map((value) => Math.round(value * 1e4) / 1e4);
  return `${JSON.stringify({ classes, scale, bias: rounded, weights: rows }, null, 2)}\n`;
}

export function writeWeights(): string {
  const path = fileURLToPath(new URL('../../../src/models/weights.json', import.meta.url));
  writeFileSync(path, trainedWeights());
  return path;
}

function said(line: string, random: () => number): string {
  const filled = line.replace(/\{([a-z]+\d?)\}/g, (whole, name: string) => {
    if (name === 'story') return story(random);
    if (name === 'code') return code(random);
    const words = slots[name];
    return words ? pickOne(words, random) : whole;
  });
  let text = filled;
  if (random() < 0.4) text = pickOne(before, random) + text + pickOne(after, random);
  if (random() < 0.15) text = text.toLowerCase();
  if (random() < 0.15) text = text.charAt(0).toUpperCase() + text.slice(1);
  // A typing mistake: two letters change places.
  if (random() < 0.1 && text.length > 8) {
    const at = Math.floor(random() * (text.length - 2));
    text = text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2);
  }
  return text;
}
