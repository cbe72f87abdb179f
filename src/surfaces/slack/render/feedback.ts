/** Two thumbs under an answer: what they carry is the answer they are about. */
import type { Block, Modal } from '../blocks.ts';

export const feedbackAction = 'feedback';

export function feedbackButtons(answer: string): Block {
  const plain = (text: string) => ({ type: 'plain_text' as const, text });
  return {
    type: 'context_actions',
    elements: [
      {
        type: 'feedback_buttons',
        action_id: feedbackAction,
        positive_button: {
          text: plain('Good answer'),
          accessibility_label: 'Say that this answer was good',
          value: `good:${answer}`,
        },
        negative_button: {
          text: plain('Bad answer'),
          accessibility_label: 'Say that this answer was bad',
          value: `bad:${answer}`,
        },
      },
    ],
  };
}

/** Null when the value is none of ours. */
export function readFeedback(value: unknown): { good: boolean; answer: string } | null {
  const parts = typeof value === 'string' ? /^(good|bad):([\w.:-]{1,200})$/.exec(value) : null;
  return parts?.[2] ? { good: parts[1] === 'good', answer: parts[2] } : null;
}

export function feedbackModal(answer: string): Modal {
  const plain = (text: string) => ({ type: 'plain_text' as const, text });
  return {
    type: 'modal',
    callback_id: feedbackAction,
    private_metadata: answer,
    title: plain('What was wrong?'),
    submit: plain('Send'),
    close: plain('Skip'),
    blocks: [
      {
        type: 'input',
        block_id: 'note',
        optional: true,
        label: plain('Your thumb is noted. A few words help:'),
        element: { type: 'plain_text_input', action_id: 'note', multiline: true, max_length: 1000 },
      },
    ],
  };
}
