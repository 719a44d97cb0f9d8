// Owns how a step of the tour looks: a ring around what it speaks of, and a card beside that. The page stays in use; Esc
// ends it.

import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { perform } from './action-keys.ts';
import { isPanelShown, panelHost, showPanel } from './dock-store.ts';
import { endTour, goToStep, TOUR, type TourStep, useTour } from './tour-store.ts';
import { useAction } from './use-actions.ts';

const GAP_PX = 10;
const CARD_WIDTH_PX = 320;

interface Place {
  readonly ring: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  readonly card: { readonly left: number; readonly top: number };
}

function targetOf({ at }: TourStep): Element | null {
  return 'panel' in at ? panelHost(at.panel) : document.querySelector(at.selector);
}

/** Beside the target where there is room, else over its upper corner; always within the window. */
function placeFor(target: Element, cardHeight: number): Place {
  const { left, top, width, height } = target.getBoundingClientRect();
  // The strip with Stop is never covered.
  const floor = document.querySelector('[data-safety-strip]')?.getBoundingClientRect().top ?? innerHeight;
  const most = { left: innerWidth - CARD_WIDTH_PX - GAP_PX, top: floor - cardHeight - GAP_PX };
  const within = (x: number, y: number) => ({
    left: Math.max(GAP_PX, Math.min(most.left, x)),
    top: Math.max(GAP_PX, Math.min(most.top, y)),
  });
  const ring = { left, top, width, height };
  if (left + width + GAP_PX <= most.left && height > 80)
    return { ring, card: within(left + width + GAP_PX, top + GAP_PX) };
  if (left - CARD_WIDTH_PX - GAP_PX >= GAP_PX && height > 80)
    return { ring, card: within(left - CARD_WIDTH_PX - GAP_PX, top + GAP_PX) };
  if (top - cardHeight - GAP_PX >= GAP_PX) return { ring, card: within(left, top - cardHeight - GAP_PX) };
  return { ring, card: within(left + GAP_PX, top + GAP_PX) };
}

export function Tour() {
  const step = useTour((state) => state.step);
  if (step === null) return null;
  return <Step key={step} index={step} />;
}

function Step({ index }: { readonly index: number }) {
  const step = TOUR[index];
  const card = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place>();
  useLayoutEffect(() => {
    if ('panel' in step.at && !isPanelShown(step.at.panel)) showPanel(step.at.panel);
    const look = () => {
      const target = targetOf(step);
      if (target?.isConnected === true && card.current !== null) setPlace(placeFor(target, card.current.offsetHeight));
    };
    look();
    const timer = setInterval(look, 300);
    addEventListener('resize', look);
    return () => {
      clearInterval(timer);
      removeEventListener('resize', look);
    };
  }, [step]);
  useEffect(() => card.current?.focus(), []);
  const isLast = index === TOUR.length - 1;
  return (
    <>
      {place === undefined ? null : <div className="tour-ring" style={place.ring} aria-hidden="true" />}
      <div
        ref={card}
        className="tour-card"
        role="dialog"
        aria-labelledby="tour-title"
        aria-describedby="tour-words"
        tabIndex={-1}
        style={place?.card ?? { left: innerWidth / 2 - CARD_WIDTH_PX / 2, top: innerHeight / 3 }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') endTour();
          else if (event.key === 'ArrowRight' && !isLast) goToStep(index + 1);
          else if (event.key === 'ArrowLeft') goToStep(index - 1);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <h2 id="tour-title">{step.title}</h2>
        <p id="tour-words">{step.words}</p>
        {step.action === undefined ? null : <StepAction id={step.action} onDone={() => goToStep(index + 1)} />}
        <div className="tour-foot">
          <span className="field-note">
            {index + 1} of {TOUR.length}
          </span>
          <Button size="small" kind="quiet" onClick={endTour}>
            {isLast ? 'Close' : 'Skip the tour'}
          </Button>
          {index === 0 ? null : (
            <Button size="small" onClick={() => goToStep(index - 1)}>
              Back
            </Button>
          )}
          {isLast ? null : (
            <Button size="small" kind="primary" onClick={() => goToStep(index + 1)}>
              Next
            </Button>
          )}
        </div>
      </div>
    </>
  );
}

function StepAction({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const action = useAction(id);
  if (action === undefined) return null;
  return (
    <Button
      icon="play"
      unavailable={action.unavailable?.()}
      onClick={() => {
        onDone();
        void perform(action);
      }}
    >
      {action.label}
    </Button>
  );
}
