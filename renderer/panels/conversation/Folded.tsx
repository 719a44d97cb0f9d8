// Owns what can be unfolded in the conversation. What is folded is not on the page at all: requests are long.

import { type ReactNode, useState } from 'react';

interface Props {
  readonly title: ReactNode;
  readonly children: () => ReactNode;
}

export function Folded({ title, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="folded" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen ? <div className="folded-inside">{children()}</div> : null}
    </details>
  );
}
