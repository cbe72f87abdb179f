/** The one function used of markdown-it-emoji, which comes without types that fit markdown-it 15. */
declare module 'markdown-it-emoji' {
  import type MarkdownIt from 'markdown-it';

  export const full: (parser: MarkdownIt, options: { shortcuts: Record<string, string> }) => void;
}
