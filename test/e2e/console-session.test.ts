// The console's session over its socket: from the first window to an episode that tells what happened.

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { readEpisode } from '../../drivers/episode/reader.ts';
import type { CellChoice } from '../../electron/ipc/console-contract.ts';
import { ConsoleStand } from './console-stand.ts';

const open: ConsoleStand[] = [];
async function stand(...how: Parameters<typeof ConsoleStand.open>): Promise<ConsoleStand> {
  const one = await ConsoleStand.open(...how);
  open.push(one);
  return one;
}
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const CUBE: CellChoice = { task: 'cube-lift', tier: 'S1', seed: 3, writer: { kind: 'expert' }, caps: {} };

describe('a session at the console', () => {
  it('goes from the first window to a judged, recorded episode', async () => {
    const { home, window } = await stand().then((one) => ({ home: one.home, window: () => one.window() }));
    const operator = await window();
    expect(operator.state()).toMatchObject({ phase: 'empty', cell: null });
    await operator.ask('openCell', CUBE);
    expect(operator.state()).toMatchObject({
      phase: 'idle',
      cell: { choice: CUBE, robotKind: 'simulated', objects: expect.arrayContaining(['red cube']) },
    });
    await operator.ask('instruct', { text: 'go' });
    const proposal = await operator.question();
    expect(proposal).toMatchObject({ block: 0, origin: 'expert', stale: null, preview: { outcome: 'passed' } });
    await operator.approve(proposal);
    const judged = await operator.until(({ phase, verdict }) => phase === 'idle' && verdict !== null);
    expect(judged).toMatchObject({
      proposal: null,
      work: null,
      lastBlock: { block: 0, outcome: 'succeeded', failure: null },
      verdict: { success: true },
      problem: null,
      cell: { block: 1 },
    });
    await operator.ask('endCell', {});
    const ended = await operator.until(({ phase }) => phase === 'ended');
    expect(ended).toMatchObject({ cell: null, lastCell: { outcome: 'succeeded', choice: CUBE } });
    const [file] = home.episodes();
    const episode = await readEpisode(new Uint8Array(readFileSync(file)));
    expect(episode).toMatchObject({ complete: true, info: { id: judged.cell?.id }, outcome: { outcome: 'succeeded' } });
    const { episodes } = await operator.ask('episodes', {});
    expect(episodes).toMatchObject([{ id: judged.cell?.id, outcome: 'succeeded', complete: true }]);
  });
});
