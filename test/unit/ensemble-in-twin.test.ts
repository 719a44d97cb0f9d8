// Nine programs for one task, of which one is right and one only says so, in the twin that is built from noisy looks: the
// right one is taken. CAPSTAN_ENSEMBLE_SEEDS asks for another number of worlds than ten, CAPSTAN_ENSEMBLE_FILE for a file with
// a line for each, as it ends. The worlds are fixed, as a share of worlds drawn anew would fail by chance.

import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EnsembleMessage } from '../../drivers/episode/messages.ts';
import { readExpert } from '../../electron/session/installation.ts';
import { createRandomStream } from '../../sim/random.ts';
import { Ensemble } from '../../skills/agent/ensemble.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { type ScriptedReply, scriptedModel } from '../../skills/agent/providers/scripted.ts';
import type { Workbench } from '../../skills/agent/workbench.ts';
import { checkedBlock, checkResult, perceived, previewOf, withLiveCell } from './perceived-stand.ts';
import { loadTask } from './sim-drive.ts';

const seed = 682;
const WORLDS = Number(process.env.CAPSTAN_ENSEMBLE_SEEDS ?? 10);
const NEEDED_SHARE = 0.9;
/** A watchdog for a busy machine; alone on one a world takes some 8 s. */
const LIMIT_PER_WORLD_MS = 360_000;
/** The n-th voice replies after so many milliseconds more than the one before: as models do, each in its own time. */
const REPLY_STEP_MS = 50;
const tier = 'S3';
const RIGHT = readExpert('cube-stack', tier).source;

const WRONG: readonly string[] = [
  // Claims success and does nothing.
  "console.log('SUCCESS: the red cube stands on the green cube and the gripper is open');",
  // The cubes exchanged.
  RIGHT.replace("measure('green cube')", "measure('red cube')").replace("pick('red cube')", "pick('green cube')"),
  // Lets go high above the green cube, beside its middle.
  RIGHT.replace('green.top + held.height + 0.002', 'green.top + held.height + 0.06').replace('[x, y,', '[x + 0.03, y,'),
  // Forgets to let go.
  RIGHT.replace('await openGripper();\nawait moveBy([0, 0, 0.12]);', ''),
  // Puts it down beside the green cube.
  RIGHT.replace('[x, y, green.top', '[x + 0.07, y, green.top'),
  // Closes on nothing, and goes on.
  RIGHT.replace('await goTo(best.position, best.quatWxyz, 0.1);', '').replace(
    'if (grip.holding) return',
    'if (grip.widthM < 1) return',
  ),
  // A type error.
  RIGHT.replace("const green = await measure('green cube');", "const green: number = await measure('green cube');"),
  // Another name for the thing.
  RIGHT.replace("pick('red cube')", "pick('purple ball')"),
];

/** A reply that takes its time. */
function replyAfter(source: string, ms: number): ScriptedReply {
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return { text: `\`\`\`ts\n${source}\n\`\`\``, durationS: ms / 1000 };
  };
}

function note(line: unknown): void {
  const file = process.env.CAPSTAN_ENSEMBLE_FILE;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(line)}\n`);
}

describe('an ensemble of nine in the perceived twin', () => {
  it('takes the one program that is right', { timeout: WORLDS * LIMIT_PER_WORLD_MS }, async () => {
    const task = loadTask('cube-stack');
    let chosen = 0;
    const others: string[] = [];
    const times = { allS: 0, slowestS: 0, twinS: 0 };
    for (let world = 0; world < WORLDS; world++) {
      const place = createRandomStream(seed + world, 'place of the right program').integer(9);
      const programs = [...WRONG.slice(0, place), RIGHT, ...WRONG.slice(place)];
      await withLiveCell(task, seed + world, tier, async (cell) => {
        const start = await perceived(cell);
        const workbench: Pick<Workbench, 'checkDraft' | 'rehearse'> = {
          checkDraft: async (source) => ({ source, check: await checkResult(task, tier, source) }),
          rehearse: async ({ source }) => previewOf(task, tier, await checkedBlock(task, tier, source), start),
        };
        const records: EnsembleMessage[] = [];
        const ensemble = new Ensemble({
          voices: programs.map((source, index) => ({
            model: scriptedModel([replyAfter(source, index * REPLY_STEP_MS)], { name: `voice ${index}` }),
          })),
          workbench,
          prompts: loadPrompts(),
          onChoice: (record) => records.push(record),
        });
        const messages = [{ role: 'user' as const, parts: [{ kind: 'text' as const, text: task.instruction }] }];
        const request = { purpose: 'program' as const, system: '', messages, maxOutputTokens: 8000 };
        const reply = await ensemble.ask(request, () => undefined, new AbortController().signal);
        const [{ candidates, chosen: taken, reason, durationS, slowestReplyS = 0, twinS = 0 }] = records;
        times.allS += durationS;
        times.slowestS += slowestReplyS;
        times.twinS += twinS;
        const isRight = reply.text.includes(RIGHT);
        note({ world: seed + world, isRight, durationS, slowestReplyS, twinS });
        if (isRight) chosen += 1;
        else {
          others.push(`world ${seed + world}: took ${taken} (${reason}); the right one: ${candidates[place].fate}`);
        }
      });
    }
    const parts = `slowest reply ${times.slowestS.toFixed(1)} s and twin ${times.twinS.toFixed(1)} s`;
    const ratio = times.allS / (times.slowestS + times.twinS);
    console.log(`the right program was taken in ${chosen} of ${WORLDS} worlds`, others);
    console.log(`wall time ${times.allS.toFixed(1)} s, ${ratio.toFixed(2)} of ${parts}`);
    expect(chosen, others.join('\n')).toBeGreaterThanOrEqual(NEEDED_SHARE * WORLDS);
  });
});
