// Owns the menu of the shell. Its entries are actions of the page's one registry; the page performs them and says whether
// it can. Stop stands here as a reminder of its keys only: the page hears them on key-down, before any menu would.

import { Menu, type MenuItemConstructorOptions } from 'electron';

/** @param perform tells the page that an action was chosen */
export function setMenu(perform: (action: string) => void): void {
  const action = (label: string, id: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => perform(id),
    // Shown, not registered: keys belong to the page, which knows where the focus is.
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const isMac = process.platform === 'darwin';
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
      {
        label: 'File',
        submenu: [action('Open recording…', 'episodes.open'), separator, { role: isMac ? 'close' : 'quit' }],
      },
      { role: 'editMenu' },
      {
        label: 'Robot',
        submenu: [action('Stop', 'robot.stop', 'CmdOrCtrl+.'), action('Reset after a stop…', 'robot.reset')],
      },
      {
        label: 'View',
        submenu: [
          action('Author layout', 'layout.author'),
          action('Supervise layout', 'layout.supervise'),
          action('Review layout', 'layout.review'),
          action('Reset layout', 'layout.reset'),
          separator,
          action('Command palette…', 'view.palette', 'CmdOrCtrl+K'),
          separator,
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen' },
        ],
      },
      { role: 'windowMenu' },
      { role: 'help', submenu: [action('First steps', 'help.tour'), action('Keys', 'help.keys')] },
    ]),
  );
}
