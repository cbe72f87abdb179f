/** Tells small talk from what will still matter in some weeks. */

const mood =
  '(?:happy|tired|sad|busy|excited|sorry|annoyed|confused|sick|bored|glad|stressed|hungry|ready|done|back|online|away|afk|late|stuck|grateful|thankful)';
const saying: RegExp[] = [
  /\?\s*$/,
  /\b(?:greet(?:ed|s)|thank(?:ed|s)|laugh(?:ed|s)|apologi[sz](?:ed|es)|congratulat(?:ed|es)|wave[sd]|cheered|joked|wished|pinged|nodded|complimented|teased)\b/i,
  /\b(?:asked|asks|is asking|was asked|inquired|wanted to know|wants to know|requested|is requesting|wants|is looking for|needs) (?:about|for|whether|if|how|what|when|where|why|who|to (?:know|see|understand|ask)|help|an? (?:update|answer|review|look|summary|status)|information|some|sophia|the (?:status|assistant))\b/i,
  /\b(?:acknowledged|agreed(?! that| to| on)|replied|responded|reacted|confirmed receipt|said (?:ok|okay|yes|no|sure)|had a (?:conversation|discussion|chat)|mentioned(?= \S+\W*$))\b/i,
  /\b(?:brb|lol|haha+|lgtm|nice one|sounds good|good (?:morning|night|evening|luck|point|idea)|no worries|on it|will (?:do|check|have a look|take a look|look into)|let me (?:check|see|know)|give me a (?:sec|minute|moment)|one sec|in a (?:minute|moment|sec)|right back|at lunch|on lunch|grab(?:bing)? (?:a )?(?:coffee|lunch)|thumbs[- ]?up|works on my machine|small talk|pleasantries)\b/i,
  /^(?:hi|hey|hello|thanks|thank you|ok|okay|yes|yep|no|nope|sure|cool|great|nice|\+1|done|good)\b.{0,40}$/i,
  new RegExp(`\\b(?:is|are|was|were|seems?|looks?|feels?)\\s+(?:very |so |really |a bit |now )?${mood}\\b`, 'i'),
  /\b(?:joined|left) (?:the )?(?:call|meeting|channel|thread|chat|conversation)\b/i,
  /\b(?:shared|posted|uploaded|sent) an? (?:[\w-]+ )?(?:link|screenshot|file|image|picture|gif|message|emoji|reaction)\W*$/i,
];
/** These count only where nothing in the sentence can be held on to: no figure, no name of a thing, no reason. */
const passing: RegExp[] = [
  /^(?:somebody|someone|everybody|everyone|people|participants|users?|the (?:users?|participants?|conversations?|threads?|discussions?|messages?|chats?|members?|people))\b/i,
  /\b(?:hopes?|hoped|thinks?|thought|feels?|felt|believes?|guess(?:es)?|wonders?|wondered|appreciates?|appreciated|doubts?|wish(?:es)?|enjoy(?:s|ed)?|tried|tries|noticed|said)\b/i,
  /\bwill (?:call|come|reply|answer|try|ask|ping|write|look|check|return|let|tell|think|join|be (?:back|late|there))\b/i,
  /\b(?:is|are|was|were)\s+(?:about to|going to|(?!being|migrating|moving|replac|plann|build|using|running|missing|failing|hosting|leading|sunset|deprecat|hiring|leaving|missing|pending|working on|working for|working from)\w+ing\b)/i,
];
const substance =
  /\d|\bbecause\b|\b[a-z0-9]+(?:[-_./][a-z0-9]+)+\b|\b[a-z]+[A-Z]\w*|`|\b(?:decided|decision|promised|signed|owns?|responsible|maintains?|instead of|caused?|deadline|until|policy|contract)\b/;

export function isChatter(text: string): boolean {
  if (saying.some((one) => one.test(text))) return true;
  return !substance.test(text) && passing.some((one) => one.test(text));
}
