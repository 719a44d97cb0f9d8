// Owns what the failures of model servers mean, in plain words. What a server says is quoted as data: one line, short,
// and never with the key. Must never decide whether to ask again; it says whether that may help.

import { ModelError, type ModelErrorCode, NO_USAGE } from '../model.ts';

/** Who was asked, for messages. */
export interface Service {
  /** As "Anthropic", or "the server http://127.0.0.1:11434/v1". */
  readonly label: string;
  readonly model: string;
  /** Name of the environment variable that holds the key. */
  readonly keyVariable: string;
  /** Never shown: to be taken out of whatever the server says. */
  readonly key: string | null;
}

/** What a server said when it did not answer. */
export interface Refusal {
  /** HTTP status; within a stream, that of a server behind, or undefined. */
  readonly status: number | undefined;
  /** Whether it came within a stream, when work had begun. */
  readonly streamed: boolean;
  /** The server's own names for the error, as "invalid_request_error model_not_found". */
  readonly kind: string;
  readonly message: string;
  /** The parameter it complains of, where it says so. */
  readonly parameter: string;
  readonly retryAfterS: number | undefined;
  readonly requestId: string | null;
}

type Facts = readonly [code: ModelErrorCode, what: string, hint: string, retryable?: boolean];

export function failureOf(service: Service, refusal: Refusal): ModelError {
  const { retryAfterS, requestId } = refusal;
  const [code, what, hint, retryable = false] = meaning(service, refusal);
  // Servers repeat parts of a bad key in their messages.
  const said = code === 'BAD_KEY' ? '' : quoted(refusal.message, service.key);
  return new ModelError(code, `${what}${said === '' ? '' : ` (it says: ${said})`}.`, hint, {
    retryable,
    requestId,
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
    // A server that answers with an error status has done no work; one that fails half way may charge for it.
    ...(refusal.streamed ? {} : { usage: NO_USAGE }),
  });
}

const CONTEXT =
  /context[_ ](length|size|window)|maximum context|prompt is too long|too many (input )?tokens|exceeds? .*context/;
const CREDIT =
  /insufficient_quota|billing_error|credit balance|insufficient (funds|credit|balance)|exceeded your current quota/;

function meaning({ label, model, keyVariable }: Service, { status, kind, message, retryAfterS }: Refusal): Facts {
  const text = `${kind} ${message}`.toLowerCase();
  const is = (...statuses: number[]) => status !== undefined && statuses.includes(status);
  if (is(402) || CREDIT.test(text)) {
    return ['NO_CREDIT', `The account at ${label} has no credit left`, 'Add credit, or choose another model.'];
  }
  if (is(401) || /authentication_error|invalid_api_key/.test(kind)) {
    return ['BAD_KEY', `${name(label)} does not accept the key`, `Put a valid key into ${keyVariable}.`];
  }
  if (is(403) || /permission_error/.test(kind)) {
    return [
      'BAD_KEY',
      `The key may not be used for ${model} at ${label}`,
      `Check what the key in ${keyVariable} allows.`,
    ];
  }
  if (is(413) || (is(400, 422) && CONTEXT.test(text)) || (status === undefined && /context_length/.test(kind))) {
    return [
      'CONTEXT_TOO_LONG',
      `The conversation is longer than ${model} at ${label} can take`,
      'Start a new session, or choose a model with a longer context.',
    ];
  }
  if (is(404) || /model_not_found|not_found_error/.test(kind)) {
    return [
      'MODEL_NOT_FOUND',
      `${name(label)} has no model ${model}, or nothing at this address`,
      'Check the name of the model and, for a server of your own, that its address is whole, as in http://127.0.0.1:11434/v1.',
    ];
  }
  if (is(429) || /rate_limit/.test(kind)) {
    const wait = retryAfterS === undefined ? '' : ` and asks to wait ${Math.ceil(retryAfterS)} s`;
    return ['RATE_LIMITED', `${name(label)} takes no more requests for now${wait}`, 'Wait, or ask less at once.', true];
  }
  if (is(529) || /overloaded/.test(kind)) {
    return ['SERVER_DOWN', `${name(label)} is overloaded`, 'Try again in some minutes, or choose another model.', true];
  }
  if (is(408, 409, 425) || (status ?? 0) >= 500 || (status === undefined && !/invalid_request/.test(kind))) {
    const how = status === undefined ? 'failed while it answered' : `failed with status ${status}`;
    return ['SERVER_DOWN', `${name(label)} ${how}`, 'Try again in some minutes, or choose another model.', true];
  }
  if (status !== undefined && status < 400) {
    return ['BAD_REQUEST', `${name(label)} points to another address (status ${status})`, 'Use that address itself.'];
  }
  return [
    'BAD_REQUEST',
    `${name(label)} did not take the request${status === undefined ? '' : ` (status ${status})`}`,
    'Check that the model takes what it is sent: its settings, and images where they are given.',
  ];
}

/** At the beginning of a sentence. */
export function name(label: string): string {
  return label[0].toUpperCase() + label.slice(1);
}

/** Nothing was reached, or the connection broke before an answer. */
export function unreachable({ label, key }: Service, cause: unknown): ModelError {
  return new ModelError(
    'SERVER_DOWN',
    `${name(label)} cannot be reached (${quoted(innermost(cause), key)}).`,
    'Check the network, and for a server of your own that it runs at this address.',
    { retryable: true, usage: NO_USAGE },
  );
}

function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return innermost(cause);
  const { code } = error as { code?: unknown };
  return error.message !== '' ? error.message : String(code ?? error.name);
}

/** Longest quotation of a server, characters. */
const QUOTED = 300;

/** What a server said, as one short line without the key; empty when it said nothing. */
export function quoted(text: string, key: string | null): string {
  const clean = key === null || key === '' ? text : text.replaceAll(key, '[key]');
  const line = clean.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (line === '') return '';
  return JSON.stringify(line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line);
}

/**
 * What is wrong, out of the error bodies of the servers in use: those of OpenAI and Anthropic, FastAPI, plain text.
 * @param answerStatus of an answer that is an error as a whole; left out for an error within a stream
 */
export function refusalOf(body: unknown, headers: Headers | undefined, answerStatus?: number): Refusal {
  const outer = record(body);
  const inner = record(outer.error ?? outer);
  const words = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
  const message =
    words(inner.message) || words(outer.error) || words(outer.message) || words(outer.detail) || words(body);
  // OpenRouter puts the status of the server behind it into the code of an error within a stream.
  const code = typeof inner.code === 'number' && inner.code >= 400 && inner.code < 600 ? inner.code : undefined;
  return {
    status: answerStatus ?? code,
    streamed: answerStatus === undefined,
    kind: [inner.type, inner.code].map(words).filter(Boolean).join(' '),
    message,
    parameter: words(inner.param),
    retryAfterS: headers === undefined ? undefined : retryAfter(headers),
    requestId: headers === undefined ? null : requestIdOf(headers),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** How OpenAI, Anthropic and proxies name a request. */
export function requestIdOf(headers: Headers): string | null {
  return headers.get('x-request-id') ?? headers.get('request-id');
}

/** Seconds, from the header as seconds or as a date. */
function retryAfter(headers: Headers): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (ms >= 0) return ms / 1000;
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const seconds = Number(text);
  if (seconds >= 0) return seconds;
  const until = Date.parse(text);
  return Number.isNaN(until) ? undefined : Math.max(0, (until - Date.now()) / 1000);
}
