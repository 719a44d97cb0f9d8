// Owns the small sign beside what was clicked: its name and where its middle is.

import { useConsole } from '../../app/console-store.ts';
import { partInWords, placeInWords } from './scene-words.ts';
import { useViewport } from './viewport-store.ts';

export function SelectionTip() {
  const anchor = useViewport((state) => state.anchor);
  const armHit = useViewport((state) => state.armHit);
  const arms = useConsole((state) => state.source?.latest('/robot/state')?.message.arms.length ?? 1);
  if (anchor === null) return null;
  const words = armHit === null ? anchor.name : partInWords(armHit.name, arms);
  return (
    <div className="viewport-tip" style={{ transform: `translate(${anchor.x}px, ${anchor.y}px)` }}>
      <div className="viewport-tip-sign" role="status">
        <strong>{words}</strong>
        <span>{placeInWords(armHit?.point ?? anchor.position)}</span>
      </div>
    </div>
  );
}
