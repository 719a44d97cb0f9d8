// Owns what the end of a reply means: complete, or one of the ways in which it is none. Must never know a provider's
// words for them.

import { ModelError, type ModelReply, type ModelRequest, type TokenUsage } from '../model.ts';
import { estimateUsage } from '../token-estimate.ts';
import type { ReplyWatch } from './reply-watch.ts';
import { name, quoted, type Service } from './server-failure.ts';

export type ReplyEnd =
  | { readonly kind: 'complete' }
  /** The most tokens were reached. */
  | { readonly kind: 'token-limit' }
  | { readonly kind: 'context-limit' }
  | { readonly kind: 'refused'; readonly why: string }
  /** Something that nobody asked for, as a call of a tool. */
  | { readonly kind: 'other'; readonly what: string };

/**
 * @param counted undefined when the provider counted nothing
 * @throws ModelError unless the reply is complete and says something
 */
export function endReply(
  service: Service,
  request: ModelRequest,
  watch: ReplyWatch,
  end: ReplyEnd,
  counted: TokenUsage | undefined,
): ModelReply {
  const usage = counted ?? estimateUsage(request, watch.text, watch.reasoning);
  const about = { usage, requestId: watch.requestId };
  const who = `${service.model} at ${service.label}`;
  switch (end.kind) {
    case 'complete':
      if (watch.text.trim() !== '') return watch.reply(usage);
      throw new ModelError('MALFORMED', `${name(who)} gave an empty reply.`, 'Try again, or choose another model.', {
        ...about,
        retryable: true,
      });
    case 'token-limit':
      throw new ModelError(
        'CUT_OFF',
        `The reply of ${who} was cut off at ${request.maxOutputTokens} tokens, its reasoning included.`,
        'Ask for a shorter program, or allow more tokens for a reply.',
        about,
      );
    case 'context-limit':
      throw new ModelError(
        'CONTEXT_TOO_LONG',
        `The conversation and the reply are longer together than ${who} can take.`,
        'Start a new session, or choose a model with a longer context.',
        about,
      );
    case 'refused': {
      const why = quoted(end.why, service.key);
      throw new ModelError(
        'REFUSED',
        `${name(who)} refused to answer${why === '' ? '' : ` (it says: ${why})`}.`,
        'Say the instruction otherwise, or choose another model.',
        about,
      );
    }
    case 'other':
      throw new ModelError(
        'MALFORMED',
        `The reply of ${who} ended with ${quoted(end.what, service.key)}, which was not asked for.`,
        'Try again, or choose another model.',
        { ...about, retryable: true },
      );
  }
}
