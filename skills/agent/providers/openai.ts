// Owns the Chat Completions of OpenAI as they are streamed, which every compatible server speaks too: OpenRouter, vLLM,
// Ollama, LM Studio, llama.cpp. Must never read the environment, or try again after a failure.

import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { z } from 'zod';
import { toBase64 } from '../../perception/base64.ts';
import type { ChatMessage, Model, ModelReply, ModelRequest, TokenUsage } from '../model.ts';
import { endReply, type ReplyEnd } from './reply-end.ts';
import { ReplyWatch } from './reply-watch.ts';
import { failureOf, type Refusal, refusalOf, type Service } from './server-failure.ts';
import { STREAM_LIMITS, type StreamLimits } from './stream-limits.ts';

export interface OpenAiSettings {
  /** As the user named the model. */
  readonly name: string;
  readonly service: Service;
  readonly baseUrl: string;
  /** OpenAI's own service, whose newer models know only `max_completion_tokens`; compatible servers know `max_tokens`. */
  readonly flavour: 'openai' | 'compatible';
  readonly seesImages?: boolean;
  readonly limits?: Partial<StreamLimits>;
}

/** OpenAI's reasoning models refuse a temperature; asking is dearer than knowing. */
const REASONS = /^(o\d|gpt-([5-9]|\d\d))(?!.*chat)/;

/** What a server was found not to take; asked anew without it, and not tried again. */
interface Abilities {
  temperature: boolean;
  tokensField: 'max_tokens' | 'max_completion_tokens';
  tokensFieldLearned: boolean;
  countsOnDemand: boolean;
}

export async function openAiModel(settings: OpenAiSettings): Promise<Model> {
  const { APIError, OpenAI } = await import('openai');
  const { service, baseUrl, flavour } = settings;
  const limits = { ...STREAM_LIMITS, ...settings.limits };
  const abilities: Abilities = {
    temperature: flavour === 'compatible' || !REASONS.test(service.model),
    tokensField: flavour === 'openai' ? 'max_completion_tokens' : 'max_tokens',
    tokensFieldLearned: false,
    countsOnDemand: true,
  };

  async function attempt(request: ModelRequest, watch: ReplyWatch): Promise<ModelReply> {
    const client = new OpenAI({
      baseURL: baseUrl,
      // Servers of one's own often have none; the header is left out then.
      apiKey: service.key ?? 'none',
      ...(service.key === null ? { defaultHeaders: { Authorization: null } } : {}),
      ...(flavour === 'compatible' ? { organization: null, project: null } : {}),
      maxRetries: 0,
      timeout: limits.totalS * 1000,
      logLevel: 'off',
      fetch: watch.fetch,
    });
    const stream = await client.chat.completions.create(bodyOf(service.model, request, abilities), {
      signal: watch.signal,
    });
    let end: ReplyEnd | undefined;
    let usage: TokenUsage | undefined;
    let refusal = '';
    for await (const event of stream) {
      const { choices, usage: counted } = chunkSchema.parse(event);
      if (counted) usage = usageOf(counted);
      watch.alive();
      for (const { delta, finish_reason } of choices ?? []) {
        watch.add('reasoning', delta?.reasoning_content ?? delta?.reasoning ?? '');
        watch.add('text', delta?.content ?? '');
        refusal += delta?.refusal ?? '';
        if (finish_reason) end = endOf(finish_reason, refusal);
      }
      if (end !== undefined && usage !== undefined) break;
      if (end !== undefined) watch.ending();
    }
    if (end === undefined) throw watch.cut();
    return endReply(service, request, watch, end, usage);
  }

  return {
    name: settings.name,
    seesImages: settings.seesImages ?? true,
    get takesTemperature() {
      return abilities.temperature;
    },
    async ask(request, onPiece, signal) {
      for (;;) {
        const watch = new ReplyWatch(service, limits, onPiece, signal);
        try {
          return await attempt(request, watch);
        } catch (error) {
          if (watch.refusal !== undefined && learned(abilities, request, watch.refusal)) continue;
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

/** Whether the server refused a setting that it can be asked without. */
function learned(abilities: Abilities, request: ModelRequest, { status, parameter, message }: Refusal): boolean {
  if (status !== 400 && status !== 422) return false;
  const about = (field: string) => parameter === field || new RegExp(`\\b${field}\\b`).test(message);
  if (about('temperature') && abilities.temperature && request.temperature !== undefined) {
    abilities.temperature = false;
    return true;
  }
  if (about('stream_options') && abilities.countsOnDemand) {
    abilities.countsOnDemand = false;
    return true;
  }
  // Each field once: a server that takes neither has said so.
  if (about(abilities.tokensField) && !abilities.tokensFieldLearned) {
    abilities.tokensField = abilities.tokensField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
    abilities.tokensFieldLearned = true;
    return true;
  }
  return false;
}

function bodyOf(
  model: string,
  request: ModelRequest,
  { temperature, tokensField, countsOnDemand }: Abilities,
): ChatCompletionCreateParamsStreaming {
  const system: ChatCompletionMessageParam[] =
    request.system === '' ? [] : [{ role: 'system', content: request.system }];
  return {
    model,
    stream: true,
    ...(countsOnDemand ? { stream_options: { include_usage: true } } : {}),
    messages: [...system, ...request.messages.map(messageOf)],
    [tokensField]: request.maxOutputTokens,
    ...(temperature && request.temperature !== undefined ? { temperature: request.temperature } : {}),
  };
}

/** Text alone goes as one string, which the plainest of servers takes. */
function messageOf({ role, parts }: ChatMessage): ChatCompletionMessageParam {
  const texts = parts.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  if (role === 'assistant' || texts.length === parts.length) return { role, content: texts.join('\n\n') };
  return {
    role,
    content: parts.map((part) =>
      part.kind === 'text'
        ? { type: 'text', text: part.text }
        : { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${toBase64(part.bytes)}` } },
    ),
  };
}

const usageSchema = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  prompt_tokens_details: z
    .object({ cached_tokens: z.number().nullish(), cache_write_tokens: z.number().nullish() })
    .nullish(),
});

/** What is used of an event. Servers differ in the rest. */
const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            /** vLLM, DeepSeek, llama.cpp */
            reasoning_content: z.string().nullish(),
            /** OpenRouter, Ollama, newer vLLM */
            reasoning: z.string().nullish(),
            refusal: z.string().nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: usageSchema.nullish(),
});

function usageOf(counted: z.infer<typeof usageSchema>): TokenUsage {
  const { cached_tokens, cache_write_tokens } = counted.prompt_tokens_details ?? {};
  return {
    inputTokens: counted.prompt_tokens,
    cachedInputTokens: cached_tokens ?? 0,
    ...(cache_write_tokens ? { cacheWriteTokens: cache_write_tokens } : {}),
    outputTokens: counted.completion_tokens,
  };
}

function endOf(reason: string, refusal: string): ReplyEnd {
  if (reason === 'content_filter' || refusal !== '') return { kind: 'refused', why: refusal };
  if (reason === 'stop') return { kind: 'complete' };
  return reason === 'length' ? { kind: 'token-limit' } : { kind: 'other', what: reason };
}
