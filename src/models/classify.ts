/** Picks a model class from the words alone, in microseconds and without a model. Simple on purpose. */
import type { ModelClass } from '../core/model.ts';

type Sign = { class: ModelClass; weight: number; pattern: RegExp };

const signs: Sign[] = [
  { class: 'coding', weight: 3, pattern: /```|^\s+at \S+ \(.*:\d+:\d+\)|^Traceback \(most recent|^[+-]{3} [ab]\//m },
  { class: 'coding', weight: 2, pattern: /\b[\w/-]+\.(ts|tsx|js|py|go|rs|java|rb|sql|tf|ya?ml|sh)\b/i },
  {
    class: 'coding',
    weight: 2,
    pattern:
      /\b(refactor\w*|implement\w*|debug\w*|stack ?trace|unit tests?|regex|compil\w+|type ?error|null pointer|code review|review (the|this|my) (code|diff|change)|write (a|the|some) (function|test|script|query|migration))\b/i,
  },
  {
    class: 'coding',
    weight: 1,
    pattern: /\b(bug|function|class|code|script|typescript|python|sql|fail(s|ing|ed)?)\b/i,
  },
  {
    class: 'reasoning',
    weight: 2,
    pattern:
      /\b(root cause|trade-?offs?|pros and cons|step by step|should (we|i)|which (option|approach)|design|architect\w*|strategy|plan (for|how|to|a|the|out)|prove|think (through|hard)|what would happen|post-?mortem|incident)\b/i,
  },
  { class: 'reasoning', weight: 1, pattern: /\b(why|explain|decide|risk\w*|consequences?|safest|best way)\b/i },
  {
    class: 'analysis',
    weight: 2,
    pattern:
      /\b(summari[sz]e\w*|summary|analy[sz]e\w*|analysis|compare\w*|comparison|trends?|report|breakdown|metrics|digest|correlat\w+|per (day|week|month|team|person))\b/i,
  },
  {
    class: 'analysis',
    weight: 1,
    pattern: /\b(how (many|much|often)|what changed|last (week|month|quarter)|over time|average|csv|table)\b/i,
  },
  {
    class: 'speed',
    weight: 2,
    pattern: /^\s*(hi|hello|hey|thanks|thank you|ok|yes|no|ping|help)\b.{0,20}$/i,
  },
  {
    class: 'speed',
    weight: 1,
    pattern: /^\s*(what('s| is| are)|who|when|where|which|show|list|is|are|any|status|merge|deploy|restart)\b/i,
  },
];

/** Longer than this, a text with no other sign is material to work through rather than a quick question. */
const quickCharacters = 280;
/** When two classes weigh the same, the earlier wins. */
const order: ModelClass[] = ['coding', 'reasoning', 'analysis', 'speed'];

export function chooseClass(text: string): ModelClass {
  // The beginning says what is wanted; a log pasted after it may be long.
  const start = text.slice(0, 4_000);
  const weights = new Map<ModelClass, number>([[start.length <= quickCharacters ? 'speed' : 'analysis', 0.5]]);
  for (const sign of signs)
    if (sign.pattern.test(start)) weights.set(sign.class, (weights.get(sign.class) ?? 0) + sign.weight);
  const heaviest = Math.max(...weights.values());
  return order.find((name) => weights.get(name) === heaviest) ?? 'speed';
}
