/** English words that say nothing about the subject, and odd forms of those that do. */

export const stopWords: ReadonlySet<string> = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both but
  by can cannot could did do does doing don down during each few for from further get got had has have having he her here
  hers herself him himself his how i if in into is it its itself just let ll me more most much my myself no nor not now of
  off on once only or other our ours ourselves out over own please re s same she should so some such t than that the their
  theirs them themselves then there these they this those through to too under until up us ve very was we were what when
  where which while who whom why will with would you your yours yourself yourselves
  ain aren couldn d didn doesn hadn hasn haven isn m mightn mustn needn shan shouldn wasn weren won wouldn`
    .trim()
    .split(/\s+/),
);

const forms = `ate eaten:eat became:become began begun:begin bought:buy broke broken:break brought:bring built:build came:come caught:catch
  chose chosen:choose dealt:deal drank drunk:drink drawn drew:draw driven drove:drive dreamt:dream fallen fell:fall fed:feed felt:feel
  flew flown:fly forgot forgotten:forget fought:fight found:find froze frozen:freeze gave given:give goes gone went:go grew grown:grow
  heard:hear held:hold hid hidden:hide kept:keep knew known:know laid:lay learnt:learn led:lead left:leave lent:lend lost:lose
  made:make meant:mean met:meet paid:pay ran:run rang:ring rode ridden:ride risen rose:rise said:say sang sung:sing sat:sit saw seen:see
  sent:send shook shaken:shake shown:show shot:shoot slept:sleep sold:sell spent:spend spoke spoken:speak stolen stole:steal stood:stand
  stuck:stick swam swum:swim swept:sweep taken took:take taught:teach thought:think threw thrown:throw told:tell tore torn:tear
  understood:understand woke woken:wake won:win wore worn:wear written wrote:write children:child people:person men:man women:woman
  feet:foot teeth:tooth mice:mouse wives:wife lives:life knives:knife leaves:leaf indices:index matrices:matrix vertices:vertex
  data:datum criteria:criterion better best:good worse worst:bad mom mum:mother dad:father kid kids:child db:database
  prod:production repo:repository repos:repository config:configuration configs:configuration env:environment envs:environment`;

/** `went` → `go`: what a stemmer cannot know. */
export const oddForms: ReadonlyMap<string, string> = new Map(
  forms
    .trim()
    .split(/(?<=:\w+)\s+/)
    .flatMap((group) => {
      const [many = '', one = ''] = group.split(':');
      return many.split(/\s+/).map((form) => [form, one] as const);
    }),
);
