import { describe, expect, it } from 'vitest';
import type { EpisodeMessage } from '../../drivers/episode/reader.ts';
import { TOPIC_NAMES } from '../../drivers/episode/topics.ts';
import { filteredLog, logEntries, logReport, redacted } from '../../renderer/panels/log/log-entries.ts';
import {
  fitted,
  panned,
  rulerMarks,
  showing,
  timeAt,
  xOf,
  zoomed,
} from '../../renderer/panels/timeline/timeline-view.ts';
import { createStoryBuilder, isStoryTopic, type StoryMessage } from '../../renderer/source/story-builder.ts';
import { SAMPLES } from './episode-samples.ts';

function wholeStory() {
  const builder = createStoryBuilder();
  const inOrder = ['/function', '/program', ...TOPIC_NAMES] as const;
  const seen = new Set<string>();
  for (const topic of inOrder) {
    if (!isStoryTopic(topic) || seen.has(topic)) continue;
    seen.add(topic);
    const message = topic === '/function' ? { ...SAMPLES[topic], block: 0 } : SAMPLES[topic];
    builder.add({ topic, timeS: seen.size, logTimeNs: 0n, sequence: 0, message } as EpisodeMessage as StoryMessage);
  }
  return builder.story();
}

describe('the log', () => {
  const entries = logEntries(wholeStory());

  it('has a line for everything that happened, in order', () => {
    const from = new Set(entries.map((entry) => entry.from));
    const parts = ['program', 'check', 'preview', 'approval', 'call', 'says', 'block', 'turn', 'model', 'gate', 'stop'];
    for (const part of [...parts, 'operator', 'ensemble', 'function', 'recorder']) expect(from).toContain(part);
    expect(entries.every(({ timeS }, i) => i === 0 || entries[i - 1].timeS <= timeS)).toBe(true);
  });

  it('is filtered by words, level and block', () => {
    const errors = filteredLog(entries, { text: '', level: 'error', block: 'all' });
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.every(({ level }) => level === 'error')).toBe(true);
    expect(filteredLog(entries, { text: 'lifting', level: 'all', block: 0 })).toHaveLength(1);
    expect(filteredLog(entries, { text: '', level: 'all', block: 7 })).toHaveLength(0);
    expect(filteredLog(entries, { text: ' ', level: 'all', block: 'all' })).toBe(entries);
  });

  it('makes a report without keys, tokens, passwords and user names', () => {
    const secrets = [
      'key sk-ant-abc123DEF456 in use',
      'Authorization: Bearer abcdefghijkl',
      'https://me:hunter22@models.local/v1',
      '/home/ada/episodes and C:\\Users\\ada\\x and /Users/ada/y',
      '{"api_key":"0123456789"}',
    ];
    const text = redacted(secrets.join('\n'));
    for (const secret of ['ant-abc', 'abcdefghijkl', 'hunter22', 'ada', '0123456789'])
      expect(text).not.toContain(secret);
    expect(text).toContain('models.local');
    const report = logReport('a recording', entries, ['a chunk is damaged']);
    expect(report).toContain('a chunk is damaged');
    expect(report.split('\n').length).toBeGreaterThan(entries.length);
  });
});

describe('the view of the timeline', () => {
  const span = { startS: 0, endS: 100 };

  it('zooms around an instant and never leaves what there is', () => {
    const whole = fitted(span);
    const near = zoomed(whole, 30, 0.1, span);
    expect(xOf(30, near, 1000)).toBeCloseTo(xOf(30, whole, 1000), 6);
    expect(timeAt(xOf(42, near, 1000), near, 1000)).toBeCloseTo(42, 9);
    expect(zoomed(near, 30, 1000, span)).toEqual(whole);
    expect(panned(near, -1000, span).startS).toBe(0);
    expect(panned(near, 1000, span).endS).toBeCloseTo(whole.endS, 9);
    expect(zoomed(near, 30, 1e-9, span).endS - zoomed(near, 30, 1e-9, span).startS).toBeCloseTo(0.1, 9);
  });

  it('moves on with the cursor, and has a width when nothing has happened', () => {
    const near = { startS: 10, endS: 20 };
    expect(showing(near, 15, span)).toBe(near);
    const moved = showing(near, 50, span);
    expect(moved.startS).toBeLessThan(50);
    expect(moved.endS).toBeGreaterThan(50);
    expect(moved.endS - moved.startS).toBeCloseTo(10, 9);
    expect(fitted({ startS: 0, endS: 0 }).endS).toBeGreaterThan(0.5);
  });

  it('marks round instants, apart from each other', () => {
    for (const lengthS of [0.1, 1, 7, 65, 700, 14_400]) {
      const { timesS, stepS } = rulerMarks({ startS: 3, endS: 3 + lengthS }, 800);
      expect(timesS.length).toBeGreaterThan(0);
      expect(timesS.length).toBeLessThanOrEqual(12);
      expect(timesS.every((timeS) => Math.abs(timeS / stepS - Math.round(timeS / stepS)) < 1e-6)).toBe(true);
    }
  });
});
