// Owns menus made of actions. Must never decide what can be done: that is the action's own word.

import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './Icon.tsx';

export interface MenuProps {
  readonly trigger: ReactElement;
  readonly children: ReactNode;
  readonly align?: 'start' | 'center' | 'end';
}

export function Menu({ trigger, children, align = 'start' }: MenuProps) {
  return (
    // Not modal, so that Stop takes the pointer while a menu is open.
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuItemProps {
  readonly label: string;
  readonly keys?: ReactNode;
  /** Why it cannot be chosen now. */
  readonly unavailable?: string | undefined;
  /** Whether it is on; undefined for what is no switch. */
  readonly checked?: boolean | undefined;
  readonly onSelect: () => void;
}

export function MenuItem({ label, keys, unavailable, checked, onSelect }: MenuItemProps) {
  const inside = (
    <>
      <span className="menu-item-mark">{checked === true ? <Icon name="check" /> : null}</span>
      <span className="menu-item-words">
        {label}
        {unavailable === undefined ? null : <span className="menu-item-why">{unavailable}</span>}
      </span>
      {keys}
    </>
  );
  const disabled = unavailable !== undefined;
  if (checked === undefined) {
    return (
      <Radix.Item className="menu-item" disabled={disabled} onSelect={onSelect}>
        {inside}
      </Radix.Item>
    );
  }
  return (
    <Radix.CheckboxItem className="menu-item" disabled={disabled} checked={checked} onSelect={onSelect}>
      {inside}
    </Radix.CheckboxItem>
  );
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <Radix.Label className="menu-label">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="menu-line" />;
}
