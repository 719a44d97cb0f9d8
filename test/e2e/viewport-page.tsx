// The page of the viewport's tests: the panel as it is, over a recording served beside it, and handles for the tests.

import '../../renderer/app/schemas-without-eval.ts';
import '../../renderer/ui/tokens.css';
import '../../renderer/ui/base.css';
import '../../renderer/ui/controls.css';
import { createRoot } from 'react-dom/client';
import { readEpisode } from '../../drivers/episode/reader.ts';
import { useConsole } from '../../renderer/app/console-store.ts';
import { setTheme, startTheme } from '../../renderer/app/theme.ts';
import { Viewport } from '../../renderer/panels/viewport/Viewport.tsx';
import { sceneLink, scrubGhost, toggleOverlay, useViewport } from '../../renderer/panels/viewport/viewport-store.ts';
import { TooltipProvider } from '../../renderer/ui/Tooltip.tsx';
import { RecordedSource } from './recorded-source.ts';

const handles = { useConsole, useViewport, sceneLink, setTheme, toggleOverlay, scrubGhost, open };
export type ViewportHandles = typeof handles & { source: RecordedSource };

declare global {
  interface Window {
    viewport: ViewportHandles;
  }
}

async function open(file: string): Promise<void> {
  const bytes = new Uint8Array(await (await fetch(file)).arrayBuffer());
  const source = await RecordedSource.of(await readEpisode(bytes));
  window.viewport = { ...handles, source };
  useConsole.setState({ source });
}

startTheme();
const place = document.getElementById('app');
if (place === null) throw new Error('the page has no place for the viewport');
createRoot(place).render(
  <TooltipProvider>
    <Viewport />
  </TooltipProvider>,
);
window.viewport = handles as ViewportHandles;
