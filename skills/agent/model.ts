// Owns the port to a language or vision model: what is asked, what comes back, and how it can fail. Must never know a
// provider, a price or a robot.

/** Why a model is asked; budgets and records tell them apart. */
export type Purpose = 'program' | 'difference' | 'synthesis' | 'function' | 'question' | 'summary';

export interface TextPart {
  readonly kind: 'text';
  readonly text: string;
  /** Everything up to the end of this part stays the same over many requests: a provider that caches may cache it. */
  readonly stable?: true;
}

export interface ImagePart {
  readonly kind: 'image';
  readonly mediaType: 'image/png' | 'image/jpeg';
  readonly bytes: Uint8Array;
}

export type MessagePart = TextPart | ImagePart;

export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly MessagePart[];
}

export interface ModelRequest {
  readonly purpose: Purpose;
  readonly system: string;
  /** Begins and ends with the user; roles alternate. */
  readonly messages: readonly ChatMessage[];
  /** The provider's default unless given; left out for models that take none. */
  readonly temperature?: number;
  /** Most tokens of the reply, reasoning included. */
  readonly maxOutputTokens: number;
}

/** A piece of a reply as it arrives. 'restart' voids all pieces so far: its text says why the model is asked again. */
export interface ReplyPiece {
  readonly kind: 'text' | 'reasoning' | 'restart';
  readonly text: string;
}

/** Tokens as the provider counted them; the cached ones are part of the input. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  /** The part of the input that was written to the cache, where the provider charges more for it. */
  readonly cacheWriteTokens?: number;
  /** Reasoning included. */
  readonly outputTokens: number;
  /** The provider counted nothing: these numbers are an estimate from the lengths of request and reply. */
  readonly estimated?: true;
}

/** What a request used that was turned away before any work. */
export const NO_USAGE: TokenUsage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

export interface ModelReply {
  readonly text: string;
  /** Empty where the provider shows none. */
  readonly reasoning: string;
  readonly usage: TokenUsage;
  /** As the provider names the request; null when it gave no name. */
  readonly requestId: string | null;
  /** Seconds from sending to the first piece, and to the end; of the attempt that succeeded. */
  readonly firstPieceS: number;
  readonly durationS: number;
  /** Attempts before this one that were given up. */
  readonly retries: number;
}

/** One model that can be asked. */
export interface Model {
  /** As the user named it: "anthropic:NAME", "openai:NAME", "URL#NAME", "expert", "scripted", "recorded". */
  readonly name: string;
  readonly seesImages: boolean;
  /** False when the temperature of a request has no effect; unless said, it has. */
  readonly takesTemperature?: boolean;
  /**
   * Asks once; pieces come in order before the promise resolves.
   * @throws ModelError; code CANCELLED when the signal fired. No request outlives the call.
   */
  ask(request: ModelRequest, onPiece: (piece: ReplyPiece) => void, signal: AbortSignal): Promise<ModelReply>;
}

export const MODEL_ERROR_CODES = [
  'BAD_KEY',
  'NO_CREDIT',
  'RATE_LIMITED',
  'MODEL_NOT_FOUND',
  'CONTEXT_TOO_LONG',
  'BAD_REQUEST',
  'SERVER_DOWN',
  'STALLED',
  'REFUSED',
  'CUT_OFF',
  'MALFORMED',
  'CANCELLED',
  'OVER_BUDGET',
] as const;
export type ModelErrorCode = (typeof MODEL_ERROR_CODES)[number];

/** A model that did not answer, in plain words. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;
  /** What the operator can do about it. */
  readonly hint: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** The wait the provider asked for, seconds. */
  readonly retryAfterS: number | undefined;
  readonly requestId: string | null;
  /** What the attempt used; undefined when nobody knows what the provider will charge. */
  readonly usage: TokenUsage | undefined;
  /** Attempts before this one that were given up. */
  readonly retries: number;

  constructor(
    code: ModelErrorCode,
    message: string,
    hint: string,
    more: {
      readonly retryable?: boolean;
      readonly retryAfterS?: number;
      readonly requestId?: string | null;
      readonly usage?: TokenUsage;
      readonly retries?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.hint = hint;
    this.retryable = more.retryable ?? false;
    this.retryAfterS = more.retryAfterS;
    this.requestId = more.requestId ?? null;
    this.usage = more.usage;
    this.retries = more.retries ?? 0;
  }
}
