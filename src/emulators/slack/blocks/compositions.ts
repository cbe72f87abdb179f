/** Block Kit's composition objects: text, options, confirmation dialogs and what elements share. */
import { boolean, isBag, list, oneOf, type Rule, shape, string, url } from './rule.ts';

export function plain(max: number, min = 1): Rule {
  return shape({ type: oneOf('plain_text'), text: string({ min, max }) }, { emoji: boolean });
}
export function mrkdwn(max: number): Rule {
  return shape({ type: oneOf('mrkdwn'), text: string({ max }) }, { verbatim: boolean });
}
/** Plain or mrkdwn. */
export function text(max: number): Rule {
  const plainText = plain(max);
  const marked = mrkdwn(max);
  return (value, pointer, report) => {
    if (!isBag(value)) return report('must provide an object', pointer);
    if (value.type === 'plain_text') return plainText(value, pointer, report);
    if (value.type === 'mrkdwn') return marked(value, pointer, report);
    if ('type' in value) report(`unsupported type: ${String(value.type)}`, `${pointer}/type`);
    else report('missing required field: type', pointer);
  };
}

export const confirm: Rule = shape(
  { text: text(300) },
  { title: plain(100), confirm: plain(30), deny: plain(30), style: oneOf('primary', 'danger') },
);
export const placeholder = plain(150);
export const style = oneOf('primary', 'danger');

const optionLimits = { value: string({ max: 150 }), description: plain(75) };
/** In selects. */
export const plainOption: Rule = shape({ text: plain(75), value: optionLimits.value }, { description: plain(75) });
/** In overflow menus a link may stand in for a value. */
export const overflowOption: Rule = shape(
  { text: plain(75) },
  { value: optionLimits.value, description: plain(75), url: url() },
  (value, pointer, report) => {
    if (!('value' in value) && !('url' in value)) report('missing required field: value', pointer);
  },
);
/** In radio buttons and checkboxes. */
export const markedOption: Rule = shape({ text: text(75), value: optionLimits.value }, { description: text(75) });
export const optionGroup: Rule = shape({
  label: plain(75),
  options: list(plainOption, { min: 1, max: 100 }),
});

export const dispatchConfig: Rule = shape(
  {},
  { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { min: 1, max: 2 }) },
);
export const conversationFilter: Rule = shape(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { min: 1 }),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
  (value, pointer, report) => {
    if (Object.keys(value).length === 0) report('must define at least one filter', pointer);
  },
);
export const slackFile: Rule = shape({}, { id: string(), url: url() }, (value, pointer, report) => {
  if ('id' in value === 'url' in value) report('must define exactly one of: id, url', pointer);
});
