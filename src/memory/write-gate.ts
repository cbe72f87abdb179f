/** Judges what a model or a summary wants remembered: repeats, chatter, secrets and orders to her are not kept. */
import type { Rejection } from '../core/facts.ts';
import { withoutSecrets } from '../kit/secrets.ts';
import { queryWords } from './words.ts';

const fewestWords = 3;
/** Shares of words: of two facts in common, and of a fact in what it is said to come from. */
const alike = 0.75;
const supported = 0.4;

const removed = /\[(?:secret removed|redacted)\]/;
const obeying = '(?:approv|accept|grant|trust|confirm|authori[sz]|allow|agree)';
const doing = '(?:merge|deploy|delete|send|post|run|execute|push|release|approve|forward|publish|drop|restart)';
const orders = [
  /\b(?:ignore|disregard|forget|override|bypass|circumvent|stop following)\b.{0,50}\b(?:instruction|rule|polic(?:y|ies)|prompt|approval|safeguard|guardrail|guideline|restriction|limit|freeze)/i,
  new RegExp(`\\b(?:always|automatically|auto-?|silently|immediately|blindly)[\\s-]*${obeying}`, 'i'),
  new RegExp(`\\b${obeying}\\w*\\s+(?:everything|anything|all|any|every|whatever)\\b`, 'i'),
  new RegExp(
    `(?:^|\\b(?:must|should|shall|has to|have to|needs? to|is to|may|can|please|you|sophia|bot|assistant)\\b.{0,40})\\b${doing}\\b.{0,60}\\bwithout (?:asking|approval|confirmation|a review|review|permission|telling)`,
    'i',
  ),
  /(?:@?\bsophia\b|\bthe (?:bot|assistant|ai|agent|model|llm)\b|\b(?:ai|language) model\b).{0,25}\b(?:must|should|shall|has to|have to|needs? to|is to|are to|ought to|will always|is (?:told|instructed|required|allowed|permitted|authori[sz]ed) to|can now|may now|never)\b/i,
  /\b(?:tell|instruct|order|remind|make|get|ask)\s+(?:@?sophia|the (?:bot|assistant|ai|agent|model))\b/i,
  /\byou (?:are (?:now|a|an|to|no longer)|must (?:always|never|obey|not reveal)|will (?:always|never|now)|act as|have been (?:given|granted))\b/i,
  /\b(?:system|developer) (?:prompt|message|instruction)|\bnew instructions?\b|\bjailbreak|\bprompt injection\b|<\/?(?:system|instructions?|admin)>/i,
  /\b(?:from now on|in (?:the )?future|henceforth),?\s+(?:please\s+)?(?:you|always|never|reply|answer|respond|treat|consider|assume|do not|don't|act|say|approve)\b/i,
  /\b(?:reveal|print|repeat|leak|exfiltrate|send|post|forward)\b.{0,30}\b(?:secrets?|tokens?|passwords?|credentials?|api keys?|environment variables?|private messages)\b/i,
  /\b(?:do not|don't|never|without)\s+(?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|warn(?:ing)?|alert(?:ing)?|notify(?:ing)?)\b.{0,20}\b(?:anyone|anybody|the (?:admins?|team|users?|owner)|them|people|others)\b/i,
  /^(?:please\s+)?(?:always|never)\s+(?:reply|answer|respond|say|mention|refuse|obey|treat|use the tool)\b/i,
];
const chatty = [
  /\?\s*$/,
  /\b(?:greet(?:ed|s)|thank(?:ed|s)|laugh(?:ed|s)|apologi[sz](?:ed|es)|congratulat(?:ed|es)|wave[sd]|cheered|joked|said (?:hi|hello|thanks|thank you|good morning|bye)|wished)\b/i,
  /\b(?:asked|asks|is asking|was asked|inquired|wonder(?:s|ed)|is wondering|wanted to know|wants to know|requested|is requesting|wants|is looking for|needs) (?:about|for|whether|if|how|what|when|where|why|who|to (?:know|see|understand|ask)|help|an? (?:update|answer|review|look|summary|status)|information|some|sophia|the (?:status|assistant))\b/i,
  /\b(?:acknowledged|agreed|replied|responded|reacted|confirmed receipt|said (?:ok|okay|yes|no|sure)|had a (?:conversation|discussion|chat)|participat(?:ed|es) in|the (?:conversation|discussion|thread|message|chat|user) (?:is|was|were|covers|contains|mentions|discuss\w*)|are (?:talking|chatting|discussing)|is (?:typing|online|away|afk))\b/i,
  /\b(?:brb|lol|haha+|lgtm|nice one|sounds good|good morning|good luck|no worries|on it|will (?:do|check|have a look|take a look|look into)|let me (?:check|see|know)|give me a (?:sec|minute|moment)|one sec|in a (?:minute|moment|sec)|right back|at lunch|on lunch|grab(?:bing)? (?:a )?(?:coffee|lunch))\b/i,
  /^(?:hi|hey|hello|thanks|thank you|ok|okay|yes|yep|no|nope|sure|cool|great|nice|\+1|done)\b.{0,40}$/i,
];

/** Null when it may be kept. `known`: what is remembered for the same audience; `said`: the words it is said to come from. */
export function rejectionOf(text: string, { known, said }: { known: string[]; said?: string }): Rejection | null {
  if (removed.test(text) || withoutSecrets(text) !== text) return 'secret';
  const plain = text
    .normalize('NFKC')
    .replace(/[\p{Cf}\u00ad]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (orders.some((order) => order.test(plain))) return 'instruction';
  const words = queryWords(plain);
  if (words.length < fewestWords || chatty.some((talk) => talk.test(plain))) return 'chatter';
  if (said !== undefined && shareOf(words, new Set(queryWordsOfAll(said))) < supported) return 'unsupported';
  return known.some((other) => sameFact(plain, other)) ? 'duplicate' : null;
}

/** The same in other words; with another number or name it is another fact. */
function sameFact(one: string, other: string): boolean {
  const [words, others] = [new Set(queryWords(one)), new Set(queryWords(other))];
  const common = [...words].filter((word) => others.has(word)).length;
  const smaller = Math.min(words.size, others.size);
  const close = common / (words.size + others.size - common) >= alike || (smaller >= 5 && common / smaller >= 0.9);
  return close && figuresOf(one) === figuresOf(other) && negated(one) === negated(other);
}

function figuresOf(text: string): string {
  return [...new Set(text.match(/\d+(?:[.:]\d+)*/g) ?? [])].sort().join(' ');
}

function negated(text: string): boolean {
  return /\b(?:not|no longer|never|n't|cannot|without)\b|n't\b/i.test(text);
}

function shareOf(words: string[], known: ReadonlySet<string>): number {
  return words.filter((word) => known.has(word)).length / Math.max(1, words.length);
}

function queryWordsOfAll(text: string): string[] {
  return text.split('\n').flatMap((line) => queryWords(line));
}
