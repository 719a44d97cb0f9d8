// Owns one question to a model server: JSON over HTTP, with a time limit, further tries and precise errors. The only
// part of perception that uses the network. Must never know what a question means.
//
// "Down" (no connection, no answer in time, an answer cut off) and "a wrong answer" (an error status, or JSON not as
// agreed) are different errors; an empty result is neither, and is the caller's to judge.

import type { z } from 'zod';
import { PerceptionError } from './detector.ts';
import type { ServerSettings } from './server-settings.ts';

export type Patience = Pick<ServerSettings, 'timeoutMs' | 'retries' | 'firstWaitMs'>;

/** Characters of a server's answer that an error repeats. */
const SHOWN = 200;

export interface ServerQuestion<Answer> {
  /** Name of the server, for people: "SAM 3". */
  readonly server: string;
  readonly baseUrl: string;
  /** Path below the base URL, as "/segment". */
  readonly path: string;
  readonly body: unknown;
  readonly answer: z.ZodType<Answer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Asks, and reads the answer. Tries again after lost connections and answers 5xx only: these questions change nothing,
 * so asking twice does no harm.
 * @throws PerceptionError SERVER_DOWN or SERVER_ANSWER; the signal's reason when aborted
 */
export async function askServer<Answer>(
  question: ServerQuestion<Answer>,
  patience: Patience,
  signal?: AbortSignal,
): Promise<Answer> {
  const url = `${question.baseUrl.replace(/\/+$/, '')}${question.path}`;
  const body = JSON.stringify(question.body);
  let waitMs = patience.firstWaitMs;
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    const outcome = await tryOnce(question, url, body, patience.timeoutMs, signal);
    if (outcome.kind === 'answered') return readAnswer(question, url, outcome.text);
    if (outcome.kind === 'final' || attempt >= patience.retries) throw outcome.error;
    await wait(waitMs, signal);
    waitMs *= 2;
  }
}

type Outcome =
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'again' | 'final'; readonly error: PerceptionError };

async function tryOnce(
  { server, headers }: Pick<ServerQuestion<unknown>, 'server' | 'headers'>,
  url: string,
  body: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const limit = AbortSignal.timeout(timeoutMs);
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'error',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    signal?.throwIfAborted();
    if (limit.aborted) {
      return {
        kind: 'final',
        error: down(`${server} at ${url} did not answer within ${timeoutMs / 1000} s`, cause),
      };
    }
    return { kind: 'again', error: down(`${server} at ${url} cannot be reached: ${reasonOf(cause)}`, cause) };
  }
  if (status >= 200 && status < 300) return { kind: 'answered', text };
  const error = new PerceptionError(
    'SERVER_ANSWER',
    `${server} at ${url} answered with status ${status}: ${shorten(text)}`,
    status >= 500
      ? 'The server failed on this question. Look into its log.'
      : 'The server did not accept the question. Check that it is the right server, in the version this client was written for.',
  );
  return { kind: status >= 500 ? 'again' : 'final', error };
}

function readAnswer<Answer>({ server, answer }: ServerQuestion<Answer>, url: string, text: string): Answer {
  const wrong = (what: string, cause?: unknown) =>
    new PerceptionError(
      'SERVER_ANSWER',
      `${server} at ${url} answered, but ${what}`,
      'Check that it is the right server, in the version this client was written for.',
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw wrong(`not in JSON: ${shorten(text)}`, cause);
  }
  const parsed = answer.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue.path.length === 0 ? 'the answer' : `"${issue.path.join('.')}"`;
  throw wrong(`${where} is not as agreed: ${issue.message}`, parsed.error);
}

function down(message: string, cause: unknown): PerceptionError {
  return new PerceptionError(
    'SERVER_DOWN',
    message,
    'This is not "nothing found". Start the server or correct its URL in the settings; or use the pixel detector.',
    { cause },
  );
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause;
  if (inner instanceof Error && inner.message !== '') return inner.message;
  return inner instanceof Error && 'code' in inner ? String(inner.code) : cause.message;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line === '' ? '(an empty answer)' : line.length > SHOWN ? `${line.slice(0, SHOWN)} ...` : line;
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
