// Owns one camera's picture at the instant that is shown, with its age in words. Follows the source in animation frames.

import { useEffect, useRef, useState } from 'react';
import type { EpisodeMessage } from '../../../drivers/episode/reader.ts';
import type { RecordedCamera } from '../../../drivers/episode/topics.ts';
import { useConsole } from '../../app/console-store.ts';
import { describeCause } from '../../source/cause.ts';
import type { Source } from '../../source/source.ts';
import { span } from '../../source/time-words.ts';
import { Icon } from '../../ui/Icon.tsx';
import { usePanelVisible } from '../panel-visible.ts';
import { colourBitmap, depthBitmap } from './picture.ts';

/** A picture older than this no longer shows what is there, seconds. */
const FRESH_S = 0.5;

type Picture = EpisodeMessage<`/camera/${RecordedCamera}/image` | `/camera/${RecordedCamera}/depth`>;

export interface CameraViewProps {
  readonly source: Source;
  readonly camera: RecordedCamera;
  readonly title: string;
  readonly kind: 'image' | 'depth';
}

export function CameraView({ source, camera, title, kind }: CameraViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, setShown] = useState<{ readonly words: string; readonly isOld: boolean } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const visible = usePanelVisible();

  useEffect(() => {
    if (!visible) return;
    const ended = new AbortController();
    let drawn: Picture | undefined;
    let frame = 0;
    let previewing: AbortController | undefined;
    const topic = `/camera/${camera}/${kind}` as const;

    const draw = async (picture: Picture) => {
      drawn = picture;
      const { data, format } = picture.message;
      try {
        const bitmap = kind === 'depth' ? await depthBitmap(data) : await colourBitmap(data, format);
        // A newer one has come meanwhile.
        if (drawn === picture && !ended.signal.aborted && canvas.current !== null) {
          canvas.current.width = bitmap.width;
          canvas.current.height = bitmap.height;
          canvas.current.getContext('2d')?.drawImage(bitmap, 0, 0);
          setProblem(null);
        }
        bitmap.close();
      } catch (cause) {
        if (!ended.signal.aborted) setProblem(describeCause(cause));
      }
    };

    const show = (picture: Picture | undefined, atS: number) => {
      if (picture === undefined) {
        setShown(null);
        return;
      }
      if (picture !== drawn) void draw(picture);
      const ageS = Math.max(0, atS - picture.timeS);
      const words = ageS < FRESH_S ? 'taken now' : `taken ${span(ageS)} before`;
      setShown((before) => (before?.words === words ? before : { words, isOld: ageS >= FRESH_S }));
    };

    const look = () => {
      frame = 0;
      const { hoverS } = useConsole.getState();
      previewing?.abort();
      if (hoverS === null) {
        show(source.latest(topic), source.playback().cursorS);
        return;
      }
      previewing = new AbortController();
      const { signal } = previewing;
      source.at(topic, hoverS, signal).then(
        (picture) => {
          if (!signal.aborted) show(picture, hoverS);
        },
        () => undefined, // the pointer has gone on
      );
    };
    const soon = () => {
      if (frame === 0) frame = requestAnimationFrame(look);
    };
    soon();
    const ends = [
      source.onPlayback(soon),
      useConsole.subscribe(({ hoverS }, { hoverS: before }) => {
        if (hoverS !== before) soon();
      }),
    ];
    return () => {
      ended.abort();
      previewing?.abort();
      cancelAnimationFrame(frame);
      for (const end of ends) end();
    };
  }, [source, camera, kind, visible]);

  return (
    <figure className="camera">
      <figcaption className="camera-head">
        <span>
          {title}
          {kind === 'depth' ? ', depth' : ''}
        </span>
        {shown === null ? null : (
          <span className={shown.isOld ? 'badge' : 'badge badge-ok'}>
            <Icon name={shown.isOld ? 'clock' : 'dot'} />
            {shown.words}
          </span>
        )}
      </figcaption>
      <canvas
        ref={canvas}
        className="camera-picture"
        hidden={shown === null}
        role="img"
        aria-label={`${title}, ${shown?.words ?? 'no picture'}`}
      />
      {problem === null ? null : <p className="camera-problem">This picture cannot be shown: {problem}.</p>}
      {shown === null ? <p className="camera-none">No picture up to this instant.</p> : null}
    </figure>
  );
}
