// Nine programs for one task, of which one is right and one only says so, in the twin that is built from noisy looks: the
// right one is taken. CAPSTAN_ENSEMBLE_SEEDS asks for another number of worlds than ten. The worlds are fixed, as a share of
// worlds drawn anew would fail by chance.

import { describe, expect, it } from 'vitest';
import type { EnsembleMessage } from '../../drivers/episode/messages.ts';
import { readExpert } from '../../electron/session/installation.ts';
import { createRandomStream } from '../../sim/random.ts';
import { Ensemble } from '../../skills/agent/ensemble.ts';
import { loadPrompts } from '../../skills/agent/prompts/load-prompts.ts';
import { scriptedModel } from '../../skills/agent/providers/scripted.ts';
import type { Workbench } from '../../skills/agent/workbench.ts';
import { checkedBlock, checkResult, perceived, previewOf, withLiveCell } from './perceived-stand.ts';
import { loadTask } from './sim-drive.ts';

const seed = 682;
const WORLDS = Number(process.env.CAPSTAN_ENSEMBLE_SEEDS ?? 10);
const NEEDED_SHARE = 0.9;
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

describe('an ensemble of nine in the perceived twin', () => {
  it('takes the one program that is right', { timeout: 3_600_000 }, async () => {
    const task = loadTask('cube-stack');
    let chosen = 0;
    const others: string[] = [];
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
            model: scriptedModel([`\`\`\`ts\n${source}\n\`\`\``], { name: `voice ${index}` }),
          })),
          workbench,
          prompts: loadPrompts(),
          onChoice: (record) => records.push(record),
        });
        const messages = [{ role: 'user' as const, parts: [{ kind: 'text' as const, text: task.instruction }] }];
        const request = { purpose: 'program' as const, system: '', messages, maxOutputTokens: 8000 };
        const reply = await ensemble.ask(request, () => undefined, new AbortController().signal);
        if (reply.text.includes(RIGHT)) chosen += 1;
        else {
          const [{ candidates, chosen: taken, reason }] = records;
          others.push(`world ${seed + world}: took ${taken} (${reason}); the right one: ${candidates[place].fate}`);
        }
      });
    }
    console.log(`the right program was taken in ${chosen} of ${WORLDS} worlds`, others);
    expect(chosen, others.join('\n')).toBeGreaterThanOrEqual(NEEDED_SHARE * WORLDS);
  });
});
