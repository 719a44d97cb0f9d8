// Owns whether a panel can be seen: one behind another tab, or left out of the layout, draws nothing.

import { createContext, useContext } from 'react';

export const PanelVisible = createContext(true);

/** Inside of a panel: whether anybody can see it now. */
export function usePanelVisible(): boolean {
  return useContext(PanelVisible);
}
