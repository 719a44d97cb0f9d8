// The ensemble behind the face of one model: who is asked, what counts, what is kept.

import { describe, expect, it } from 'vitest';
import type { EnsembleMessage } from '../../drivers/episode/messages.ts';
import { distinctVoices, Ensemble, type Voice } from '../../skills/agent/ensemble.ts';
import { FakeWorkbench } from '../../skills/agent/fake-workbench.ts';
import { ModelError, type ModelRequest } from '../../skills/agent/model.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { type ScriptedReply, scriptedModel } from '../../skills/agent/providers/scripted.ts';
import type { Rehearsal } from '../../skills/agent/workbench.ts';

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

function stand(voices: readonly Voice[], fates: Readonly<Record<string, Rehearsal>>, synthesiser?: Voice) {
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
    workbench,
    prompts,
    onChoice: (record) => records.push(record),
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
});
