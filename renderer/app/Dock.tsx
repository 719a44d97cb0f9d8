// Owns the place of the panels in the page: each lives in an element of its own, wherever the dock puts that.

import { useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { PanelVisible } from '../panels/panel-visible.ts';
import { mountDock, panelHost, useDock } from './dock-store.ts';
import { PanelBoundary } from './PanelBoundary.tsx';
import { pageNonce } from './page-nonce.ts';
import { panelOf, usePanelList } from './panel-list.ts';

export function Dock() {
  const place = useRef<HTMLDivElement>(null);
  const isLoaded = usePanelList((state) => state.panels !== undefined);
  useEffect(
    () => (place.current === null || !isLoaded ? undefined : mountDock(place.current, pageNonce())),
    [isLoaded],
  );
  const mounted = useDock((state) => state.mounted);
  const visible = useDock((state) => state.visible);
  return (
    <main className="dock" ref={place}>
      {mounted.map((id) => {
        const definition = panelOf(id);
        if (definition === undefined) return null;
        const { Component, title } = definition;
        return createPortal(
          <PanelVisible value={visible.has(id)}>
            <PanelBoundary title={title}>
              <Component />
            </PanelBoundary>
          </PanelVisible>,
          panelHost(id),
          id,
        );
      })}
    </main>
  );
}
