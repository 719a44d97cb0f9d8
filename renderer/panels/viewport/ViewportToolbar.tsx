// Owns the controls over the scene: presets, overlays, zoom, and the list of objects for the keyboard. All of it runs
// actions of the registry.

import { ActionItem } from '../../app/ActionItem.tsx';
import { perform } from '../../app/action-keys.ts';
import { useConsole } from '../../app/console-store.ts';
import { useAction } from '../../app/use-actions.ts';
import { OVERLAYS, PRESETS } from '../../scene/scene-messages.ts';
import { Button } from '../../ui/Button.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../../ui/Menu.tsx';
import { PRESET_LABELS } from './viewport-actions.ts';
import { sceneLink, useViewport } from './viewport-store.ts';

function ActionButton({ id, icon }: { readonly id: string; readonly icon: IconName }) {
  const action = useAction(id);
  if (action === undefined) return null;
  return (
    <Button
      kind="quiet"
      size="small"
      icon={icon}
      name={action.label}
      unavailable={action.unavailable?.()}
      onClick={() => void perform(action)}
    />
  );
}

export function ViewportToolbar() {
  const objects = useViewport((state) => state.objects);
  const preset = useViewport((state) => state.view?.preset ?? null);
  const selection = useConsole((state) => state.selection);
  const chosen = selection?.kind === 'object' ? selection.name : null;
  return (
    <div className="viewport-toolbar" role="toolbar" aria-label="Scene">
      <Menu
        align="end"
        trigger={
          <Button kind="quiet" size="small" icon="camera" aria-label="View">
            {preset === null
              ? 'View'
              : PRESET_LABELS[preset].replace(/^View /, '').replace(/^./, (c) => c.toUpperCase())}
          </Button>
        }
      >
        <MenuLabel>View</MenuLabel>
        {PRESETS.map((one) => (
          <ActionItem key={one} id={`viewport.view.${one}`} />
        ))}
      </Menu>
      <Menu
        align="end"
        trigger={
          <Button kind="quiet" size="small" icon="eye" aria-label="Show">
            Show
          </Button>
        }
      >
        <MenuLabel>Drawn over the scene</MenuLabel>
        {OVERLAYS.map((overlay) => (
          <ActionItem key={overlay} id={`viewport.show.${overlay}`} />
        ))}
      </Menu>
      <Menu
        align="end"
        trigger={
          <Button kind="quiet" size="small" icon="search" aria-label="Objects">
            Objects
          </Button>
        }
      >
        <MenuLabel>{objects.length === 0 ? 'No objects are known' : 'Choose an object'}</MenuLabel>
        {objects.map((name) => (
          <MenuItem
            key={name}
            label={name}
            checked={name === chosen}
            onSelect={() => {
              useConsole.setState({ selection: name === chosen ? null : { kind: 'object', name } });
              if (name !== chosen) sceneLink()?.gesture({ kind: 'focus-on', name });
            }}
          />
        ))}
        <MenuLine />
        <ActionItem id="viewport.focus" />
      </Menu>
      <ActionButton id="viewport.zoom-in" icon="plus" />
      <ActionButton id="viewport.zoom-out" icon="minus" />
    </div>
  );
}
