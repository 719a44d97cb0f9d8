import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ModelMessage } from '../../drivers/episode/messages.ts';
import { Budget } from '../../skills/agent/budget.ts';
import type { ModelError, ModelRequest } from '../../skills/agent/model.ts';
import { createModelLog } from '../../skills/agent/model-record.ts';
import { accessFrom, openModel } from '../../skills/agent/open-model.ts';
import { startAnthropicWire } from '../fixtures/wire/anthropic-wire.ts';
import { type OpenAiWireOptions, startOpenAiWire } from '../fixtures/wire/openai-wire.ts';
import type { WireServer, WireTurn } from '../fixtures/wire/wire-server.ts';
import { collector, KEYS, NEVER, open, PNG, QUICK, REQUEST, STANDS } from './model-stands.ts';

const servers: WireServer[] = [];

afterEach(async () => {
  await Promise.all(servers.flatMap(({ requests }) => requests.map(({ ended }) => ended)));
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function kept(starting: Promise<WireServer>): Promise<WireServer> {
  const server = await starting;
  servers.push(server);
  return server;
}

/** What the server got, the model's reply, and the model to ask again. */
async function ask(
  server: WireServer,
  name: string,
  request: Partial<ModelRequest> = {},
  key: string | undefined = undefined,
) {
  const access = {
    anthropicKey: KEYS.anthropic,
    anthropicUrl: server.url,
    openaiKey: KEYS.openai,
    openaiUrl: `${server.url}/v1`,
    serverKey: key,
  };
  const model = await openModel(name, { access, budget: new Budget(), ...QUICK });
  const reply = await model.ask({ ...REQUEST, ...request }, collector().onPiece, NEVER);
  return {
    reply,
    model,
    bodies: server.requests.map(({ body }) => body),
    headers: server.requests.map(({ headers }) => headers),
  };
}

const anthropic = () => kept(startAnthropicWire({ key: KEYS.anthropic }));
const openai = () => kept(startOpenAiWire({ key: KEYS.openai }));
const compatible = async (options: OpenAiWireOptions = {}) => {
  const server = await kept(startOpenAiWire({ key: null, ...options }));
  return { server, name: `${server.url}/v1#qwen3:8b` };
};

const TALK: ModelRequest['messages'] = [
  {
    role: 'user',
    parts: [
      { kind: 'text', text: 'The functions you may call.', stable: true },
      { kind: 'text', text: 'Lift the red cube.' },
      { kind: 'image', mediaType: 'image/png', bytes: PNG },
    ],
  },
  { role: 'assistant', parts: [{ kind: 'text', text: '```ts\nawait openGripper();\n```' }] },
  { role: 'user', parts: [{ kind: 'text', text: 'It ran.' }] },
];

const PNG_BASE64 = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

describe('a request to Anthropic', () => {
  it('has images as blocks and marks what may be cached', async () => {
    const { bodies, reply } = await ask(await anthropic(), 'anthropic:claude-opus-5', { messages: TALK });
    expect(bodies).toEqual([
      {
        model: 'claude-opus-5',
        stream: true,
        max_tokens: 4000,
        system: REQUEST.system,
        thinking: { type: 'adaptive', display: 'summarized' },
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'The functions you may call.', cache_control: { type: 'ephemeral' } },
              { type: 'text', text: 'Lift the red cube.' },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG_BASE64 } },
            ],
          },
          { role: 'assistant', content: [{ type: 'text', text: '```ts\nawait openGripper();\n```' }] },
          { role: 'user', content: [{ type: 'text', text: 'It ran.' }] },
        ],
      },
    ]);
    expect(reply.usage).toEqual({ inputTokens: 1000, cachedInputTokens: 600, cacheWriteTokens: 300, outputTokens: 50 });
    expect(reply.costUsd).toBeCloseTo((100 * 5 + 600 * 0.5 + 300 * 6.25 + 50 * 25) / 1e6, 12);
  });

  it('marks no more than the four last of many stable parts', async () => {
    const parts = Array.from({ length: 7 }, (_, i) => ({
      kind: 'text' as const,
      text: `part ${i}`,
      stable: true as const,
    }));
    const { bodies } = await ask(await anthropic(), 'anthropic:claude-opus-5', { messages: [{ role: 'user', parts }] });
    const marked = JSON.stringify(bodies).match(/"part \d","cache_control"/g);
    expect(marked).toEqual([3, 4, 5, 6].map((i) => `"part ${i}","cache_control"`));
  });

  it.each([
    ['claude-sonnet-4-6', { type: 'adaptive', display: 'summarized' }],
    ['claude-mythos-preview', { type: 'adaptive', display: 'summarized' }],
    ['claude-haiku-4-5-20251001', { type: 'enabled', budget_tokens: 2000 }],
    ['claude-sonnet-4-20250514', { type: 'enabled', budget_tokens: 2000 }],
    ['claude-3-5-haiku-20241022', undefined],
  ])('asks %s to think as that model can', async (model, thinking) => {
    const { bodies } = await ask(await anthropic(), `anthropic:${model}`);
    expect(bodies).toHaveLength(1);
    expect((bodies[0] as { thinking?: unknown }).thinking).toEqual(thinking);
  });

  it('goes without thinking, now and later, where the model takes none', async () => {
    const server = await anthropic();
    const refusal = {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'thinking: adaptive thinking is not supported on this model' },
    };
    server.order({ kind: 'status', status: 400, body: refusal }, { text: ['ok'] });
    const { model, reply } = await ask(server, 'anthropic:claude-opus-5');
    expect(reply).toMatchObject({ text: 'ok', retries: 0 });
    await model.ask(REQUEST, collector().onPiece, NEVER);
    expect(server.requests.map(({ body }) => Object.hasOwn(body as object, 'thinking'))).toEqual([true, false, false]);
  });

  it('never has a temperature, which no model takes any more', async () => {
    const { bodies, model } = await ask(await anthropic(), 'anthropic:claude-haiku-4-5', { temperature: 0.3 });
    expect(bodies[0]).not.toHaveProperty('temperature');
    expect(model.takesTemperature).toBe(false);
  });

  it('reads on over events it does not know', async () => {
    const server = await anthropic();
    server.order({
      text: ['a', 'b'],
      extra: [
        'event: news\ndata: {"type":"news"}\n\n',
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"news_delta"}}\n\n',
      ],
    });
    expect((await ask(server, 'anthropic:claude-opus-5')).reply.text).toBe('ab');
  });
});

describe('a request to OpenAI', () => {
  it('has images as data URLs, plain text as strings, and asks for counts', async () => {
    const { bodies, reply } = await ask(await openai(), 'openai:gpt-4.1', { messages: TALK, temperature: 0.3 });
    expect(bodies).toEqual([
      {
        model: 'gpt-4.1',
        stream: true,
        stream_options: { include_usage: true },
        max_completion_tokens: 4000,
        temperature: 0.3,
        messages: [
          { role: 'system', content: REQUEST.system },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'The functions you may call.' },
              { type: 'text', text: 'Lift the red cube.' },
              { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG_BASE64}` } },
            ],
          },
          { role: 'assistant', content: '```ts\nawait openGripper();\n```' },
          { role: 'user', content: 'It ran.' },
        ],
      },
    ]);
    expect(reply.usage).toEqual({ inputTokens: 1000, cachedInputTokens: 800, outputTokens: 50 });
    expect(reply.costUsd).toBeCloseTo((200 * 2 + 800 * 0.5 + 50 * 8) / 1e6, 12);
  });

  it('leaves out the temperature for models that reason', async () => {
    const { bodies, model } = await ask(await openai(), 'openai:gpt-5.4', { temperature: 0.3 });
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).not.toHaveProperty('temperature');
    expect(model.takesTemperature).toBe(false);
    expect((await ask(await openai(), 'openai:gpt-4.1')).model.takesTemperature).toBe(true);
  });
});

describe('a request to a server of your own', () => {
  it('has no key where there is none, and one where there is', async () => {
    const { server, name } = await compatible();
    expect((await ask(server, name)).headers[0]).not.toHaveProperty('authorization');
    const guarded = await compatible({ key: 'sesame' });
    expect((await ask(guarded.server, guarded.name, {}, 'sesame')).headers[0].authorization).toBe('Bearer sesame');
  });

  it.each(['reasoning', 'reasoning_content'] as const)('finds reasoning in the field %s', async (reasoningField) => {
    const { server, name } = await compatible({ reasoningField });
    server.order({ reasoning: ['a', 'b'], text: ['c'] });
    expect((await ask(server, name)).reply).toMatchObject({ reasoning: 'ab', text: 'c' });
  });

  it('goes without a setting, now and later, that the server does not take', async () => {
    const { server, name } = await compatible({ unknownFields: ['stream_options', 'temperature', 'max_tokens'] });
    const { model, reply } = await ask(server, name, { temperature: 0.3 });
    expect(reply).toMatchObject({ text: 'Hello', retries: 0 });
    expect(server.requests).toHaveLength(4);
    expect(server.requests[3].body).toMatchObject({ max_completion_tokens: 4000 });
    expect(model.takesTemperature).toBe(false);
    await model.ask({ ...REQUEST, temperature: 0.5 }, collector().onPiece, NEVER);
    expect(server.requests).toHaveLength(5);
  });

  it('ends when the server takes no limit of tokens under either name', async () => {
    const { server, name } = await compatible({ unknownFields: ['max_tokens', 'max_completion_tokens'] });
    await expect(ask(server, name)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(server.requests).toHaveLength(2);
  });

  it('is estimated where the server counts nothing', async () => {
    const { server, name } = await compatible();
    server.order({ text: ['Hello'], uncounted: true });
    const { reply } = await ask(server, name);
    expect(reply.usage).toMatchObject({ estimated: true, cachedInputTokens: 0 });
    expect(reply.usage.inputTokens).toBeGreaterThan(20);
    expect(reply.costUsd).toBe(0);
  });

  it('is told from a server behind a proxy that fails in the middle', async () => {
    const { server, name } = await compatible();
    server.order({ kind: 'stream-error', after: 1, error: { code: 502, message: 'upstream went away' } });
    const failed = ask(server, name);
    await expect(failed).rejects.toMatchObject({ code: 'SERVER_DOWN', retries: 2 });
    await expect(failed).rejects.toThrow(/upstream went away/);
  });
});

describe('opening a model', () => {
  it('says which key is missing', async () => {
    const access = accessFrom({ ANTHROPIC_API_KEY: ' ', OPENAI_API_KEY: undefined });
    const budget = new Budget();
    await expect(openModel('anthropic:claude-opus-5', { access, budget })).rejects.toThrow(
      /ANTHROPIC_API_KEY is not set/,
    );
    await expect(openModel('openai:gpt-5.4', { access, budget })).rejects.toMatchObject({ code: 'BAD_KEY' });
  });

  it('refuses an unknown price under a cap in US dollars before anything is asked', async () => {
    const budget = new Budget({ costUsd: 1 });
    const name = 'https://models.example/v1#any';
    await expect(openModel(name, { access: {}, budget })).rejects.toMatchObject({ code: 'OVER_BUDGET' });
    const price = { input: 1, cachedInput: 1, cacheWrite: 1, output: 1 };
    await expect(openModel(name, { access: {}, budget, price })).resolves.toMatchObject({ name });
  });

  it('takes the access from the vendors\u2019 own variables', () => {
    expect(
      accessFrom({
        ANTHROPIC_API_KEY: 'a',
        OPENAI_API_KEY: 'o',
        CAPSTAN_MODEL_KEY: 's',
        ANTHROPIC_BASE_URL: 'http://a',
        OPENAI_BASE_URL: '',
      }),
    ).toEqual({ anthropicKey: 'a', openaiKey: 'o', serverKey: 's', anthropicUrl: 'http://a', openaiUrl: undefined });
  });
});

describe.each(STANDS)('the key of $provider', (stand) => {
  const leaks: readonly [string, (key: string) => WireTurn][] = [
    [
      'an error',
      (key) => ({ kind: 'status', status: 400, body: stand.error('invalid_request_error', `bad header ${key}`) }),
    ],
    [
      'a refused key',
      (key) => ({ kind: 'status', status: 401, body: stand.error('authentication_error', `no key ${key}`) }),
    ],
    ['an error page', (key) => ({ kind: 'status', status: 500, body: `<p>Authorization: Bearer ${key}</p>` })],
    [
      'an error in the stream',
      (key) => ({ kind: 'stream-error', after: 1, error: { type: 'api_error', message: key } }),
    ],
    ['a type of content', (key) => ({ kind: 'not-a-stream', type: `text/${key}`, body: key })],
    ['a refusal', (key) => ({ text: ['x'], end: stand.refused, refusal: `not with ${key}` })],
    ['a silence', () => ({ kind: 'cut', after: 0 })],
  ];
  it.each(leaks)('is in no error, no record and no log, though the server repeats it in %s', async (_what, turn) => {
    const server = await kept(stand.start());
    server.order(turn(stand.key));
    const logs = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) => vi.spyOn(console, method));
    const written: ModelMessage[] = [];
    const model = createModelLog((message) => written.push(message)).recorded(await open(stand, server));
    const { pieces, onPiece } = collector();
    const error = await model.ask(REQUEST, onPiece, NEVER).then(
      () => expect.unreachable('it was to fail'),
      (error: ModelError) => error,
    );
    const shown = [
      error.message,
      error.hint,
      error.stack,
      String(error.cause),
      JSON.stringify(error),
      ...pieces.map(({ text }) => text),
    ];
    for (const text of [...shown, JSON.stringify(written), JSON.stringify(logs.map(({ mock }) => mock.calls))]) {
      expect(text).not.toContain(stand.key);
    }
    expect(written).toHaveLength(1);
    expect(written[0].error?.code).toBe(error.code);
    for (const log of logs) log.mockRestore();
  });
});
