import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Budget } from '../../skills/agent/budget.ts';
import { ModelError, type ModelErrorCode, NO_USAGE } from '../../skills/agent/model.ts';
import type { WireServer, WireTurn } from '../fixtures/wire/wire-server.ts';
import { collector, NEVER, open, QUICK, REQUEST, STANDS } from './model-stands.ts';

const failed = (asked: Promise<unknown>): Promise<ModelError> =>
  asked.then(
    () => {
      throw new Error('the request succeeded');
    },
    (error: unknown) => {
      if (error instanceof ModelError) return error;
      throw error;
    },
  );

describe.each(STANDS)('a model of $provider', (stand) => {
  let server: WireServer;

  beforeEach(async () => {
    server = await stand.start();
  });

  afterEach(async () => {
    // No orphan: every request has been answered to its end, or its connection is closed.
    await Promise.all(server.requests.map(({ ended }) => ended));
    await server.close();
  });

  async function failure(
    turns: readonly WireTurn[],
    limits: Partial<typeof QUICK.limits> & Record<string, number> = {},
  ) {
    server.order(...turns);
    const budget = new Budget();
    const model = await open(stand, server, { budget, limits: { ...QUICK.limits, ...limits } });
    const { onPiece, of } = collector();
    const error = await failed(model.ask(REQUEST, onPiece, NEVER));
    return { error, restarts: of('restart'), budget };
  }

  it('streams its reasoning and its text in order, and says what they took', async () => {
    server.order({ reasoning: ['I think ', 'of 方块.'], text: ['```ts\n', 'await openGripper();\n', '``` 🤖'] });
    const model = await open(stand, server);
    const { pieces, of, onPiece } = collector();
    const reply = await model.ask(REQUEST, onPiece, NEVER);
    expect(reply.text).toBe('```ts\nawait openGripper();\n``` 🤖');
    expect(reply.reasoning).toBe('I think of 方块.');
    expect(of('text').join('')).toBe(reply.text);
    expect(of('reasoning').join('')).toBe(reply.reasoning);
    expect(pieces.findIndex(({ kind }) => kind === 'text')).toBe(2);
    expect(reply.usage).toMatchObject({ inputTokens: 1000, outputTokens: 50 });
    expect(reply.usage.cachedInputTokens).toBeGreaterThan(0);
    expect(reply).toMatchObject({ requestId: 'req_1', retries: 0 });
    expect(reply.durationS).toBeGreaterThanOrEqual(reply.firstPieceS);
    expect(model.name).toBe(stand.place(server).name);
  });

  describe('ends in words, at once and without another try,', () => {
    const rows: readonly [string, number, [type: string, message: string, code?: string], ModelErrorCode][] = [
      ['a bad key', 401, ['authentication_error', 'invalid key', 'invalid_api_key'], 'BAD_KEY'],
      ['a key without the right', 403, ['permission_error', 'not allowed'], 'BAD_KEY'],
      ['no credit', 402, ['billing_error', 'payment required'], 'NO_CREDIT'],
      ['credit that is used up', 400, ['invalid_request_error', 'Your credit balance is too low'], 'NO_CREDIT'],
      [
        'a quota that is used up',
        429,
        ['insufficient_quota', 'You exceeded your quota', 'insufficient_quota'],
        'NO_CREDIT',
      ],
      ['a model that is not there', 404, ['not_found_error', 'model: x', 'model_not_found'], 'MODEL_NOT_FOUND'],
      [
        'a prompt too long',
        400,
        ['invalid_request_error', 'prompt is too long: 210000 tokens > 200000'],
        'CONTEXT_TOO_LONG',
      ],
      [
        'a context too long',
        400,
        ['invalid_request_error', "This model's maximum context length is 8192 tokens.", 'context_length_exceeded'],
        'CONTEXT_TOO_LONG',
      ],
      ['a body too large', 413, ['request_too_large', 'too large'], 'CONTEXT_TOO_LONG'],
      ['a request it does not take', 400, ['invalid_request_error', 'image input is not supported'], 'BAD_REQUEST'],
    ];
    it.each(rows)('with %s (%i)', async (_what, status, [type, message, code], expected) => {
      const { error, budget } = await failure([{ kind: 'status', status, body: stand.error(type, message, code) }]);
      expect(error).toMatchObject({
        code: expected,
        retryable: false,
        retries: 0,
        requestId: 'req_1',
        usage: NO_USAGE,
      });
      expect(error.hint).not.toBe('');
      expect(server.requests).toHaveLength(1);
      expect(budget.state().spent).toMatchObject({ calls: 1, tokens: 0, costUsd: 0 });
    });

    it('with an address that points elsewhere, to which the key does not go', async () => {
      const { error } = await failure([
        { kind: 'status', status: 307, body: '', headers: { location: `${server.url}/elsewhere` } },
      ]);
      expect(error.code).toBe('BAD_REQUEST');
      expect(error.message).toMatch(/points to another address/);
      expect(server.requests).toHaveLength(1);
    });

    it.each([
      ['a page of HTML', 'text/html', '<h1>Welcome</h1>'],
      ['one JSON value', 'application/json', '{"choices": []}'],
    ])('with %s instead of a stream', async (_what, type, body) => {
      const { error } = await failure([{ kind: 'not-a-stream', type, body }]);
      expect(error).toMatchObject({ code: 'MALFORMED', retryable: false });
      expect(error.message).toContain(type);
    });

    it('with a refusal, and its reason', async () => {
      const { error, budget } = await failure([{ text: ['I '], end: stand.refused, refusal: 'I will not.' }]);
      expect(error).toMatchObject({ code: 'REFUSED', retryable: false });
      expect(error.message).toContain('I will not.');
      expect(budget.state().spent.tokens).toBe(1050);
    });

    it('with a reply cut off at its most tokens, which are charged', async () => {
      const { error, budget } = await failure([{ text: ['```ts\nawait '], end: stand.tokenLimit }]);
      expect(error).toMatchObject({ code: 'CUT_OFF', retryable: false });
      expect(error.message).toMatch(/cut off at 4000 tokens/);
      expect(budget.state().spent.tokens).toBe(1050);
      expect(server.requests).toHaveLength(1);
    });

    it('with a reply of 200 kB where less is allowed', async () => {
      const text = Array.from({ length: 200 }, () => 'x'.repeat(1000));
      const { error } = await failure([{ text }], { replyBytes: 100_000 });
      expect(error).toMatchObject({ code: 'MALFORMED', retryable: false });
      expect(error.message).toMatch(/longer than 98 kB/);
    });

    it('with a line that never ends', async () => {
      const { error } = await failure([{ kind: 'endless-line', bytes: 256 * 1024 * 1024 }], { wireBytes: 3_000_000 });
      expect(error).toMatchObject({ code: 'MALFORMED', retryable: false });
      expect(await server.requests[0].ended).toBe('left');
    });
  });

  describe('tries again, so often and no more,', () => {
    const rows: readonly [string, WireTurn, ModelErrorCode][] = [
      ['a failing server', { kind: 'status', status: 500, body: stand.error('api_error', 'internal') }, 'SERVER_DOWN'],
      ['a failing proxy', { kind: 'status', status: 502, body: '<html>Bad gateway</html>' }, 'SERVER_DOWN'],
      [
        'an overloaded server',
        { kind: 'status', status: 529, body: stand.error('overloaded_error', 'Overloaded') },
        'SERVER_DOWN',
      ],
      [
        'too many requests',
        { kind: 'status', status: 429, body: stand.error('rate_limit_error', 'slow down') },
        'RATE_LIMITED',
      ],
      ['a connection that breaks before the first piece', { kind: 'cut', after: 0 }, 'CUT_OFF'],
      ['a connection that breaks in the middle', { kind: 'cut', after: 1 }, 'CUT_OFF'],
      ['a stream that ends in the middle', { kind: 'end-early', after: 2 }, 'CUT_OFF'],
      ['events that are not JSON', { kind: 'bad-json', after: 1 }, 'MALFORMED'],
      ['events of another shape', { kind: 'bad-event', after: 1 }, 'MALFORMED'],
      ['an empty reply', { text: [''] }, 'MALFORMED'],
      ['a reply of white space', { text: [' \n', ' '] }, 'MALFORMED'],
      ['an end that nobody asked for', { text: ['x'], end: 'tool_calls' }, 'MALFORMED'],
      [
        'overload in the middle',
        { kind: 'stream-error', after: 1, error: { type: 'overloaded_error', message: 'Overloaded' } },
        'SERVER_DOWN',
      ],
    ];
    it.each(rows)('after %s', async (_what, turn, expected) => {
      const { error, restarts, budget } = await failure([turn]);
      expect(error).toMatchObject({ code: expected, retryable: true, retries: 2 });
      expect(error.message).toMatch(/Given up after 3 attempts\./);
      expect(server.requests).toHaveLength(3);
      expect(restarts).toHaveLength(2);
      expect(budget.state().spent.calls).toBe(3);
    });

    it.each(rows)('after %s, and takes the reply that comes then', async (_what, turn) => {
      server.order(turn, { text: ['Hel', 'lo'] });
      const model = await open(stand, server);
      const { pieces, onPiece } = collector();
      const reply = await model.ask(REQUEST, onPiece, NEVER);
      expect(reply).toMatchObject({ text: 'Hello', retries: 1, requestId: 'req_2' });
      const restart = pieces.findLastIndex(({ kind }) => kind === 'restart');
      expect(
        pieces
          .slice(restart + 1)
          .map(({ text }) => text)
          .join(''),
      ).toBe('Hello');
    });

    it('after the wait the server asks for', async () => {
      const body = stand.error('rate_limit_error', 'slow down');
      server.order({ kind: 'status', status: 429, body, headers: { 'retry-after': '1' } }, { text: ['Hello'] });
      const model = await open(stand, server, { retry: { ...QUICK.retry, totalWaitS: 5 } });
      const { onPiece, of } = collector();
      const begun = performance.now();
      await expect(model.ask(REQUEST, onPiece, NEVER)).resolves.toMatchObject({ text: 'Hello', retries: 1 });
      expect(performance.now() - begun).toBeGreaterThanOrEqual(1000);
      expect(of('restart')).toEqual([expect.stringMatching(/asks to wait 1 s .*Asking again in 1\.0 s\.$/)]);
    });

    it('but not when that wait is longer than may be waited', async () => {
      const body = stand.error('rate_limit_error', 'slow down');
      const { error } = await failure([{ kind: 'status', status: 429, body, headers: { 'retry-after': '3600' } }]);
      expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterS: 3600, retries: 0 });
      expect(error.message).toMatch(/wait 3600 s/);
      expect(server.requests).toHaveLength(1);
    });

    it('when nothing can be reached', async () => {
      const model = await open(stand, server);
      await server.close();
      const { onPiece, of } = collector();
      const error = await failed(model.ask(REQUEST, onPiece, NEVER));
      expect(error).toMatchObject({ code: 'SERVER_DOWN', retries: 2, usage: NO_USAGE });
      expect(error.message).toMatch(/cannot be reached/);
      expect(of('restart')).toHaveLength(2);
    });
  });

  describe('is not waited for longer than allowed', () => {
    it('when nothing comes at all', async () => {
      const { error } = await failure([{ kind: 'silent' }], { firstPieceS: 0.1 });
      expect(error).toMatchObject({ code: 'STALLED', retries: 2 });
      expect(error.message).toMatch(/sent nothing for 0\.1 s/);
      expect(await Promise.all(server.requests.map(({ ended }) => ended))).toEqual(['left', 'left', 'left']);
    });

    it('when only signs of life come', async () => {
      const { error } = await failure([{ kind: 'alive-only' }], { firstPieceS: 0.2 });
      expect(error).toMatchObject({ code: 'STALLED', retries: 2 });
      expect(await server.requests[0].ended).toBe('left');
    });

    it('when the stream stops', async () => {
      const { error, budget } = await failure([{ kind: 'stall', after: 1 }], { silenceS: 0.1 });
      expect(error).toMatchObject({ code: 'STALLED', retries: 2 });
      expect(error.message).toMatch(/3 characters, then nothing/);
      expect(await server.requests[2].ended).toBe('left');
      // Nobody knows what was billed: the worst is charged.
      expect(budget.state().spent.tokens).toBeGreaterThanOrEqual(3 * REQUEST.maxOutputTokens);
    });

    it('when it takes longer than all of it may', async () => {
      const { error } = await failure([{ kind: 'silent' }], { totalS: 0.1 });
      expect(error).toMatchObject({ code: 'STALLED', retryable: false, retries: 0 });
    });
  });

  it('may take its time for the first piece', async () => {
    server.order({ kind: 'slow-first', ms: 400 });
    const model = await open(stand, server, { limits: { ...QUICK.limits, silenceS: 0.1 } });
    const reply = await model.ask(REQUEST, collector().onPiece, NEVER);
    expect(reply.text).toBe('Hello');
    expect(reply.firstPieceS).toBeGreaterThan(0.3);
  });

  it('may give 200 kB', async () => {
    const text = Array.from({ length: 2000 }, (_, i) => `${i} ${'é'.repeat(50)}\n`);
    server.order({ text });
    const reply = await (await open(stand, server)).ask(REQUEST, collector().onPiece, NEVER);
    expect(reply.text).toBe(text.join(''));
  });

  it('is done with its last event, though the server keeps the connection open', async () => {
    server.order({ kind: 'lingers' });
    const reply = await (await open(stand, server)).ask(REQUEST, collector().onPiece, NEVER);
    expect(reply.text).toBe('Hello');
    expect(await server.requests[0].ended).toBe('left');
  });

  describe('can be cancelled', () => {
    it('before it is asked', async () => {
      const model = await open(stand, server);
      const error = await failed(model.ask(REQUEST, collector().onPiece, AbortSignal.abort()));
      expect(error.code).toBe('CANCELLED');
      expect(server.requests).toHaveLength(0);
    });

    it('before its first word', async () => {
      server.order({ kind: 'silent' });
      const model = await open(stand, server);
      const cancel = new AbortController();
      const asked = failed(model.ask(REQUEST, collector().onPiece, cancel.signal));
      while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      cancel.abort();
      expect((await asked).code).toBe('CANCELLED');
      expect(await server.requests[0].ended).toBe('left');
      expect(server.requests).toHaveLength(1);
    });

    it('in the middle of its words, and says nothing more', async () => {
      server.order({ kind: 'stall', after: 1 });
      const model = await open(stand, server);
      const cancel = new AbortController();
      const { pieces, onPiece } = collector();
      const asked = model.ask(
        REQUEST,
        (piece) => {
          onPiece(piece);
          cancel.abort();
        },
        cancel.signal,
      );
      expect(await failed(asked)).toMatchObject({ code: 'CANCELLED', retryable: false });
      expect(pieces).toEqual([{ kind: 'text', text: 'Hel' }]);
      expect(await server.requests[0].ended).toBe('left');
    });

    it('while it waits to be asked again', async () => {
      server.order({ kind: 'status', status: 529, body: stand.error('overloaded_error', 'Overloaded') });
      const model = await open(stand, server, {
        retry: { attempts: 5, firstWaitS: 60, longestWaitS: 60, totalWaitS: 600, totalS: 900 },
      });
      const cancel = new AbortController();
      const error = await failed(model.ask(REQUEST, () => cancel.abort(), cancel.signal));
      expect(error).toMatchObject({ code: 'CANCELLED', retries: 0 });
      expect(server.requests).toHaveLength(1);
    });
  });
});
