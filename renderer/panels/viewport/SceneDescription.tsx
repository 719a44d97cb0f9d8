// Owns the scene in words for those who do not see the picture: spoken politely, never more than every few seconds.

import { useEffect, useState } from 'react';
import { useConsole } from '../../app/console-store.ts';
import { usePanelVisible } from '../panel-visible.ts';
import { sceneInWords } from './scene-words.ts';
import { useViewport } from './viewport-store.ts';

const EVERY_MS = 3000;

export function SceneDescription() {
  const source = useConsole((state) => state.source);
  const selection = useConsole((state) => state.selection);
  const objects = useViewport((state) => state.objects);
  const visible = usePanelVisible();
  const chosen = selection?.kind === 'object' ? selection.name : null;
  const [words, setWords] = useState('');
  useEffect(() => {
    if (!visible) return undefined;
    const tell = () => setWords(sceneInWords(source, objects, chosen));
    tell();
    const timer = setInterval(tell, EVERY_MS);
    return () => clearInterval(timer);
  }, [source, objects, chosen, visible]);
  return (
    <p id="viewport-words" className="viewport-words" aria-live="polite">
      {words}
    </p>
  );
}
