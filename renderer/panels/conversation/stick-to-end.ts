// Owns whether a scrolling place keeps its end in view: it does until its reader scrolls up, and again once they are back
// at the end. Must never move a place that somebody reads.

import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/** This close to the end counts as the end, pixels. */
const NEAR_PX = 32;

export interface StickToEnd {
  readonly place: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: boolean;
  readonly toEnd: () => void;
}

/** @param isOn false where the reader is led by something else, as the cursor of a recording */
export function useStickToEnd(isOn: boolean): StickToEnd {
  const place = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [isAtEnd, setAtEnd] = useState(true);
  const toEnd = useCallback(() => {
    sticks.current = true;
    setAtEnd(true);
    if (place.current !== null) place.current.scrollTop = place.current.scrollHeight;
  }, []);
  useEffect(() => {
    const [box, inside] = [place.current, content.current];
    if (box === null || inside === null || !isOn) return;
    let lastTop = box.scrollTop;
    const onScroll = () => {
      const isNear = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
      // Growth alone moves nothing; only a person scrolls up.
      if (isNear) sticks.current = true;
      else if (box.scrollTop < lastTop) sticks.current = false;
      lastTop = box.scrollTop;
      setAtEnd(sticks.current);
    };
    const observer = new ResizeObserver(() => {
      if (sticks.current) box.scrollTop = box.scrollHeight;
    });
    box.addEventListener('scroll', onScroll, { passive: true });
    observer.observe(inside);
    observer.observe(box);
    return () => {
      box.removeEventListener('scroll', onScroll);
      observer.disconnect();
    };
  }, [isOn]);
  return { place, content, isAtEnd, toEnd };
}
