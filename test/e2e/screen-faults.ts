// What is structurally wrong with a screen, found in the page itself: text that is cut off without a way to read it,
// controls that lie over each other or outside of the window, places with nothing in them. Runs in the browser: must use
// nothing from outside of the function.

export interface ScreenFault {
  readonly kind: 'clipped' | 'overlapping' | 'outside' | 'empty' | 'unnamed' | 'small';
  readonly where: string;
}

/** Looks at the page as it is; for `page.evaluate`. */
export function screenFaults(): ScreenFault[] {
  const faults: ScreenFault[] = [];
  const describe = (element: Element) => {
    const label = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? '';
    return `${element.tagName.toLowerCase()}.${element.className?.toString().split(' ').join('.')} "${label}"`;
  };
  const isSeen = (element: Element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const { width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1;
  };
  /** The part of an element that its scrolling ancestors leave to be seen. */
  const seenPart = (element: Element) => {
    let { left, top, right, bottom } = element.getBoundingClientRect();
    for (let above = element.parentElement; above !== null; above = above.parentElement) {
      const style = getComputedStyle(above);
      if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
      const box = above.getBoundingClientRect();
      left = Math.max(left, box.left);
      top = Math.max(top, box.top);
      right = Math.min(right, box.right);
      bottom = Math.min(bottom, box.bottom);
    }
    return { left, top, right, bottom, isEmpty: right - left < 2 || bottom - top < 2 };
  };
  const scrolls = (element: Element) => {
    for (let above: Element | null = element; above !== null; above = above.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(above);
      if (/auto|scroll/.test(overflowX + overflowY)) return true;
    }
    return false;
  };

  // Text that ends in the middle, where the whole of it is nowhere to be read.
  for (const element of document.body.querySelectorAll('*')) {
    if (!isSeen(element) || element.closest('.cm-editor, svg, canvas, .visually-hidden') !== null) continue;
    const hasText = [...element.childNodes].some(
      (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
    );
    if (!hasText) continue;
    const style = getComputedStyle(element);
    const cutsX = style.overflowX === 'hidden' || style.overflowX === 'clip';
    const cutsY = style.overflowY === 'hidden' || style.overflowY === 'clip';
    const isCut =
      (cutsX && element.scrollWidth > element.clientWidth + 1) ||
      (cutsY && element.scrollHeight > element.clientHeight + 2);
    const saysElsewhere = element.closest('[title], [aria-label]') !== null;
    if (isCut && !saysElsewhere) faults.push({ kind: 'clipped', where: describe(element) });
  }

  const controls = [
    ...document.querySelectorAll(
      'button, a[href], input, select, textarea, [role="tab"], [role="slider"], [role="menuitem"], [role="checkbox"]',
    ),
  ].filter((element) => isSeen(element) && element.closest('[inert]') === null);
  const parts = controls.map((element) => ({ element, part: seenPart(element) }));
  for (const { element, part } of parts) {
    if (part.isEmpty) {
      if (!scrolls(element)) faults.push({ kind: 'clipped', where: describe(element) });
      continue;
    }
    const isOutside = part.left < -1 || part.top < -1 || part.right > innerWidth + 1 || part.bottom > innerHeight + 1;
    if (isOutside) faults.push({ kind: 'outside', where: describe(element) });
    // The middle of a control belongs to it, or to something inside or around it.
    const x = (part.left + part.right) / 2;
    const y = (part.top + part.bottom) / 2;
    const hit = document.elementFromPoint(x, y);
    const isOwn =
      hit !== null && (element.contains(hit) || hit.contains(element) || hit.closest('label')?.contains(element));
    const isBehindDialog =
      document.querySelector('.dialog-veil') !== null && element.closest('.dialog, [data-safety-strip]') === null;
    if (!isOwn && !isBehindDialog) {
      faults.push({
        kind: 'overlapping',
        where: `${describe(element)} under ${hit === null ? 'nothing' : describe(hit)}`,
      });
    }
  }

  // A panel in front holds something: words, a picture, or why there is neither.
  for (const host of document.querySelectorAll('.panel-host')) {
    if (!isSeen(host)) continue;
    const hasPicture = [...host.querySelectorAll('canvas, img, svg')].some(isSeen);
    if (!hasPicture && (host.textContent ?? '').trim() === '') {
      faults.push({ kind: 'empty', where: host.getAttribute('data-panel') ?? '' });
    }
  }
  if (document.querySelectorAll('.panel-host').length === 0) faults.push({ kind: 'empty', where: 'the dock' });
  const { scrollWidth, scrollHeight } = document.documentElement;
  if (scrollWidth > innerWidth + 1 || scrollHeight > innerHeight + 1) {
    faults.push({ kind: 'outside', where: `the page is ${scrollWidth} x ${scrollHeight}` });
  }
  return faults;
}
