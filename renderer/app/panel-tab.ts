// Owns the tab of a panel: its title, and a cross for the pointer. By keyboard Delete closes the tab that has the focus; a
// control inside of a tab would be one that a screen reader cannot reach.

import type { ITabRenderer } from 'dockview';

const SVG = 'http://www.w3.org/2000/svg';

function cross(): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', 'M4 4l8 8M12 4l-8 8');
  path.setAttribute('stroke', 'currentColor');
  path.setAttribute('stroke-width', '1.6');
  path.setAttribute('stroke-linecap', 'round');
  svg.append(path);
  return svg;
}

export function panelTab(): ITabRenderer {
  const element = document.createElement('div');
  element.className = 'panel-tab';
  const title = document.createElement('span');
  const close = document.createElement('span');
  close.className = 'panel-tab-close';
  close.setAttribute('aria-hidden', 'true');
  close.title = 'Close (Delete)';
  close.append(cross());
  element.append(title, close);
  return {
    element,
    init: ({ title: name, api }) => {
      title.textContent = name;
      // The press must not begin to drag the tab.
      close.addEventListener('pointerdown', (event) => event.stopPropagation());
      close.addEventListener('click', (event) => {
        event.stopPropagation();
        api.close();
      });
    },
  };
}
