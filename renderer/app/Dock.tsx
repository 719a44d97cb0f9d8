// Owns the place of the panels in the page: each lives in an element of its own, wherever the dock puts that.

import { useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { PanelVisible } from '../panels/panel-visible.ts';
import { panelOf } from '../panels/registry.ts';
import { mountDock, panelHost, useDock } from './dock-store.ts';
import { PanelBoundary } from './PanelBoundary.tsx';
import { pageNonce } from './page-nonce.ts';

export function Dock() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => (place.current === null ? undefined : mountDock(place.current, pageNonce())), []);
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
