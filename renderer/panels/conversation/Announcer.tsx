// Owns what a screen reader is told of the conversation: the few changes that matter, never the words as they arrive.

import { useConsole } from '../../app/console-store.ts';

const ENDED = {
  succeeded: 'ran to its end',
  failed: 'failed',
  rejected: 'was rejected',
  stopped: 'was stopped',
} as const;

export function Announcer() {
  const words = useConsole(({ state }) => {
    if (state === undefined) return '';
    const { phase, proposal, lastBlock, turn } = state;
    if (phase === 'asking' && proposal !== null) {
      const edit = proposal.refusedEdit === null ? '' : ' Your edit did not pass the check.';
      return `Block ${proposal.block + 1} waits for your decision.${edit}`;
    }
    if (phase === 'writing' && turn !== null) return `Turn ${turn.number}: the model writes.`;
    if (phase === 'running') return 'The program runs.';
    if (phase !== 'idle' || lastBlock === null) return '';
    return `Block ${lastBlock.block + 1} ${ENDED[lastBlock.outcome]}. ${lastBlock.failure?.message ?? ''}`;
  });
  return (
    <div className="visually-hidden" aria-live="polite">
      {words}
    </div>
  );
}
