/** Finds what looks like a secret in text of others, by the shape of its kind, and takes it out. */

const mark = '[secret removed]';

/** Kinds that carry their own sign; what follows it is as long as the maker gives it, or a little less. */
const signed = [
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{40,}/g,
  /\bglpat-[\w-]{18,}|\bgl(?:dt|rt|ft|soat|cbt|ptt|imt|agent|ffct)-[\w-]{18,}|\bGR1348941[\w-]{18,}/g,
  /\bxox[abeoprs]-[\w-]{10,}|\bxapp-\d-[\w-]{10,}|\bxoxe\.xox[bp]-[\w-]{10,}/g,
  /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/]{20,}/g,
  /\bsk-(?:or-v1-|ant-(?:api|admin)\d\d-|proj-|svcacct-|admin-|lf-|live-)?[A-Za-z0-9_-]{20,}/g,
  /\bpk-lf-[\w-]{20,}|\blsv2_(?:pt|sk)_[\w]{20,}|\br8_[A-Za-z0-9]{30,}|\bhf_[A-Za-z0-9]{30,}|\bgsk_[A-Za-z0-9]{30,}|\bxai-[A-Za-z0-9]{40,}|\bpplx-[A-Za-z0-9]{40,}|\bnvapi-[\w-]{40,}|\btvly-[\w-]{20,}|\bfc-[a-f0-9]{32}\b|\bm0-[A-Za-z0-9]{30,}/g,
  /\b(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA|AGPA|ANPA|ANVA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{33,}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}|\b1\/\/0[\w-]{30,}/g,
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/=]{20,}/g,
  /\b(?:sq0(?:atp|csp|idp)-[\w-]{20,}|EAAA[\w-]{50,}|access_token\$(?:production|sandbox)\$[a-z0-9]{10,}\$[a-f0-9]{30,})/g,
  /\bSG\.[\w-]{16,}\.[\w-]{30,}|\bkey-[a-f0-9]{32}\b|\b[a-f0-9]{32}-us\d{1,2}\b|\bxkeysib-[a-f0-9]{60,}-\w{10,}|\bre_[A-Za-z0-9_]{25,}/g,
  /\b(?:AC|SK)[a-f0-9]{32}\b/g,
  /\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{50,}|\brubygems_[a-f0-9]{40,}|\boy2[a-z0-9]{43}|\bcio[A-Za-z0-9]{32}\b|\bdckr_(?:pat|oat)_[\w-]{20,}/g,
  /\bdop_v1_[a-f0-9]{60,}|\bdoo_v1_[a-f0-9]{60,}|\bdor_v1_[a-f0-9]{60,}|\bHRKU-[\w-]{30,}|\bfo1_[\w-]{40,}|\bFlyV1 [\w+/=,-]{40,}|\bfm\d[rp]?_[\w+/=-]{40,}|\bvercel_[\w]{20,}|\bnf[pcoub]_[A-Za-z0-9]{36,}|\brnd_[A-Za-z0-9]{20,}|\bsbp_[a-f0-9]{40}|\bsb_secret_[\w-]{20,}/g,
  /\bpul-[a-f0-9]{40}|\bhv[sbr]\.[\w-]{20,}|\bs\.[A-Za-z0-9]{24}\b|\bdp\.(?:pt|st|sa|ct|scim|audit)\.[\w.-]{30,}|\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}|\bops_eyJ[\w-]{50,}|\bA3-[A-Z0-9]{6}-[A-Z0-9-]{20,}|\binfisical_[\w-]{20,}|\bAGE-SECRET-KEY-1[A-Z0-9]{50,}/g,
  /\b(?:lin_api_|lin_oauth_)[A-Za-z0-9]{32,}|\b(?:secret_|ntn_)[A-Za-z0-9]{40,}|\bATATT3[\w=-]{50,}|\bATCTT3[\w=-]{50,}|\bATBB[A-Za-z0-9]{28,}|\bpat[A-Za-z0-9]{14}\.[a-f0-9]{60,}|\bfigd_[\w-]{30,}|\bPMAK-[a-f0-9]{24}-[a-f0-9]{30,}|\bpat-(?:na|eu)\d-[a-f0-9-]{36}|\b[12]\/\d{13,}(?:\/\d{13,})?:[a-f0-9]{32}\b|\bCFPAT-[\w-]{40,}|\bdapi[a-f0-9]{32}\b|\btfp_[\w.=-]{40,}|\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/g,
  /\bglc_[\w=+/-]{30,}|\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|\beyJrIjoi[\w=+/-]{40,}|\bNRAK-[A-Z0-9]{27}|\bNRJS-[a-f0-9]{19}|\bNRII-[\w-]{32}|\bsntry[su]_[\w+/=-]{40,}|\bphc_[A-Za-z0-9]{40,}|\bphx_[A-Za-z0-9]{40,}|\bdd(?:ap|w)[a-z0-9_]{30,}|\bHCAIK_[a-z0-9]{50,}|\bhcaik_[a-z0-9]{50,}/g,
  /\bsl\.(?:u\.)?[\w-]{60,}|\bEAA[A-Za-z0-9]{60,}|\bIGQV[\w-]{60,}|\bAAAA[A-Za-z0-9%]{60,}|\b\d{8,10}:AA[\w-]{33}|\b[MNO][A-Za-z\d_-]{23,27}\.[\w-]{6}\.[\w-]{27,}|\bdiscord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{50,}|\b[\w-]+\.webhook\.office\.com\/\S{40,}/g,
  /\bpscale_(?:pw|tkn|oauth)_[\w=.-]{30,}|\bAVNS_[\w-]{15,}|\bCCIPAT_[\w]{20,}|\bcircle-token [a-f0-9]{40}|\bbkua_[a-f0-9]{40}|\bsqp_[a-f0-9]{40}|\bsqu_[a-f0-9]{40}|\bsgp_[\w]{40,}|\bSNYK[\w-]{30,}|\bcosign[\w-]{40,}|\bkeybase[\w-]{40,}|\brpa_[A-Z0-9]{40,}|\bsecret-lambda-[\w.]{30,}|\bsecret_[\w-]+_[a-f0-9]{32}\.[\w]{30,}|\btskey-(?:auth|api|client)-[\w-]{20,}|\bEZ[AT]K[A-Za-z0-9]{54}|\bduffel_(?:test|live)_[\w-]{40,}|\bflb(?:pub|sec)k[-_][\w-]{20,}/gi,
];

/** What carries a secret by its form. */
const formed: [RegExp, string][] = [
  // To its end, or to the end of the text when it was cut.
  [/-----BEGIN [A-Z ]*(?:PRIVATE KEY|SECRET)[A-Z ]*-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g, mark],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, mark],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s:@/]*:[^\s@/]+@/gi, `$1${mark}@`],
  [/\b((?:Bearer|Basic|Token|ApiKey|Digest)\s+)[\w.~+/-]{12,}=*/g, `$1${mark}`],
  [
    /([?&](?:sig|signature|token|key|api_?key|access_token|secret|password|code|auth|X-Amz-Signature|X-Goog-Signature)=)[^&\s"'<>]{8,}/gi,
    `$1${mark}`,
  ],
  [/\b((?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)=)[^;\s"']{4,}/g, `$1${mark}`],
  [/(\s(?:-u|--user)\s+[^\s:]+:)\S+/g, `$1${mark}`],
  [/(\s(?:--(?:password|token|secret|api-key|pass)(?:=|\s+)|-p(?=\S{6}))["']?)[^\s"']{4,}/g, `$1${mark}`],
  [/(\b_(?:authToken|auth|password)\s*=\s*)\S{6,}/g, `$1${mark}`],
  [/(\bmachine\s+\S+\s+login\s+\S+\s+password\s+)\S+/gi, `$1${mark}`],
  [/\$(?:2[aby]|argon2(?:id|i|d)|6|5|y)\$[\w./$=,+-]{20,}/g, mark],
];

/** `password is …`, `API_KEY=…`, `"client_secret": "…"`: the name says it, whatever the value looks like. */
const named =
  /(\b[\w.-]*(?:pass(?:word|wd|phrase|code)|pwd|secret(?:[_ -]?(?:key|access[_ -]?key))?|(?:api|access|auth|private|signing|encryption|master|account|service|license|shared|webhook|session|deploy)[_ -]?(?:key|token|secret)|apikey|token|credentials?|kennwort|passwort|contraseña|mot de passe)["'`]?\s*(?:is now|is|are|was|will be|:=|=>|=|:|→|-->)\s*["'`]?)([^\s"'`,;<>]{5,})/gi;
const words =
  /^(?:[a-z]+(?:[-_/.][a-z]+)*[.!?)]*|[A-Z][a-z]+[.!?)]*|\d{1,4}[.!?)]*|\[.*|<.*|\$\{?.*|\{\{.*|%.*|\*+|x{4,}|\.{3,}|(?:process|env|secrets|vault|config|settings|os)\.\S+|vault:\S+|esc:\S+|file:\S+|https?:\S+|[\w.]+\(.*)$/;

/** Long and without order: what no person types and no name is. */
const candidate = /(?<![\w/+=.-])[A-Za-z0-9+/_=-]{32,}(?![\w/+=-])/g;

export function withoutSecrets(text: string): string {
  let clean = text;
  for (const pattern of signed) clean = clean.replace(pattern, mark);
  for (const [pattern, instead] of formed) clean = clean.replace(pattern, instead);
  clean = clean.replace(named, (whole, name: string, value: string) => (plain(value, name) ? whole : `${name}${mark}`));
  return clean.replace(candidate, (value) => (random(value) ? mark : value));
}

/** A word of a language after `token is` is talk; after `password:` even a word may be one. */
function plain(value: string, name: string): boolean {
  if (!words.test(value)) return false;
  const asked =
    /pass(?:word|wd|phrase|code)|pwd|kennwort|passwort|contraseña|mot de passe/i.test(name) &&
    /[:=]\s*["'`]?$/.test(name);
  return !asked || !/^[a-z]{8,}$/i.test(value);
}

function random(value: string): boolean {
  // Hashes of commits and images, and numbers of rows, are names in this house.
  if (/^[a-f0-9-]+$/.test(value) || /^\d+$/.test(value)) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(value)).length;
  // Names made of words have long runs of letters of one kind.
  const runs = value.match(/[a-z]{4,}/g)?.join('').length ?? 0;
  return kinds === 3 && runs / value.length < 0.4 && entropy(value) > 4;
}

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}
