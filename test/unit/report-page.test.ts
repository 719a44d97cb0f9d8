// The page of a report as text: nothing that a program or a message says becomes markup, every number is where it
// belongs, and its moving pictures hold the frames they were made of.

import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createRandomStream } from '../../sim/random.ts';
import { benchRow } from '../../skills/bench/bench-row.ts';
import { encodeClip, type Frame } from '../../skills/bench/clip.ts';
import { comparisonsOf } from '../../skills/bench/comparison.ts';
import { escapeHtml, html } from '../../skills/bench/report/html.ts';
import { reportPage } from '../../skills/bench/report/page.ts';
import type { ReportData } from '../../skills/bench/report/report-data.ts';
import type { TrialRecord } from '../../skills/bench/trial-record.ts';

const SEED = Number(process.env.CAPSTAN_TEST_SEED);

/** Text that breaks out of every place a careless page would put it. */
const HOSTILE = `"><script>alert(1)</script><img src=x onerror='alert(2)'></pre></style></title>\`\${x}\`&lt;b&#62; \u202egnp`;

const ARMS = ['expert', `/tmp/${HOSTILE.replaceAll('/', '')}.ts`].map((policy) => ({
  task: 'cube-lift',
  tier: 'S1',
  policy,
  perturbation: 'none',
}));

function trials(arm: (typeof ARMS)[number], successes: number): TrialRecord[] {
  return Array.from({ length: 10 }, (_, seed) => ({
    ...arm,
    seed,
    success: seed < successes,
    stage: seed < successes ? null : ('grasp' as const),
    message: seed < successes ? 'the goal holds' : HOSTILE,
    line: seed < successes ? undefined : 3,
    hint: HOSTILE,
    progress: 0,
    calls: 4,
    traceHash: 'ab',
    simSeconds: 2,
    wallSeconds: 0.2,
    openSeconds: 0.1,
  }));
}

function data(): ReportData {
  const byArm = new Map(ARMS.map((arm, index) => [arm.policy, trials(arm, index === 0 ? 10 : 2)]));
  const all = [...byArm.values()].flat();
  const failed = all.filter(({ success }) => !success);
  const picture = encodeClip([{ width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 200, 100, 50) }]);
  return {
    title: HOSTILE,
    writtenAt: '2026-01-01 12:00',
    facts: [['machine', HOSTILE]],
    tasks: [{ name: 'cube-lift', instruction: HOSTILE }],
    programs: [{ name: HOSTILE, sha256: 'f'.repeat(64), source: HOSTILE }],
    rows: ARMS.map((arm) => benchRow(arm, byArm.get(arm.policy) ?? [], 1)),
    trials: all,
    asked: 24,
    comparisons: [
      {
        title: 'Programs',
        reach: HOSTILE,
        list: comparisonsOf(ARMS, ({ policy }) => byArm.get(policy) ?? [], 'policies', 'fixed'),
      },
    ],
    failures: failed.map((trial, index) => ({
      trial,
      command: HOSTILE,
      sourceLine: HOSTILE,
      pictures:
        index === 0 ? { stillPng: picture, clipPng: picture, clipSeconds: 2, sameMotion: index === 0 } : HOSTILE,
    })),
    failuresNote: HOSTILE,
  };
}

describe('the page', () => {
  const page = reportPage(data());

  it('lets no text of programs, messages or names become markup', () => {
    const bare = page.replace(/"[^"]*"/g, '""');
    const tags = [...bare.matchAll(/<([^<>]*)>/g)].map((match) => match[1]);
    expect(tags.length).toBeGreaterThan(100);
    expect(tags.filter((tag) => /\son\w+|script|iframe|object|form/i.test(tag))).toEqual([]);
    expect(tags.every((tag) => /^(!doctype html|\/?[a-z][a-z0-9]*( [\w-]+(="")?)*\/?)$/i.test(tag))).toBe(true);
    const count = (name: string) => tags.filter((tag) => tag.split(' ')[0] === name).length;
    expect([count('style'), count('/style'), count('body'), count('/body'), count('img')]).toEqual([1, 1, 1, 1, 2]);
    expect([...page.matchAll(/<img [^>]*>/g)].every((match) => match[0].startsWith('<img src="data:image/png;'))).toBe(
      true,
    );
    expect(page).not.toContain('\u202e');
    expect(page).toContain(escapeHtml(HOSTILE));
  });

  it('forbids the browser everything but its own style sheet and pictures inside it', () => {
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-/,
    );
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/);
    expect(page).not.toMatch(/url\(|@import/);
    expect(page).not.toMatch(/ style="/);
  });

  it('holds the counts, the intervals, the words and the unfinished rest', () => {
    expect(page).toContain('2 of 10');
    expect(page).toContain('5.7 to 51.0 %');
    expect(page).toContain('&#34;expert&#34; is better');
    expect(page).toContain('Not finished: 20 of 24 trials');
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).toContain('@media print');
  });

  it('says when there is nothing to compare or to explain', () => {
    const one = data();
    const quiet = reportPage({ ...one, comparisons: [], failures: [], rows: [one.rows[0]] });
    expect(quiet).not.toContain('Failures');
    expect(quiet).not.toContain('Comparisons on equal seeds');
  });

  it('shows a cost only where a model was paid', () => {
    expect(page).not.toContain('USD');
    const one = data();
    const rows = one.rows.map((row) => ({ ...row, costUsd: 1.5 }));
    expect(reportPage({ ...one, rows })).toContain('1.50 USD');
  });
});

describe('escaping', () => {
  it('is the default, and nested templates are not escaped twice', () => {
    expect(html`<b title="${'"'}">${['<', html`<i>${'&'}</i>`, 3, undefined]}</b>`.text).toBe(
      '<b title="&#34;">&#60;<i>&#38;</i>3</b>',
    );
    expect(escapeHtml('a\u0000b\ud800\n')).toBe('a\ufffdb\ufffd\n');
  });
});

describe('a clip', () => {
  /** Noise-free frames: a background with a gradient, and a square that moves. */
  function frames(count: number): Frame[] {
    const random = createRandomStream(SEED, 'clip test');
    const [width, height] = [40 + random.integer(20), 30 + random.integer(20)];
    return Array.from({ length: count }, (_, k) => {
      const data = new Uint8Array(width * height * 3);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const inside = x >= 3 * k && x < 3 * k + 8 && y >= 2 * k && y < 2 * k + 6;
          data.set(inside ? [220, 30, 20] : [120 + x, 110 + y, 100], (y * width + x) * 3);
        }
      }
      return { width, height, data };
    });
  }

  it('holds every frame to within a few shades, drawn one over the other as a browser does', () => {
    const original = frames(6);
    const decoded = decodeApng(encodeClip(original, 100));
    expect(decoded.length).toBe(6);
    decoded.forEach((picture, k) => {
      let worst = 0;
      for (let i = 0; i < picture.length; i++) worst = Math.max(worst, Math.abs(picture[i] - original[k].data[i]));
      expect(worst).toBeLessThanOrEqual(12);
    });
  });

  it('costs little for what does not move, and of one frame is a plain picture', () => {
    const [first] = frames(1);
    const still = encodeClip([first]);
    expect(encodeClip(Array.from({ length: 20 }, () => first)).length).toBeLessThan(still.length + 20 * 100);
    expect(Buffer.from(still).includes('acTL')).toBe(false);
    expect(() => encodeClip([])).toThrow(RangeError);
    expect(() => encodeClip([first, { ...first, width: first.width + 1 }])).toThrow(RangeError);
  });
});

/** Pictures of an animated PNG of our form, red green blue. */
function decodeApng(bytes: Uint8Array): Uint8Array[] {
  const file = Buffer.from(bytes);
  let [width, height] = [0, 0];
  let palette = Buffer.alloc(0);
  let rect = { left: 0, top: 0, width: 0, height: 0, over: false };
  let canvas = new Uint8Array(0);
  const pictures: Uint8Array[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    at += 12 + length;
    if (type === 'IHDR') [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
    if (type === 'PLTE') palette = body;
    if (type === 'fcTL') {
      const [w, h, left, top] = [4, 8, 12, 16].map((offset) => body.readUInt32BE(offset));
      rect = { width: w, height: h, left, top, over: body[25] === 1 };
    }
    if (type !== 'IDAT' && type !== 'fdAT') continue;
    const rows = inflateSync(type === 'IDAT' ? body : body.subarray(4));
    canvas = canvas.length === 0 ? new Uint8Array(width * height * 3) : canvas.slice();
    for (let y = 0; y < rect.height; y++) {
      expect(rows[y * (rect.width + 1)]).toBe(0);
      for (let x = 0; x < rect.width; x++) {
        const index = rows[y * (rect.width + 1) + 1 + x];
        if (index === 0 && rect.over) continue;
        const pixel = (rect.top + y) * width + rect.left + x;
        canvas.set(palette.subarray(3 * index, 3 * index + 3), 3 * pixel);
      }
    }
    pictures.push(canvas);
  }
  return pictures;
}
