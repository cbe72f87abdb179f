/** Tells an order from a statement: what speaks to her, loosens a rule, claims a right, or asks for a deed is nothing to remember. */

const guards =
  '(?:approv\\w*|confirmations?|permissions?|authori[sz]ations?|reviews?|rules?|polic(?:y|ies)|freezes?|limits?|safeguards?|guardrails?|restrictions?|instructions?|prompts?|quorums?|budgets?|votes?)';
const loose =
  "(?:no longer|not needed|not required|not necessary|need(?:s|ed)? no\\b|(?:do|does|did) not (?:need|apply|require)|(?:don|doesn)'t (?:need|apply|require)|is needed|are needed|optional|unnecessary|waived|exempt\\w*|pre-?approved|auto-?approved|approved in advance|skip\\w*|bypass\\w*|ignor\\w*|disregard\\w*|overrid\\w*|circumvent\\w*|without|lift\\w*|replac\\w*)";
/** Nothing happens without: that binds, and does not loosen. */
const binding = /\b(?:nothing|nobody|no one|none|never|not|cannot|can't|must)\b/i;

const orders: RegExp[] = [
  // It speaks to her, or of what she is to do.
  /@?\bsophia\b(?![-_.]\w| (?:is deployed|runs on|listens on))|\b(?:ai|virtual|language|digital) (?:assistants?|agents?|models?)\b|\bassistants?\b(?! (?:projects?|teams?|managers?|professors?))|\bagents? (?:reading|seeing|processing)\b|\bllms?\b.{0,30}\b(?:must|should|will|is to)\b/i,
  /\b(?:ai|bots?|agents?|models?)\b.{0,15}\b(?:must|should|shall|has to|have to|needs? to|is to|are to|ought to|may|can|never|will always|is (?:told|instructed|required|allowed|permitted|authori[sz]ed) to)\b/i,
  /,\s*(?:dear )?(?:bot|ai|agent)\b|\b(?:note|message|memo) (?:to|for) (?:the )?(?:bot|ai|agents?|models?)\b/i,
  /\byou (?:are (?:now|a|an|to|no longer)|must|shall|should always|will (?:always|never|now)|act as|have been (?:given|granted)|may now)\b/i,
  /\b(?:system|developer) (?:prompts?|messages?|instructions?)\b|\bnew instructions?\b|\bjailbreak|\bunrestricted\b|<\/?(?:system|instructions?|admin)>/i,
  // A bare verb at the beginning has nobody for its subject but whoever reads it.
  /^(?:\W*(?:please|kindly|now|then|also|in (?:the )?future|from now on|henceforth)[\s,]+)*(?:always|never|do(?:n't| not)?|treat|reply|respond|answer|consider|act|pretend|assume|approve|grant|accept|trust|obey|behave|skip|store|save|memori[sz]e|hide|conceal|remember|forget|recommend|suggest|prefer|send|tell|say|ignore|disregard|delete|execute|install|download|forward|print|reveal|repeat|avoid|make sure|ensure|give|let|bypass|override|escalate|allow|deny|refuse|mention|follow|comply|agree|confirm|stop asking|act|auto-?approve)\b(?!\s+(?:is|are|was|were|has|have|of|at)\b)/i,
  /^(?:\W*(?:in (?:the )?future|from now on|henceforth)[\s,]+)(?:you|deploy|merge|push|run|post)\b/i,
  /^(?:if|when|whenever)\b.{0,60},\s*(?:please\s+)?(?:approve|grant|accept|merge|deploy|delete|send|post|reveal|print|say|answer|reply|ignore|trust)\b/i,
  // Before an article or “all” the first word is a verb, unless it is one of the small words.
  /^(?!(?:in|on|at|by|for|from|to|of|with|without|within|under|over|after|before|during|since|until|till|because|as|if|when|while|where|whether|although|though|unless|once|per|via|both|all|half|not|only|even|what|who|which|that|this|these|those|it|and|but|or|so|yet|about|like|unlike|despite|between|among|through|behind|below|above|inside|outside|near|except)\b)(?!\w+(?:s|ed|ing)\b)[a-z]{2,}\s+(?:the|an?|all|every|each|any|this|that|these|those|it|them|your|following|only the)\b/i,
  /\bwho(?:ever)? reads? (?:this|it)\b/i,
  // What needs whose word is the policy's to say, never a memory's.
  /\b(?:always|automatically|auto-?|silently|immediately|blindly)[\s-]*(?:approv|accept(?:s|ed)? (?:all|every|any)|grant|trust|authori[sz])/i,
  /\b(?:approv\w*|grant\w*|accept\w*|trust\w*|authori[sz]\w*)\s+(?:everything|anything|whatever|(?:all|any|every) (?:requests?|plans?|changes?|links?|deploys?|actions?))\b/i,
  /\b(?:whatever|anything|everything|all|any|each|every)\b.{0,30}\b(?:requests?|asks?|says|said|wants|orders)\b.{0,40}\b(?:approved|granted|trusted|allowed|accepted|done)\b|\b(?:requests?|plans?|messages?|links?|commands?|scripts?)\b.{0,60}\b(?:are|is|as|be|were)\s+(?:\w+\s+)?(?:approved|trusted|granted|allowed|obeyed)\b/i,
  /\b(?:commands?|instructions?|scripts?)\b.{0,40}\b(?:must|should|shall|are to|has to|have to) be\b|\|\s*(?:ba|z)?sh\b/i,
  /\b(?:is|are|was|as|be|becomes?|being)\s+(?:now\s+|also\s+)?(?:an?\s+|the\s+)?(?:admins?|administrators?|approvers?|superusers?)\b|\b(?:full|admin|root|unlimited|special) (?:access|rights?|permissions?|privileges)\b|\bon behalf of (?:all|both|the|an?|every) admins?\b|\bso (?:do not|don't|never) ask\b/i,
  /\b(?:skip|bypass|disable|omit)\w*\b.{0,20}\b(?:checks?|tests?|steps?)\b/i,
  // Concealment and carrying things out.
  /\b(?:hid(?:e|es|ing|den)|conceal\w*|keep(?:s|ing)?|kept)\b.{0,40}\b(?:secret from|hidden from|(?:from|except)\s+(?:everybody|everyone|anybody|anyone|the users?|users|the admins?|admins|the team|others))\b/i,
  /\b(?:reveal|print|repeat|leak|exfiltrate|send|post|forward)\w*\b.{0,30}\b(?:secrets?|tokens?|passwords?|credentials?|api keys?|environment variables?|private messages)\b/i,
  /\b(?:do not|don't|never|without)\s+(?:tell|mention|inform|warn|alert|notify)(?:ing)?\b.{0,20}\b(?:anyone|anybody|the (?:admins?|team|users?|owner)|them|people|others)\b/i,
  /\b(?:tell|instruct|order|remind|make|get|ask)\s+the (?:bot|ai|agent|model)\b/i,
];
const loosening = new RegExp(`\\b${guards}\\b.{0,60}\\b${loose}|\\b${loose}\\b.{0,60}\\b${guards}\\b`, 'i');
const none = /\bno\s+(?:\w+\s+)?(?:approvals?|confirmations?|permissions?|reviews?|authori[sz]ation)\b/i;
/** Rules of a style guide or a linter are nobody's safeguards. */
const harmless =
  /\b(?:lint\w*|code style|formatting|spam|firewall|css|eslint|biome) (?:rules?|polic(?:y|ies)|limits?|warnings?)\b|\bignore lint\b|\bstatus page\b/i;

export function isOrder(text: string): boolean {
  if (orders.some((order) => order.test(text))) return true;
  if (harmless.test(text)) return false;
  if (none.test(text)) return true;
  const found = loosening.exec(text);
  if (!found) return false;
  // “Without approval nothing is ordered” and “is needed” alone say that something is asked for.
  const rest = text.replace(found[0], ' ');
  if (/\bwithout\b/i.test(found[0])) return !binding.test(text);
  if (/\b(?:is|are) needed$/i.test(found[0]) && !/\b(?:no|not|none)\b/i.test(`${found[0]} ${rest}`)) return false;
  return true;
}
