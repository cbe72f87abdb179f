/** A text as numbers for the classifier: hashed words with word pairs, what it is made of, telling phrases. */

/** A power of two: the hash is cut to it. */
export const buckets = 4096;
/** The beginning says what is wanted; a log pasted after it may be long. */
const readCharacters = 4_000;
const mostWords = 160;

/** What a text is made of, apart from its words. Each is a feature of its own. */
const signs: RegExp[] = [
  /```/,
  /^\s+at \S{1,80} \(.{1,200}:\d+:\d+\)|^Traceback \(most recent/m,
  /^[+-]{3} [ab]\//m,
  /\b\w[\w/-]{0,60}\.(ts|tsx|js|py|go|rs|java|rb|sql|tf|ya?ml|sh)\b/i,
  /[{};]\s*$|^\s*(def|function|class|import|const|return|SELECT|for|while)\b/m,
  /\w\(\w{0,40}\)|\w_\w|[a-z][A-Z]/,
  /\bdef \w{1,60}\(|\bassert \w|=>|\bfunction \w{0,60}\(/,
  /\$[^$\n]{1,200}\$|\\(frac|sqrt|sum|int|left|boxed|cdot|le|ge|pi|theta|overline|angle|binom)\b|\^\{?\d|[xyzn]\s?[=<>]/,
  /\b\d[\d,.]*\b/,
  /(\b\d[\d,.]*\b\D{1,80}){3}/,
  /\$\d|\d\s?%|\d\s?(usd|eur|dollars|cents)\b/i,
  /\b(how (many|much)|in total|altogether|left over|each)\b/i,
  /\?\s*$/,
  /#\d+|\b[\w-]+\/[\w.-]+#?\d*\b/,
  /https?:\/\//,
  /\b\d{4}-\d\d-\d\d\b|\b\d{1,2}:\d\d\b/,
  /"[^"\n]{1,80}"|'[^'\n]{1,80}'/,
  /\n.*\n/,
  // Words that mean the same to the classifier: it has seen few of them, and people use them all.
  /\b(refactor|implement|debug|stack ?trace|unit tests?|regex|compil|type ?error|null pointer|code review|lint|parse|syntax|snippet|typescript|javascript|python|java|rust|golang|sql|bash|npm|cargo|jest|pytest|git diff)/i,
  /\b(function|class|method|module|import|callback|promises?|async|mutex|array|string|boolean|index|loop|variable|constant|comparator|dependency|library|package|script|query|migration|patch|controller|component|hook|import|exception|pointer|cache|schema|endpoint|snippet)\b/i,
  /\b(bug|code|fail(s|ing|ed)?|broken|wrong|error|throws?|crash(es|ed)?)\b/i,
  /\b(root cause|trade-?offs?|pros and cons|step by step|should (we|i)|which (option|approach)|design|architect|strateg|prove|show that|think (through|hard|about)|what would happen|post-?mortem|incident|outage|consequences|argue|reason(s|ing)?|assum|risk|decide|decision|option|vendor|explain)/i,
  /\b(why|how (do|should|would|can|could) (we|you|i|one)|what if|would|could|whether|possible|better|best|safest|weakest|worth)\b/i,
  /\b(summari[sz]e|summary|analy[sz]e|analysis|compare|comparison|trends?|report|breakdown|metrics|digest|correlat|recap|gist|takeaways?|overview|tl;?dr|themes?|key points|insights?|minutes|notes|survey|themes|condense|boil|buckets?|categor|classif|sentiment|highlights?)/i,
  /\b(per|by|across|since|between|over) (the )?(day|week|month|quarter|year|team|person|service|region|last|past|customer|endpoint|channel)/i,
  /\b(last|this|past|previous|next) (day|week|month|quarter|year|half|sprint|release)|\bin (january|february|march|april|may|june|july|august|september|october|november|december)\b/i,
  /^\W*(please |pls |can you |could you |sophia,? |hey,? )*(merge|deploy|ship|restart|roll|scale|undo|rerun|re-run|kick|open|close|assign|tag|freeze|thaw|put|post|pin|pull|bump|set|add|remove|create|start|stop|cancel|book|order|send|play|turn|get|fetch|find|retrieve|search|look ?up|list|show|check|update|delete|schedule|remind|calculate|compute|convert|determine|generate)\b/i,
  /\b(pull requests?|prs?|issues?|tickets?|branch|build|nightly|checks?|deploy(s|ed|ment)?|release|prod|production|staging|machines?|logs?|on[- ]call|rollback|live|green|red|label|reviewer|container|image)\b/i,
  /\b(weather|forecast|flights?|hotel|restaurant|price|stock|distance|directions|exchange rate|coordinates|recipe|concert|ticket|movie|population|temperature)\b/i,
  /^\W*(hi|hello|hey|yo|thanks?|thx|cheers|thank you|ok(ay)?|yes|no|ping|morning|good (morning|evening|night)|lol|great|nice|cool|never ?mind|bye)\b.{0,24}$/i,
  /^\W*(what('s| is| are| does)|whats|who|when|where|which|is|are|does|do|did|can)\b/i,
  /\b(translate|synonym|spell|pronounce|meaning|mean|stands? for|one (word|line|sentence)|yes or no|yes\/no|quick|default|joke|emoji|grammar)\b/i,
  /\b(integers?|polynomial|probability|divisible|remainder|triangle|circle|radius|prime|factor|equation|solve|real numbers?|positive|angle|sequence|sum of|expressed? (as|in)|ratio|irrational|square root|induction|theorem)\b/i,
];
const lengths = [25, 60, 120, 240, 480, 960];

/** Indices of the features that a text has, without repeats. Hashed words come first, then signs, then length. */
export const featureCount = buckets + signs.length + lengths.length + 1;

export function featuresOf(text: string): number[] {
  const start = text.slice(0, readCharacters);
  const found = new Set<number>();
  const words = start.toLowerCase().match(/[a-z']{2,24}|\d+|[^\sa-z\d]/g) ?? [];
  let before = '^';
  for (const [index, word] of words.slice(0, mostWords).entries()) {
    const shape = /^\d/.test(word) ? `#${Math.min(word.length, 4)}` : word;
    found.add(hash(shape));
    found.add(hash(`${before} ${shape}`));
    if (index < 3) found.add(hash(`^${index < 1 ? 0 : 1} ${shape}`));
    before = shape;
  }
  for (const [index, sign] of signs.entries()) if (sign.test(start)) found.add(buckets + index);
  const size = lengths.findIndex((limit) => start.length <= limit);
  found.add(buckets + signs.length + (size < 0 ? lengths.length : size));
  return [...found];
}

/** FNV-1a, cut to the number of buckets. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return (value ^ (value >>> 15)) & (buckets - 1);
}
