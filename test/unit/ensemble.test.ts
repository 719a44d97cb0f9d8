// The ensemble behind the face of one model: who is asked, what counts, what is kept.

import { describe, expect, it } from 'vitest';
import type { EnsembleMessage } from '../../drivers/episode/messages.ts';
import { Budget } from '../../skills/agent/budget.ts';
import { type CandidateNews, Ensemble, type EnsembleOptions } from '../../skills/agent/ensemble.ts';
import { FakeWorkbench } from '../../skills/agent/fake-workbench.ts';
import { FunctionWriter } from '../../skills/agent/function-writer.ts';
import { meteredModel } from '../../skills/agent/metered-model.ts';
import { type Model, ModelError, type ModelRequest } from '../../skills/agent/model.ts';
import { FREE } from '../../skills/agent/prices.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { type ScriptedReply, scriptedModel } from '../../skills/agent/providers/scripted.ts';
import { distinctVoices, type Voice, VoicesError, voiceNames } from '../../skills/agent/voices.ts';
import type { Rehearsal, Workbench } from '../../skills/agent/workbench.ts';
import { check } from './checked-program.ts';

const REQUEST: ModelRequest = {
  purpose: 'program',
  system: 'You write programs.',
  messages: [{ role: 'user', parts: [{ kind: 'text', text: 'Stack the cubes.' }] }],
  maxOutputTokens: 1000,
};
const prompts = loadPrompts();
const program = (body: string) => `\`\`\`ts\n${body}\n\`\`\``;
const ended = (more: Partial<Rehearsal>): Rehearsal => ({ previewId: 'p', outcome: 'passed', ...more });
const voice = (...replies: ScriptedReply[]): Voice => ({ model: scriptedModel(replies, { name: 'scripted' }) });

function stand(
  voices: readonly Voice[],
  fates: Readonly<Record<string, Rehearsal>>,
  synthesiser?: Voice,
  more: Partial<Pick<EnsembleOptions, 'onNews'> & Pick<Workbench, 'rehearse'>> = {},
) {
  const records: EnsembleMessage[] = [];
  const workbench = new FakeWorkbench({
    tier: 'S3',
    rehearsal: (source) => fates[source.trim()] ?? ended({ outcome: 'failed' }),
    diagnose: (source) =>
      source.includes('typo')
        ? [
            {
              code: 'TS1',
              severity: 'error',
              message: 'no such name',
              line: 1,
              column: 1,
              endLine: 1,
              endColumn: 2,
              hint: '',
            },
          ]
        : [],
  });
  const named = voices.map((one, index) => ({ ...one, temperature: index / 10 }));
  const ensemble = new Ensemble({
    voices: named,
    ...(synthesiser === undefined ? {} : { synthesiser }),
    workbench: {
      checkDraft: (source, signal) => workbench.checkDraft(source, signal),
      rehearse: more.rehearse ?? ((one, signal) => workbench.rehearse(one, signal)),
    },
    prompts,
    onChoice: (record) => records.push(record),
    ...(more.onNews === undefined ? {} : { onNews: more.onNews }),
  });
  const ask = (signal = new AbortController().signal) => ensemble.ask(REQUEST, () => undefined, signal);
  return { ask, records, workbench };
}

describe('an ensemble', () => {
  it('takes the program that did best in the twin, not the one that says so', async () => {
    const { ask, records } = stand([voice(program('claims()')), voice(program('works()')), voice(program('fails()'))], {
      'claims()': ended({ predictedSuccess: 'no', output: ['SUCCESS: the cubes are stacked'] }),
      'works()': ended({ predictedSuccess: 'yes' }),
      'fails()': ended({ outcome: 'failed', predictedSuccess: 'yes' }),
    });
    expect((await ask()).text).toContain('works()');
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ chosen: 1, votes: { program: 3, finish: 0 } });
    expect(records[0].candidates.map(({ preview }) => preview?.predictedSuccess)).toEqual(['no', 'yes', 'yes']);
  });

  it('prefers, where the goal cannot be judged, what moved something and dropped nothing', async () => {
    const thing = { name: 'red cube', from: [0.5, 0, 0], to: [0.6, 0.1, 0.05], fellMPerS: 0 } as const;
    const { ask } = stand([voice(program('idles()')), voice(program('drops()')), voice(program('places()'))], {
      'idles()': ended({ things: [{ ...thing, to: thing.from }] }),
      'drops()': ended({ things: [{ ...thing, fellMPerS: 1.4 }] }),
      'places()': ended({ things: [thing] }),
    });
    expect((await ask()).text).toContain('places()');
  });

  it('never runs what the check refuses, and keeps it', async () => {
    const { ask, records, workbench } = stand([voice(program('typo()')), voice(program('works()'))], {
      'works()': ended({ predictedSuccess: 'unknown' }),
    });
    expect((await ask()).text).toContain('works()');
    expect(workbench.log.filter((what) => what === 'rehearse')).toHaveLength(1);
    expect(records[0].candidates[0].fate).toContain('no such name');
  });

  it('asks a voice that takes no temperature once, whatever temperatures are listed', () => {
    const plain = scriptedModel([], { name: 'plain', takesTemperature: false });
    const warm = scriptedModel([], { name: 'warm' });
    const voices = [0.1, 0.5, 0.9].flatMap((temperature) => [
      { model: plain, temperature },
      { model: warm, temperature },
      { model: warm, temperature: 0.5 },
    ]);
    expect(distinctVoices(voices).map(({ model, temperature }) => [model.name, temperature])).toEqual([
      ['plain', undefined],
      ['warm', 0.1],
      ['warm', 0.5],
      ['warm', 0.9],
    ]);
  });

  it('runs a synthesis in the twin like any other program', async () => {
    const fates = { 'a()': ended({ predictedSuccess: 'no' }), 'b()': ended({ predictedSuccess: 'no' }) };
    const better = stand(
      [voice(program('a()')), voice(program('b()'))],
      {
        ...fates,
        'joined()': ended({ predictedSuccess: 'yes' }),
      },
      voice(program('joined()')),
    );
    expect((await better.ask()).text).toContain('joined()');
    expect(better.records[0].candidates[2].origin).toBe('synthesis');

    const worse = stand([voice(program('a()')), voice(program('b()'))], fates, voice(program('joined()')));
    expect((await worse.ask()).text).toContain('a()');
  });

  it('goes on without the voices that fail, and fails with the first when all do', async () => {
    const down = new ModelError('SERVER_DOWN', 'The server is down.', 'Try again later.');
    const one = stand([voice(down), voice(program('works()'))], { 'works()': ended({}) });
    expect((await one.ask()).text).toContain('works()');
    expect(one.records[0].candidates[0].error).toBe('The server is down.');
    await expect(stand([voice(down), voice(down)], {}).ask()).rejects.toBe(down);
  });

  it('says FINISH when most voices do', async () => {
    const { ask, records } = stand([voice('FINISH: done'), voice(program('a()')), voice('FINISH')], {
      'a()': ended({ predictedSuccess: 'yes' }),
    });
    expect((await ask()).text).toBe('FINISH: done');
    expect(records[0].votes).toEqual({ program: 1, finish: 2 });
  });

  it('asks all voices at once', async () => {
    let open = 0;
    let most = 0;
    const slow: ScriptedReply = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return program('a()');
    };
    await stand([voice(slow), voice(slow), voice(slow)], { 'a()': ended({}) }).ask();
    expect(most).toBe(3);
  });

  it('runs a program that two voices wrote once, and counts both', async () => {
    const { ask, records, workbench } = stand([voice(program('a()')), voice(program('b()')), voice(program('b()'))], {
      'a()': ended({}),
      'b()': ended({ things: [] }),
    });
    await ask();
    expect(workbench.log.filter((what) => what === 'rehearse')).toHaveLength(2);
    expect(records[0].candidates[2].fate).toContain('2 others end alike');
  });

  it('records no draft as a program of the session', async () => {
    const { ask, workbench } = stand([voice(program('a()')), voice(program('b()'))], { 'a()': ended({}) });
    await ask();
    expect(workbench.log).not.toContain('check');
  });

  it('tells what became of each candidate, without its claims', async () => {
    const news: CandidateNews[] = [];
    const { ask } = stand(
      [voice(program('works()')), voice('FINISH: I promise'), voice(program('typo()'))],
      { 'works()': ended({ predictedSuccess: 'yes', output: ['SUCCESS'] }) },
      undefined,
      { onNews: (one) => news.push(one) },
    );
    await ask();
    const words = (step: CandidateNews['step']) => news.filter((one) => one.step === step).map((one) => one.words);
    expect(words('asked')).toHaveLength(3);
    expect(words('rehearsed')).toEqual(['in the twin: ran to its end; the goal would hold; moved nothing']);
    expect(words('answered')).toContain('says FINISH');
    expect(words('answered').join()).toContain('no such name');
    expect(JSON.stringify(news)).not.toMatch(/promise|SUCCESS/);
  });

  it('sets every request aside before it is sent, and leaves out what the budget does not allow', async () => {
    const budget = new Budget({ calls: 2 });
    const inner = ['a()', 'b()', 'c()'].map((body) => scriptedModel([program(body)], { name: 'scripted' }));
    const { ask, records } = stand(
      inner.map((model) => ({ model: meteredModel(model, budget, FREE) })),
      { 'a()': ended({ outcome: 'failed' }), 'b()': ended({}) },
      { model: meteredModel(scriptedModel([program('joined()')]), budget, FREE) },
    );
    expect((await ask()).text).toContain('b()');
    expect(inner.map(({ requests }) => requests.length)).toEqual([1, 1, 0]);
    expect(budget.state().spent.calls).toBe(2);
    expect(records[0].candidates.map(({ error }) => error?.includes('2 requests are used') ?? false)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('waits for every voice before it fails, so that no request outlives it', async () => {
    let over = false;
    const slow: ScriptedReply = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      over = true;
      return program('b()');
    };
    const { ask } = stand([voice(program('a()')), voice(slow)], {}, undefined, {
      rehearse: () => Promise.reject(new Error('the twin is gone')),
    });
    await expect(ask()).rejects.toThrow('the twin is gone');
    expect(over).toBe(true);
  });

  it('has each voice write the functions its own program lacks, and keeps those of the taken one', async () => {
    const lacking = (height: string) => program(`const up = liftBy();\nawait sleep(up + ${height});`);
    const helper = (value: number) => program(`function liftBy(): number {\n  return ${value};\n}`);
    const first = scriptedModel([lacking('1'), helper(1)], { name: 'first' });
    const second = scriptedModel([lacking('2'), helper(2)], { name: 'second' });
    const main = scriptedModel([]);
    const functionWriter = new FunctionWriter({ model: main, prompts, system: 'rules', maxOutputTokens: 1000 });
    const records: EnsembleMessage[] = [];
    const ensemble = new Ensemble({
      voices: [{ model: first }, { model: second, temperature: 0.3 }],
      workbench: {
        checkDraft: async (source) => ({ source, check: await check(source) }),
        rehearse: async ({ source }) => ended({ predictedSuccess: source.includes('return 2') ? 'yes' : 'no' }),
      },
      functionWriter,
      prompts,
      onChoice: (record) => records.push(record),
    });
    const reply = await ensemble.ask(REQUEST, () => undefined, new AbortController().signal);
    expect(reply.text).toBe(lacking('2'));
    expect(functionWriter.kept('liftBy')).toContain('return 2');
    expect(main.requests).toHaveLength(0);
    expect(second.requests.map(({ purpose, temperature }) => [purpose, temperature])).toEqual([
      ['program', 0.3],
      ['function', 0.3],
    ]);
    expect(records[0].candidates[1].completed).toContain('function liftBy');
  });
});

describe('the voices of an ensemble', () => {
  it('are every model at one temperature before any is at a second one', () => {
    expect(voiceNames(3, ['a'])).toEqual([0.1, 0.5, 0.9].map((temperature) => ({ model: 'a', temperature })));
    expect(voiceNames(2, ['a', 'b'])).toEqual([{ model: 'a' }, { model: 'b' }]);
    expect(voiceNames(3, ['a', 'b'], [0.2, 0.4])).toEqual([
      { model: 'a', temperature: 0.2 },
      { model: 'b', temperature: 0.2 },
      { model: 'a', temperature: 0.4 },
    ]);
    expect(voiceNames(9, ['a']).map(({ temperature }) => temperature)).toEqual([
      0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9,
    ]);
  });

  it('are not made up: two temperatures of one model are two voices', () => {
    expect(() => voiceNames(3, ['a', 'a'], [0.2, 0.4, 0.4])).toThrow(VoicesError);
  });

  it('that turn out to take no temperature are asked once from then on', async () => {
    let takes = true;
    const inner = scriptedModel([program('a()'), program('a()'), program('a()')], { name: 'server' });
    const model: Model = {
      ...inner,
      get takesTemperature() {
        return takes;
      },
    };
    const { ask } = stand([{ model }, { model }], { 'a()': ended({}) });
    await ask();
    takes = false;
    await ask();
    expect(inner.requests.map(({ temperature }) => temperature)).toEqual([0, 0.1, 0]);
  });
});
