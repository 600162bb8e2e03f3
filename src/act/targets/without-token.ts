import type { Answer, Message } from '../channel.ts';
import { readOrder } from './order-message.ts';
import { struckOut } from './settings.ts';

/** An answer without the callback token of the order it answers: receivers echo, and answers are kept and shown. */
export function withoutToken<A extends Answer>(answer: A, message: Message): A {
  const token = readOrder(message)?.fields.callback_token ?? '';
  if (token === '') return answer;
  const body = answer.body === undefined ? {} : { body: struckOut(answer.body, [token]) };
  return { ...answer, detail: struckOut(answer.detail, [token]), ...body };
}
