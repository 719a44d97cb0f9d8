// Owns the Messages API of Anthropic as it is streamed: thinking, images, prompt caching. Must never read the
// environment, or try again after a failure.

import type {
  MessageCreateParamsStreaming,
  MessageParam,
  ThinkingConfigParam,
} from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import { toBase64 } from '../../perception/base64.ts';
import type { ChatMessage, MessagePart, Model, ModelReply, ModelRequest, TokenUsage } from '../model.ts';
import { endReply, type ReplyEnd } from './reply-end.ts';
import { ReplyWatch } from './reply-watch.ts';
import { failureOf, type Refusal, refusalOf, type Service } from './server-failure.ts';
import { STREAM_LIMITS, type StreamLimits } from './stream-limits.ts';

export interface AnthropicSettings {
  /** As the user named the model. */
  readonly name: string;
  readonly service: Service;
  readonly baseUrl: string;
  readonly limits?: Partial<StreamLimits>;
}

/** How a model can be asked to think; 'none' too once it was found to take neither. */
type Thinking = 'adaptive' | 'budgeted' | 'none';

export async function anthropicModel(settings: AnthropicSettings): Promise<Model> {
  const { Anthropic, APIError } = await import('@anthropic-ai/sdk');
  const { service, baseUrl } = settings;
  const limits = { ...STREAM_LIMITS, ...settings.limits };
  let thinking = thinkingOf(service.model);

  async function attempt(request: ModelRequest, watch: ReplyWatch): Promise<ModelReply> {
    const client = new Anthropic({
      baseURL: baseUrl,
      apiKey: service.key,
      // Nothing but what was asked for: no other credentials, no profile, no reports.
      authToken: null,
      credentials: null,
      config: null,
      profile: null,
      openTelemetry: false,
      maxRetries: 0,
      timeout: limits.totalS * 1000,
      logLevel: 'off',
      fetch: watch.fetch,
    });
    const stream = await client.messages.create(bodyOf(service.model, request, thinking), { signal: watch.signal });
    let end: ReplyEnd | undefined;
    let counts: Counts = {};
    for await (const event of stream) {
      watch.alive();
      const data = knownEvent(event);
      if (data?.type === 'message_start') counts = data.message.usage;
      else if (data?.type === 'content_block_delta') {
        if ('text' in data.delta) watch.add('text', data.delta.text);
        else if ('thinking' in data.delta) watch.add('reasoning', data.delta.thinking);
      } else if (data?.type === 'message_delta') {
        counts = { ...counts, ...known(data.usage) };
        if (data.delta.stop_reason) end = endOf(data.delta.stop_reason, data.delta.stop_details?.explanation ?? '');
      } else if (data?.type === 'message_stop') break;
    }
    if (end === undefined) throw watch.cut();
    return endReply(service, request, watch, end, usageOf(counts));
  }

  return {
    name: settings.name,
    seesImages: true,
    // Version 2026-10-21 of the API, which the SDK speaks, refuses one from any model.
    takesTemperature: false,
    async ask(request, onPiece, signal) {
      for (;;) {
        const watch = new ReplyWatch(service, limits, onPiece, signal);
        try {
          return await attempt(request, watch);
        } catch (error) {
          if (thinking !== 'none' && refusesThinking(watch.refusal)) {
            thinking = 'none';
            continue;
          }
          // An error within the stream has a body; what else the SDK throws, the watch knows better.
          const inStream = error instanceof APIError && error.error !== undefined;
          throw watch.failure(inStream ? failureOf(service, refusalOf(error.error, error.headers)) : error);
        } finally {
          watch.close();
        }
      }
    },
  };
}

/**
 * From Anthropic's guides to migration: from 4.6 on thinking is adaptive; before, from 3.7 on, it has a budget of tokens.
 * A name without a version is that of a newer model.
 */
function thinkingOf(model: string): Thinking {
  const [, major, minor = '0'] = /^claude-(?:[a-z]+-)?(\d+)(?:-(\d{1,2})(?!\d))?/.exec(model) ?? [];
  const version = major === undefined ? Number.POSITIVE_INFINITY : 100 * Number(major) + Number(minor);
  return version >= 406 ? 'adaptive' : version >= 307 ? 'budgeted' : 'none';
}

function refusesThinking(refusal: Refusal | undefined): boolean {
  return refusal?.status === 400 && /\bthinking\b/.test(refusal.message);
}

/** Anthropic asks for at least this many tokens of thinking. */
const LEAST_THINKING = 1024;

function thinkingConfig(thinking: Thinking, maxOutputTokens: number): ThinkingConfigParam | undefined {
  if (thinking === 'none') return undefined;
  if (thinking === 'adaptive') return { type: 'adaptive', display: 'summarized' };
  const budget = Math.floor(maxOutputTokens / 2);
  return budget < LEAST_THINKING ? undefined : { type: 'enabled', budget_tokens: budget };
}

function bodyOf(model: string, request: ModelRequest, thinking: Thinking): MessageCreateParamsStreaming {
  const config = thinkingConfig(thinking, request.maxOutputTokens);
  const cached = cachedParts(request.messages);
  return {
    model,
    stream: true,
    max_tokens: request.maxOutputTokens,
    ...(request.system === '' ? {} : { system: request.system }),
    messages: request.messages.map((message) => messageOf(message, cached)),
    ...(config === undefined ? {} : { thinking: config }),
  };
}

/** Anthropic takes four marks; the latest ones cover the earlier ones. */
const MOST_MARKS = 4;

function cachedParts(messages: readonly ChatMessage[]): ReadonlySet<MessagePart> {
  const stable = messages.flatMap(({ parts }) => parts.filter((part) => part.kind === 'text' && part.stable));
  return new Set(stable.slice(-MOST_MARKS));
}

function messageOf({ role, parts }: ChatMessage, cached: ReadonlySet<MessagePart>): MessageParam {
  return {
    role,
    // Text of nothing but white space is refused.
    content: parts
      .filter((part) => part.kind === 'image' || part.text.trim() !== '')
      .map((part) => {
        if (part.kind === 'text') {
          const mark = cached.has(part) ? { cache_control: { type: 'ephemeral' as const } } : {};
          return { type: 'text', text: part.text, ...mark };
        }
        const source = { type: 'base64' as const, media_type: part.mediaType, data: toBase64(part.bytes) };
        return { type: 'image', source };
      }),
  };
}

const countsSchema = z.object({
  input_tokens: z.number().nullish(),
  cache_creation_input_tokens: z.number().nullish(),
  cache_read_input_tokens: z.number().nullish(),
  output_tokens: z.number().nullish(),
});
type Counts = z.infer<typeof countsSchema>;

/** The events of which something is used. Others may come at any time, says Anthropic, and mean nothing here. */
const eventSchemas = {
  message_start: z.object({ type: z.literal('message_start'), message: z.object({ usage: countsSchema }) }),
  content_block_delta: z.object({
    type: z.literal('content_block_delta'),
    delta: z.union([
      z.object({ type: z.literal('text_delta'), text: z.string() }),
      z.object({ type: z.literal('thinking_delta'), thinking: z.string() }),
      z.object({ type: z.string().refine((type) => type !== 'text_delta' && type !== 'thinking_delta') }),
    ]),
  }),
  message_delta: z.object({
    type: z.literal('message_delta'),
    delta: z.object({
      stop_reason: z.string().nullish(),
      stop_details: z.object({ explanation: z.string().nullish() }).nullish(),
    }),
    usage: countsSchema.nullish(),
  }),
  message_stop: z.object({ type: z.literal('message_stop') }),
} as const;
type KnownEvent = {
  [Type in keyof typeof eventSchemas]: z.infer<(typeof eventSchemas)[Type]>;
}[keyof typeof eventSchemas];

/** Undefined for an event that means nothing here. @throws ZodError for one that has not the shape of its type */
function knownEvent(event: { readonly type: string }): KnownEvent | undefined {
  const { type } = event;
  return isKnown(type) ? eventSchemas[type].parse(event) : undefined;
}

function isKnown(type: string): type is keyof typeof eventSchemas {
  return Object.hasOwn(eventSchemas, type);
}

function known(counts: Counts | null | undefined): Counts {
  return Object.fromEntries(Object.entries(counts ?? {}).filter(([, count]) => count !== null));
}

/** Anthropic counts what is read from and written to the cache beside the input. */
function usageOf(counts: Counts): TokenUsage | undefined {
  const { input_tokens, output_tokens } = counts;
  if (typeof input_tokens !== 'number' || typeof output_tokens !== 'number') return undefined;
  const written = counts.cache_creation_input_tokens ?? 0;
  const read = counts.cache_read_input_tokens ?? 0;
  return {
    inputTokens: input_tokens + written + read,
    cachedInputTokens: read,
    ...(written > 0 ? { cacheWriteTokens: written } : {}),
    outputTokens: output_tokens,
  };
}

function endOf(reason: string, explanation: string): ReplyEnd {
  switch (reason) {
    case 'end_turn':
    case 'stop_sequence':
      return { kind: 'complete' };
    case 'max_tokens':
      return { kind: 'token-limit' };
    case 'model_context_window_exceeded':
      return { kind: 'context-limit' };
    case 'refusal':
      return { kind: 'refused', why: explanation };
    default:
      return { kind: 'other', what: reason };
  }
}
