// Owns the line above the conversation: the turn, what it has used of its caps, and what can be asked of the session. The
// task and its writer stand in the bar of the window.

import { perform } from '../../app/action-keys.ts';
import { actionOf } from '../../app/actions.ts';
import { useConsole } from '../../app/console-store.ts';
import { Button } from '../../ui/Button.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { budgetRows } from './budget-words.ts';
import { whyNotBegin } from './session-actions.ts';

function run(id: string): void {
  const action = actionOf(id);
  if (action !== undefined) void perform(action);
}

export function ConversationHead() {
  useConsole();
  const { state, replayOf } = useConsole.getState();
  if (replayOf !== null) {
    return (
      <header className="conversation-head">
        <span className="conversation-task">{replayOf}</span>
        <span className="conversation-tier">recording</span>
      </header>
    );
  }
  const cell = state?.cell;
  if (cell == null) return null;
  const { turn, verdict } = state ?? {};
  const why = whyNotBegin();
  return (
    <header className="conversation-head">
      {turn == null || turn.number === 0 ? null : (
        <span className="conversation-tier">
          Turn {turn.number} of {turn.of}
        </span>
      )}
      <Spending />
      <span className="conversation-head-buttons">
        {verdict == null ? null : (
          <span className={verdict.success ? 'badge badge-ok' : 'badge badge-warn'}>
            {verdict.success ? 'Goal holds' : 'Goal does not hold'}
          </span>
        )}
        <Button
          size="small"
          icon="undo"
          unavailable={why}
          tip="Proposes a program that puts things back"
          onClick={() => run('session.undo')}
        >
          Undo…
        </Button>
        <Button
          size="small"
          unavailable={why}
          tip="Lets the world settle and judges the goal"
          onClick={() => run('session.judge')}
        >
          Judge
        </Button>
        <Button
          size="small"
          unavailable={actionOf('session.end')?.unavailable?.()}
          tip="Judges the world and completes the episode"
          onClick={() => run('session.end')}
        >
          Finish
        </Button>
      </span>
    </header>
  );
}

/** What the model has used; one number, and the rest behind it. */
function Spending() {
  const budget = useConsole(({ state }) => state?.budget);
  if (budget == null) return null;
  const rows = budgetRows(budget);
  const nearest = Math.max(0, ...rows.map(({ share }) => share ?? 0));
  return (
    <Popover
      name="What the model has used"
      trigger={
        <button type="button" className="conversation-spent" data-near={nearest >= 0.8}>
          {nearest >= 0.8 ? '! ' : ''}
          {rows[0].text}
        </button>
      }
    >
      <table className="conversation-budget">
        <tbody>
          {rows.map(({ what, text, share }) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>{text}</td>
              <td>
                {share === null ? null : (
                  <meter
                    min={0}
                    max={1}
                    high={0.8}
                    value={Math.min(1, share)}
                    aria-label={`${what}, share of its cap`}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Popover>
  );
}
