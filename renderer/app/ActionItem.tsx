// Owns an action as an item of a menu.

import { Keys } from '../ui/Keys.tsx';
import { MenuItem } from '../ui/Menu.tsx';
import { perform } from './action-keys.ts';
import { useAction } from './use-actions.ts';

export function ActionItem({ id }: { readonly id: string }) {
  const action = useAction(id);
  if (action === undefined) return null;
  return (
    <MenuItem
      label={action.label}
      keys={<Keys chords={action.keys} />}
      unavailable={action.unavailable?.()}
      checked={action.checked?.()}
      onSelect={() => void perform(action)}
    />
  );
}
