// Owns how the parts of the window lie: the strip with Stop first in the page's order and at the bottom of the screen, the
// top bar, the dock.

import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/controls.css';
import 'dockview/dist/styles/dockview.css';
import './shell.css';
import './dock.css';
import './strip.css';
import { TooltipProvider } from '../ui/Tooltip.tsx';
import { CommandPalette } from './CommandPalette.tsx';
import { Dock } from './Dock.tsx';
import { KeyHelp } from './KeyHelp.tsx';
import { SafetyStrip } from './SafetyStrip.tsx';
import { SessionGate } from './SessionGate.tsx';
import { Toasts } from './Toasts.tsx';
import { TopBar } from './TopBar.tsx';
import { Tour } from './Tour.tsx';

export function App() {
  return (
    <TooltipProvider>
      <div className="shell">
        <SafetyStrip />
        <TopBar />
        <Dock />
        <SessionGate />
      </div>
      <CommandPalette />
      <KeyHelp />
      <Tour />
      <Toasts />
    </TooltipProvider>
  );
}
