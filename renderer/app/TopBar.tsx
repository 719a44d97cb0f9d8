// Owns the bar at the top: what is open and what can be opened, the layouts, the panels, the palette, the theme, help.

import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Keys } from '../ui/Keys.tsx';
import { Menu, MenuLabel, MenuLine } from '../ui/Menu.tsx';
import { ActionItem } from './ActionItem.tsx';
import { perform } from './action-keys.ts';
import { CellPicker } from './CellPicker.tsx';
import { useConsole } from './console-store.ts';
import { chooseLayout, useDock } from './dock-store.ts';
import { LAYOUT_NAMES, LAYOUT_TITLES } from './layouts.ts';
import { openPalette } from './palette-store.ts';
import { usePanelList } from './panel-list.ts';
import { ReplayBadge } from './ReplayBadge.tsx';
import { THEME_ACTIONS } from './shell-actions.ts';
import { useTheme } from './theme.ts';
import { useAction } from './use-actions.ts';
import { WorkBadge } from './WorkBadge.tsx';

export function TopBar() {
  const session = useConsole((state) => state.session);
  const panels = usePanelList((state) => state.panels) ?? [];
  return (
    <header className="top-bar">
      <span className="mark">
        <img src="icon.svg" alt="" width="20" height="20" />
        <span className="mark-name">Capstan</span>
      </span>
      <CellPicker />
      <NextProgram />
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
        {panels.map(({ id }) => (
          <ActionItem key={id} id={`view.${id}`} />
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

/** The press that leads on, while nothing else is under way. */
function NextProgram() {
  const action = useAction('session.next-program');
  const isIdle = useConsole((state) => state.state?.phase === 'idle' && state.replayOf === null);
  if (action === undefined || !isIdle) return null;
  return (
    <Button kind="primary" icon="program" unavailable={action.unavailable?.()} onClick={() => void perform(action)}>
      {action.label}
    </Button>
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
