// Owns the place for the words that go with a rejection. Esc takes it away and keeps the words; nothing is sent by it.

import { useEffect, useRef } from 'react';
import { showError } from '../../app/session-client.ts';
import { Button } from '../../ui/Button.tsx';
import { Keys } from '../../ui/Keys.tsx';
import { sendRejection, whyNotRejectNow } from './approval-actions.ts';
import { useApproval } from './approval-store.ts';

export function RejectForm() {
  const { comment, findings } = useApproval();
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => box.current?.focus(), []);
  const send = () => void sendRejection().catch(showError);
  const told =
    findings.length === 0
      ? ''
      : findings.length === 1
        ? 'One finding goes with it. '
        : `${findings.length} findings go with it. `;
  return (
    <footer className="approval-foot">
      <label className="field" htmlFor="approval-comment">
        <span className="field-label">Why it is rejected</span>
        <textarea
          id="approval-comment"
          className="input"
          ref={box}
          rows={3}
          maxLength={20_000}
          placeholder="What its author should do otherwise"
          value={comment}
          onChange={(event) => useApproval.setState({ comment: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              event.preventDefault();
              useApproval.setState({ isRejecting: false });
            } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.repeat) {
              event.preventDefault();
              send();
            }
          }}
        />
        <span className="field-note">{told}The author is told, and may write another program.</span>
      </label>
      <div className="approval-buttons">
        <Button onClick={() => useApproval.setState({ isRejecting: false })}>Back</Button>
        <Button kind="primary" unavailable={whyNotRejectNow()} onClick={send}>
          Reject <Keys chords={['mod+Enter']} />
        </Button>
      </div>
    </footer>
  );
}
