// Owns a box beside a control with more about it. Esc and a press outside close it.

import { Popover as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';

export interface PopoverProps {
  readonly trigger: ReactElement;
  /** Name of the box for those who do not see it. */
  readonly name: string;
  readonly children: ReactNode;
  readonly side?: 'top' | 'bottom';
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
}

export function Popover({ trigger, name, children, side = 'bottom', open, onOpenChange }: PopoverProps) {
  const state = open === undefined || onOpenChange === undefined ? {} : { open, onOpenChange };
  return (
    <Radix.Root {...state}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="popover"
          side={side}
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={name}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
