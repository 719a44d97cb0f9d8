// Owns one attempt to get a reply over HTTP: its clock, its limits, its pieces, and the end of its connection. Whatever
// happens, the request is over when the attempt is. Must never know what the events of a provider mean.

import { ZodError } from 'zod';
import { ModelError, type ModelReply, type ReplyPiece, type TokenUsage } from '../model.ts';
import {
  failureOf,
  name,
  quoted,
  type Refusal,
  refusalOf,
  requestIdOf,
  type Service,
  unreachable,
} from './server-failure.ts';
import type { StreamLimits } from './stream-limits.ts';

/** Once the model has ended its reply, counts may still come; a server that sends none is not waited for, seconds. */
const COUNT_GRACE_S = 5;

/** Error pages may be long; no more than this is read of one, bytes. */
const ERROR_BYTES = 64 * 1024;

const encoder = new TextEncoder();

export class ReplyWatch {
  /** What the server said when it turned the request away. */
  refusal: Refusal | undefined;
  requestId: string | null = null;
  readonly #controller = new AbortController();
  readonly #startMs = performance.now();
  readonly #service: Service;
  readonly #limits: StreamLimits;
  readonly #caller: AbortSignal;
  readonly #onPiece: (piece: ReplyPiece) => void;
  readonly #total: NodeJS.Timeout | number;
  #silence: NodeJS.Timeout | number | undefined;
  #failure: ModelError | undefined;
  #opened = false;
  #ending = false;
  #firstPieceS: number | undefined;
  #text = '';
  #reasoning = '';
  #replyBytes = 0;

  constructor(service: Service, limits: StreamLimits, onPiece: (piece: ReplyPiece) => void, caller: AbortSignal) {
    this.#service = service;
    this.#limits = limits;
    this.#caller = caller;
    this.#onPiece = onPiece;
    this.#total = setTimeout(() => {
      const hint = 'Ask for less, or give the model more time.';
      this.#fail(
        new ModelError(
          'STALLED',
          `${name(service.label)} took longer than ${limits.totalS} s; the request was given up.`,
          hint,
        ),
      );
    }, limits.totalS * 1000);
    this.#listenFor(limits.firstPieceS);
    if (caller.aborted) this.#cancel();
    else caller.addEventListener('abort', this.#cancel, { once: true });
  }

  /** Fires when the attempt is over for whatever reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the reply has ended and only counts were waited for. */
  get ended(): boolean {
    return this.#ending;
  }

  /** Fetch under the limits of this attempt; an answer that is no stream is its failure. */
  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    // A redirect would carry the key to an address that nobody named.
    const response = await fetch(input, { ...init, redirect: 'manual' });
    const { status, headers } = response;
    this.#opened = true;
    this.requestId = requestIdOf(headers);
    if (!response.ok) {
      const text = await this.#limited(response, ERROR_BYTES, 'cut').text();
      this.refusal = refusalOf(parsedJson(text) ?? text, headers, status);
      throw this.#fail(failureOf(this.#service, this.refusal));
    }
    const type = headers.get('content-type') ?? 'nothing';
    if (!/^text\/event-stream\b/i.test(type)) {
      throw this.#fail(
        new ModelError(
          'MALFORMED',
          `${name(this.#service.label)} answered with ${quoted(type, this.#service.key)} instead of a stream of events.`,
          'Check that the address is that of a model server and whole, as in http://127.0.0.1:11434/v1.',
          { requestId: this.requestId },
        ),
      );
    }
    return this.#limited(response, this.#limits.wireBytes, 'fail');
  };

  /** Takes a piece of the reply. @throws ModelError MALFORMED when the reply gets too long */
  add(kind: 'text' | 'reasoning', text: string): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (text === '') return;
    this.#replyBytes += encoder.encode(text).length;
    if (this.#replyBytes > this.#limits.replyBytes) throw this.#fail(this.#tooLong(this.#limits.replyBytes));
    this.#firstPieceS ??= this.#elapsedS();
    this.alive();
    if (kind === 'text') this.#text += text;
    else this.#reasoning += text;
    this.#onPiece({ kind, text });
  }

  /** An event came, if only one without words. Until the first piece there is one limit for all of it. */
  alive(): void {
    if (this.#firstPieceS !== undefined && !this.#ending) this.#listenFor(this.#limits.silenceS);
  }

  /** The model has ended its reply; only counts may come. */
  ending(): void {
    if (this.#ending) return;
    this.#ending = true;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#controller.abort(), Math.min(COUNT_GRACE_S, this.#limits.silenceS) * 1000);
  }

  get text(): string {
    return this.#text;
  }

  get reasoning(): string {
    return this.#reasoning;
  }

  reply(usage: TokenUsage): ModelReply {
    const durationS = this.#elapsedS();
    return {
      text: this.#text,
      reasoning: this.#reasoning,
      usage,
      requestId: this.requestId,
      firstPieceS: this.#firstPieceS ?? durationS,
      durationS,
      retries: 0,
    };
  }

  /** What an error that ended the attempt means; of several reasons the first one. */
  failure(error: unknown): ModelError {
    if (this.#failure !== undefined) return this.#failure;
    if (error instanceof ModelError) return error;
    const { label, key } = this.#service;
    if (error instanceof SyntaxError) {
      return new ModelError('MALFORMED', `${name(label)} sent events that are not JSON.`, AGAIN, this.#broken());
    }
    if (error instanceof ZodError) {
      const [issue] = error.issues;
      const what = `${issue.path.join('.') || 'the event'}: ${issue.message}`;
      const message = `${name(label)} sent an event of another shape than agreed (${what}).`;
      return new ModelError('MALFORMED', message, AGAIN, this.#broken());
    }
    return this.#opened
      ? this.cut(quoted(error instanceof Error ? error.message : String(error), key))
      : unreachable(this.#service, error);
  }

  /** The connection ended before the reply did. */
  cut(why = ''): ModelError {
    const { label } = this.#service;
    const after = `after ${this.#text.length} characters`;
    const message = `The connection to ${label} broke ${after}, before the end of the reply${why === '' ? '' : ` (${why})`}.`;
    return new ModelError('CUT_OFF', message, AGAIN, this.#broken());
  }

  /** Ends the attempt: no timer and no connection outlives it. */
  close(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#silence);
    this.#caller.removeEventListener('abort', this.#cancel);
    this.#controller.abort();
  }

  #broken() {
    return { retryable: true, requestId: this.requestId };
  }

  readonly #cancel = () => {
    const hint = 'Ask again when you want to go on.';
    this.#fail(
      new ModelError('CANCELLED', `The request to ${this.#service.label} was cancelled.`, hint, {
        requestId: this.requestId,
      }),
    );
  };

  #elapsedS(): number {
    return (performance.now() - this.#startMs) / 1000;
  }

  #listenFor(seconds: number): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      const soFar = this.#firstPieceS === undefined ? 'nothing' : `${this.#text.length} characters, then nothing`;
      const message = `${name(this.#service.label)} sent ${soFar} for ${seconds} s; the request was given up.`;
      const hint = 'Try again, or choose another model. A slow server of your own may need a longer limit.';
      this.#fail(new ModelError('STALLED', message, hint, this.#broken()));
    }, seconds * 1000);
  }

  #tooLong(bytes: number): ModelError {
    return new ModelError(
      'MALFORMED',
      `The reply of ${this.#service.label} is longer than ${Math.round(bytes / 1024)} kB; the rest was not read.`,
      'Choose another model, or allow fewer tokens for a reply.',
      { requestId: this.requestId },
    );
  }

  #fail(error: ModelError): ModelError {
    this.#failure ??= error;
    this.#controller.abort();
    return this.#failure;
  }

  /** The same response, of which no more than so many bytes are read. */
  #limited(response: Response, most: number, beyond: 'cut' | 'fail'): Response {
    let bytes = 0;
    const limit = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        bytes += chunk.length;
        if (bytes <= most) controller.enqueue(chunk);
        else if (beyond === 'cut') controller.terminate();
        else controller.error(this.#fail(this.#tooLong(most)));
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body?.pipeThrough(limit) ?? null, { status, statusText, headers });
  }
}

const AGAIN = 'Try again, or choose another model.';

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
