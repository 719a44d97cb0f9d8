// Owns the dialog of the console. The strip with Stop stays above its veil and can be used while it is open; the keyboard
// goes round between the two. Esc closes the dialog and does nothing else. Must never make the rest of the page inert.

import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from './Button.tsx';

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** After it has closed and the focus is back where it was. */
  readonly onClosed?: () => void;
  readonly title: string;
  /** Read out with the title; shown where `visibleDescription`. */
  readonly description: string;
  readonly visibleDescription?: boolean;
  readonly foot?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** Whether something happened in the strip with Stop, which is part of no dialog and of all. */
function inSafetyStrip(event: Event): boolean {
  return event.target instanceof Element && event.target.closest('[data-safety-strip]') !== null;
}

export function Dialog(props: DialogProps) {
  return props.open ? <OpenDialog {...props} /> : null;
}

function OpenDialog(props: DialogProps) {
  const { onClose, onClosed, title, description, visibleDescription = false, foot, className, children } = props;
  const content = useRef<HTMLDivElement>(null);
  const [before] = useState(() => document.activeElement);
  const closed = useRef(onClosed);
  closed.current = onClosed;
  useEffect(
    () => () => {
      setTimeout(() => {
        const isFree = document.activeElement === null || document.activeElement === document.body;
        if (isFree && before instanceof HTMLElement && before.isConnected) before.focus();
        closed.current?.();
      }, 0);
    },
    [before],
  );
  return (
    // Not modal for the library: a modal one would take the pointer and the keyboard from Stop.
    <Radix.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())} modal={false}>
      <Radix.Portal>
        <div className="dialog-veil" aria-hidden="true" />
        <Radix.Content
          ref={content}
          className={className === undefined ? 'dialog' : `dialog ${className}`}
          aria-modal="true"
          tabIndex={-1}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            // A field that has taken the focus itself keeps it.
            if (content.current?.contains(document.activeElement) !== true) content.current?.focus();
          }}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onPointerDownOutside={(event) => {
            if (inSafetyStrip(event.detail.originalEvent)) event.preventDefault();
          }}
          onFocusOutside={(event) => {
            event.preventDefault();
            if (!inSafetyStrip(event.detail.originalEvent)) content.current?.focus();
          }}
        >
          <div className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Button kind="quiet" icon="cross" name="Close" onClick={onClose} />
          </div>
          <div className="dialog-body">
            <Radix.Description className={visibleDescription ? 'field-note' : 'visually-hidden'}>
              {description}
            </Radix.Description>
            {children}
          </div>
          {foot === undefined ? null : <div className="dialog-foot">{foot}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
