import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelMessage } from '../../drivers/episode/messages.ts';
import { TOPICS } from '../../drivers/episode/topics.ts';
import { Budget } from '../../skills/agent/budget.ts';
import { type MeteredReply, meteredModel } from '../../skills/agent/metered-model.ts';
import {
  type Model,
  ModelError,
  type ModelErrorCode,
  type ModelRequest,
  type ReplyPiece,
} from '../../skills/agent/model.ts';
import { createModelLog } from '../../skills/agent/model-record.ts';
import { expertModel } from '../../skills/agent/providers/expert.ts';
import { recordedModels } from '../../skills/agent/providers/recorded.ts';
import { type ScriptedReply, scriptedModel } from '../../skills/agent/providers/scripted.ts';
import { type RetryPolicy, retryingModel } from '../../skills/agent/retrying-model.ts';

const seed = Number(process.env.CAPSTAN_TEST_SEED);
const NEVER = new AbortController().signal;
const ignore = () => undefined;

function request(text: string, more: Partial<ModelRequest> = {}): ModelRequest {
  const messages = [{ role: 'user' as const, parts: [{ kind: 'text' as const, text }] }];
  return { purpose: 'program', system: 'You write programs.', messages, maxOutputTokens: 100, ...more };
}

/** A model whose requests are written down, and what was written, as an episode gives it back. */
function logged(replies: readonly ScriptedReply[], name = 'anthropic:claude-opus-5') {
  const written: ModelMessage[] = [];
  const log = createModelLog((message) => {
    const bytes = TOPICS['/model'].encode(message, { timeS: 0, ns: 0n });
    written.push(TOPICS['/model'].decode(bytes));
  });
  const scripted = scriptedModel(replies, { name });
  return { model: log.recorded(meteredModel(scripted, new Budget())), written, log };
}

describe('the scripted model', () => {
  it('answers in the order of its list, and fails clearly after its end', async () => {
    const model = scriptedModel(['one', { text: 'two', reasoning: 'because' }, ({ system }) => system]);
    const pieces: ReplyPiece[] = [];
    const ask = () => model.ask(request('go'), (piece) => void pieces.push(piece), NEVER);
    expect((await ask()).text).toBe('one');
    expect(await ask()).toMatchObject({ text: 'two', reasoning: 'because' });
    expect((await ask()).text).toBe('You write programs.');
    await expect(ask()).rejects.toThrow('asked 4 times and knows 3');
    expect(pieces.map(({ text }) => text)).toEqual(['one', 'because', 'two', 'You write programs.']);
    expect(model.requests).toHaveLength(4);
  });

  it('fails where its list says so, and can be cancelled while it thinks', async () => {
    const broken = new ModelError('SERVER_DOWN', 'down', 'wait');
    await expect(scriptedModel([broken]).ask(request('go'), ignore, NEVER)).rejects.toBe(broken);
    const cancel = new AbortController();
    const asked = scriptedModel([() => new Promise(() => undefined)]).ask(request('go'), ignore, cancel.signal);
    cancel.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('the expert as a model', () => {
  const expert = expertModel('await openGripper();');

  it('gives its program once, then finishes', async () => {
    const { text } = await expert.ask(request('Lift it.'), ignore, NEVER);
    expect(text).toContain('```ts\nawait openGripper();\n```');
    const answered = { role: 'assistant' as const, parts: [{ kind: 'text' as const, text }] };
    const later = request('Lift it.');
    const next = await expert.ask(
      { ...later, messages: [...later.messages, answered, ...later.messages] },
      ignore,
      NEVER,
    );
    expect(next.text).toMatch(/^FINISH: /);
  });

  it('looks at no pictures', async () => {
    await expect(expert.ask(request('What moved?', { purpose: 'difference' }), ignore, NEVER)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });
});

const picture = (...bytes: number[]) => ({
  kind: 'image' as const,
  mediaType: 'image/png' as const,
  bytes: Uint8Array.from(bytes),
});

describe('the record of what models were asked', () => {
  it('holds each image once, every request whole, and replies with their cost', async () => {
    const { model, written } = logged(['one', 'two']);
    const look = { messages: [{ role: 'user' as const, parts: [picture(1, 2), picture(3), picture(1, 2)] }] };
    await model.ask(request('', look), ignore, NEVER);
    await model.ask(request('', look), ignore, NEVER);
    expect(written.map(({ call, images }) => [call, images.map(({ base64 }) => base64)])).toEqual([
      [0, ['AQI=', 'Aw==']],
      [1, []],
    ]);
    expect(written[0].request.sha256).toBe(written[1].request.sha256);
    expect(written[0]).toMatchObject({ purpose: 'program', reply: { text: 'one' }, retries: 0 });
    expect(written[0].costUsd).toBeGreaterThan(0);
  });

  it('numbers requests in the order of sending, over all models', async () => {
    let release: () => void = ignore;
    const slow = new Promise<void>((resolve) => {
      release = () => resolve();
    });
    const { model, written, log } = logged([() => slow.then(() => 'slow')]);
    const other = log.recorded(meteredModel(scriptedModel(['quick'], { name: 'openai:gpt-5.4' }), new Budget()));
    const first = model.ask(request('a'), ignore, NEVER);
    await other.ask(request('a'), ignore, NEVER);
    release();
    await first;
    expect(written.map(({ call, model }) => [call, model])).toEqual([
      [1, 'openai:gpt-5.4'],
      [0, 'anthropic:claude-opus-5'],
    ]);
    expect(written[0].request.sha256).not.toBe(written[1].request.sha256);
  });

  it('holds failures in their own words', async () => {
    const { model, written } = logged([
      new ModelError('REFUSED', 'no', 'say it otherwise', { requestId: 'req_9', retries: 2 }),
    ]);
    await expect(model.ask(request('a'), ignore, NEVER)).rejects.toMatchObject({ code: 'REFUSED' });
    expect(written[0]).toMatchObject({
      costUsd: null,
      retries: 2,
      error: { code: 'REFUSED', message: 'no', requestId: 'req_9' },
    });
    expect(written[0].reply).toBeUndefined();
  });
});

describe('recorded models', () => {
  const texts = fc.array(
    fc.record({
      asked: fc.constantFrom('a', 'b', 'c'),
      text: fc.string({ minLength: 1, unit: 'binary' }),
      reasoning: fc.string({ unit: 'grapheme' }),
    }),
    { minLength: 1, maxLength: 8 },
  );

  it('give every reply again byte for byte, in whatever order the requests come', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.infiniteStream(fc.nat()), async (turns, chances) => {
        const { model, written } = logged(turns.map(({ text, reasoning }) => ({ text, reasoning })));
        const replies: { asked: string; reply: MeteredReply }[] = [];
        for (const { asked } of turns) replies.push({ asked, reply: await model.ask(request(asked), ignore, NEVER) });
        const again = recordedModels(written);
        expect(again.names).toEqual(['anthropic:claude-opus-5']);
        const replayed = meteredModel(again.open('anthropic:claude-opus-5'), new Budget());
        // Equal requests keep their order; others may change places.
        const order = [...replies]
          .map((entry) => ({ entry, rank: chances.next().value }))
          .sort((a, b) => a.rank - b.rank);
        const queues = new Map(
          ['a', 'b', 'c'].map((asked) => [asked, replies.filter((entry) => entry.asked === asked)]),
        );
        for (const { entry } of order) {
          const expected = queues.get(entry.asked)!.shift()!.reply;
          const pieces: ReplyPiece[] = [];
          const reply = await replayed.ask(request(entry.asked), (piece) => void pieces.push(piece), NEVER);
          expect(reply).toEqual(expected);
          expect(
            pieces
              .filter(({ kind }) => kind === 'text')
              .map(({ text }) => text)
              .join(''),
          ).toBe(expected.text);
        }
        expect(again.left()).toBe(0);
        await expect(replayed.ask(request('a'), ignore, NEVER)).rejects.toThrow(/all recorded replies .* are used/);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('fail again as they failed', async () => {
    const { model, written } = logged([new ModelError('CUT_OFF', 'cut off', 'ask for less')]);
    await model.ask(request('a'), ignore, NEVER).catch(ignore);
    const again = recordedModels(written).open('anthropic:claude-opus-5');
    await expect(again.ask(request('a'), ignore, NEVER)).rejects.toMatchObject({
      code: 'CUT_OFF',
      message: 'cut off',
      hint: 'ask for less',
    });
  });

  const asked = request('Lift it.\nGently.', { temperature: 0.5 });
  const reworded = (text: string) => ({ messages: request(text).messages });
  const rows: readonly [string, Partial<ModelRequest>, RegExp][] = [
    [
      'another system prompt',
      { system: 'You write poems.' },
      /another system prompt: line 1 was "You write programs\.", now "You write poems\."/,
    ],
    ['another line', reworded('Lift it.\nQuickly.'), /message 1, part 1: line 2 was "Gently\.", now "Quickly\."/],
    ['a line less', reworded('Lift it.'), /line 2 was "Gently\.", now nothing/],
    [
      'a picture',
      { messages: [{ role: 'user', parts: [...asked.messages[0].parts, picture(1)] }] },
      /message 1, part 2: nothing, now of kind image/,
    ],
    ['a message more', { messages: [...asked.messages, ...asked.messages, ...asked.messages] }, /1 messages, now 3/],
    ['another temperature', { temperature: 0.7 }, /temperature 0\.5, now 0\.7/],
    ['another limit', { maxOutputTokens: 99 }, /at most 100 tokens, now 99/],
    ['another purpose', { purpose: 'synthesis' }, /another purpose/],
  ];
  it.each(rows)('say where a request differs: %s', async (_what, change, message) => {
    const { model, written } = logged(['ok']);
    await model.ask(asked, ignore, NEVER);
    const again = recordedModels(written).open('anthropic:claude-opus-5');
    const failed = again.ask({ ...asked, ...change }, ignore, NEVER);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toMatchObject({ code: 'BAD_REQUEST', retryable: false });
  });

  it('say that a model was never asked', async () => {
    const again = recordedModels([]).open('openai:gpt-5.4');
    await expect(again.ask(asked, ignore, NEVER)).rejects.toThrow(/all recorded replies of openai:gpt-5\.4 are used/);
  });
});

describe('trying again', () => {
  const codes: readonly ModelErrorCode[] = ['SERVER_DOWN', 'RATE_LIMITED', 'REFUSED'];
  const failure = fc.record({
    code: fc.constantFrom(...codes),
    retryAfterS: fc.option(
      fc.integer({ min: 0, max: 8 }).map((ms) => ms / 1000),
      { nil: undefined },
    ),
  });
  const policy: fc.Arbitrary<RetryPolicy> = fc.record({
    attempts: fc.integer({ min: 1, max: 5 }),
    firstWaitS: fc.constantFrom(0, 0.0005),
    longestWaitS: fc.constant(0.001),
    totalWaitS: fc.constantFrom(0, 0.004, 1),
    totalS: fc.constant(60),
  });

  it('ends with the first reply, the first failure that will not pass, or its limits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(failure, { maxLength: 6 }), policy, async (failures, policy) => {
        const errors = failures.map(
          ({ code, retryAfterS }) =>
            new ModelError(code, 'it failed.', '', { retryable: code !== 'REFUSED', retryAfterS }),
        );
        const scripted = scriptedModel([...errors, 'ok']);
        const budget = new Budget();
        const restarts: string[] = [];
        const asked = retryingModel(meteredModel(scripted, budget), policy, () => 0.5).ask(
          request('a'),
          ({ kind, text }) => void (kind === 'restart' && restarts.push(text)),
          NEVER,
        );
        const outcome = await asked.catch((error: ModelError) => error);
        const attempts = scripted.requests.length;
        expect(attempts).toBeLessThanOrEqual(policy.attempts);
        expect(restarts).toHaveLength(attempts - 1);
        expect(budget.state().spent.calls).toBe(attempts);
        expect(outcome.retries).toBe(attempts - 1);
        if (outcome instanceof ModelError) expect(outcome.code).toBe(failures[attempts - 1].code);
        else expect(attempts).toBe(failures.length + 1);
        // What the provider asks for is waited, or the request is given up.
        const asks = failures.slice(0, attempts - 1).reduce((sum, { retryAfterS = 0 }) => sum + retryAfterS, 0);
        expect(asks).toBeLessThanOrEqual(policy.totalWaitS);
      }),
      { seed, numRuns: 100 },
    );
  });

  it('stops when the budget is used, and says how often it was tried', async () => {
    const down = new ModelError('SERVER_DOWN', 'down', '', { retryable: true });
    const model = retryingModel(meteredModel(scriptedModel([down, down, down]), new Budget({ calls: 2 })), {
      attempts: 5,
      firstWaitS: 0,
      longestWaitS: 0,
      totalWaitS: 1,
      totalS: 60,
    });
    await expect(model.ask(request('a'), ignore, NEVER)).rejects.toMatchObject({ code: 'OVER_BUDGET', retries: 2 });
  });

  it('passes on what is learned about the model later', () => {
    const inner: Model & { takesTemperature: boolean } = { ...scriptedModel([]), takesTemperature: true };
    const outer = logged([]).log.recorded(retryingModel(meteredModel(inner, new Budget())));
    inner.takesTemperature = false;
    expect(outer.takesTemperature).toBe(false);
  });
});
