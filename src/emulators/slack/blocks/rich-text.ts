/** The table of rich text: sections, lists, quotes, preformatted text and the words in them. */
import { boolean, byType, identifier, integer, list, number, oneOf, type Rule, shape, string } from './rule.ts';

const style = shape(
  {},
  {
    bold: boolean,
    italic: boolean,
    strike: boolean,
    code: boolean,
    underline: boolean,
    highlight: boolean,
    client_highlight: boolean,
    unlink: boolean,
  },
);
const border = oneOf(0, 1);

const words: Record<string, Rule> = {
  text: shape({ type: oneOf('text'), text: string() }, { style }),
  link: shape(
    { type: oneOf('link'), url: string({ max: 3000 }) },
    { text: string({ min: 0 }), unsafe: boolean, style },
  ),
  user: shape({ type: oneOf('user'), user_id: string() }, { style }),
  usergroup: shape({ type: oneOf('usergroup'), usergroup_id: string() }, { style }),
  channel: shape({ type: oneOf('channel'), channel_id: string() }, { style }),
  team: shape({ type: oneOf('team'), team_id: string() }, { style }),
  broadcast: shape({ type: oneOf('broadcast'), range: oneOf('here', 'channel', 'everyone') }, { style }),
  emoji: shape(
    { type: oneOf('emoji'), name: string() },
    { unicode: string(), url: string(), skin_tone: integer(1, 6), style },
  ),
  color: shape({ type: oneOf('color'), value: string() }, { style }),
  date: shape(
    { type: oneOf('date'), timestamp: number, format: string() },
    { url: string(), fallback: string(), style },
  ),
};
const word = byType(() => words);

const section: Rule = shape({ type: oneOf('rich_text_section'), elements: list(word) });
const parts: Record<string, Rule> = {
  rich_text_section: section,
  rich_text_list: shape(
    {
      type: oneOf('rich_text_list'),
      style: oneOf('bullet', 'ordered'),
      elements: list(byType(() => ({ rich_text_section: section }))),
    },
    { indent: integer(0, 8), offset: integer(0, 1_000_000), border },
  ),
  rich_text_quote: shape({ type: oneOf('rich_text_quote'), elements: list(word) }, { border }),
  rich_text_preformatted: shape(
    { type: oneOf('rich_text_preformatted'), elements: list(byType(() => words, ['text', 'link'])) },
    { border, language: string() },
  ),
};

export const richTextBlock: Rule = shape(
  { type: oneOf('rich_text'), elements: list(byType(() => parts)) },
  { block_id: identifier },
);
