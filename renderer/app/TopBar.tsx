// Owns the bar at the top: what is open and what can be opened, the layouts, the panels, the palette, the theme, help.

import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Keys } from '../ui/Keys.tsx';
import { Menu, MenuLabel, MenuLine } from '../ui/Menu.tsx';
import { ActionItem } from './ActionItem.tsx';
import { CellPicker } from './CellPicker.tsx';
import { useConsole } from './console-store.ts';
import { chooseLayout, useDock } from './dock-store.ts';
import { LAYOUT_NAMES, LAYOUT_TITLES } from './layouts.ts';
import { openPalette } from './palette-store.ts';
import { ReplayBadge } from './ReplayBadge.tsx';
import { PANEL_ACTIONS, THEME_ACTIONS } from './shell-actions.ts';
import { useTheme } from './theme.ts';
import { WorkBadge } from './WorkBadge.tsx';

export function TopBar() {
  const session = useConsole((state) => state.session);
  return (
    <header className="top-bar">
      <span className="mark">
        <img src="icon.svg" alt="" width="20" height="20" />
        <span className="mark-name">Capstan</span>
      </span>
      <CellPicker />
      <WorkBadge />
      <ReplayBadge />
      {session.kind === 'lost' ? (
        <span className="badge badge-warn" role="status">
          <Icon name="link" /> Session lost, connecting again
        </span>
      ) : null}
      <span className="top-bar-gap" />
      <LayoutSwitch />
      <Menu
        trigger={
          <Button kind="quiet" icon="layout">
            View
          </Button>
        }
        align="end"
      >
        <MenuLabel>Panels</MenuLabel>
        {PANEL_ACTIONS.map((id) => (
          <ActionItem key={id} id={id} />
        ))}
        <MenuLine />
        <ActionItem id="layout.reset" />
      </Menu>
      <Button
        kind="quiet"
        icon="search"
        onClick={openPalette}
        tip="Every action by its name"
        className="palette-button"
      >
        <span className="palette-button-words">Find</span> <Keys chords={['mod+k']} />
      </Button>
      <ThemeMenu />
      <Menu trigger={<Button kind="quiet" icon="question" name="Help" />} align="end">
        <ActionItem id="help.tour" />
        <ActionItem id="help.keys" />
        <MenuLine />
        <ActionItem id="view.settings" />
      </Menu>
    </header>
  );
}

function LayoutSwitch() {
  const layout = useDock((state) => state.layout);
  return (
    <fieldset className="segments">
      <legend className="visually-hidden">Layout</legend>
      {LAYOUT_NAMES.map((name) => (
        <button
          key={name}
          type="button"
          className="segment"
          aria-pressed={layout === name}
          onClick={() => chooseLayout(name)}
        >
          {LAYOUT_TITLES[name]}
        </button>
      ))}
    </fieldset>
  );
}

function ThemeMenu() {
  const { theme, shown } = useTheme();
  const icon = theme === 'system' ? 'screen' : shown === 'dark' ? 'moon' : 'sun';
  return (
    <Menu trigger={<Button kind="quiet" icon={icon} name="Theme" />} align="end">
      {THEME_ACTIONS.map((id) => (
        <ActionItem key={id} id={id} />
      ))}
    </Menu>
  );
}
