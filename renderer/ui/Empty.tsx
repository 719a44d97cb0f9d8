// Owns how a panel with nothing to show looks: what is missing, in words, and what to do.

import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';

export interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  /** What to do. */
  readonly words: ReactNode;
  readonly children?: ReactNode;
}

export function Empty({ icon, title, words, children }: EmptyProps) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <p className="empty-title">{title}</p>
      <p className="empty-words">{words}</p>
      {children}
    </div>
  );
}
