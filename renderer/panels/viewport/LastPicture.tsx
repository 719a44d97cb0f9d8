// Owns what stands in the viewport's place where nothing can be drawn: why, in words, and the last picture of a camera.

import { useEffect, useState } from 'react';
import { useConsole } from '../../app/console-store.ts';
import type { Source } from '../../source/source.ts';
import { Empty } from '../../ui/Empty.tsx';
import { placeInWords } from './scene-words.ts';

const CAMERAS = ['scene', 'wrist', 'right_wrist'] as const;

export function LastPicture({ why }: { readonly why: string }) {
  const source = useConsole((state) => state.source);
  const picture = useLastPicture(source);
  const tip = source?.latest('/robot/tcp')?.message.pose.position;
  return (
    <div className="viewport-none">
      <Empty
        icon="warning"
        title="The 3D view cannot be drawn"
        words={`${why} Everything else works, and the arm is not affected.`}
      >
        {picture === undefined ? null : (
          <figure className="viewport-none-picture">
            <img src={picture.url} alt={`What the ${picture.camera} camera saw last`} />
            <figcaption>
              {`Last picture of the ${picture.camera} camera, at ${picture.timeS.toFixed(1)} s`}
              {tip === undefined ? '' : `; fingertip at ${placeInWords(tip)}`}
            </figcaption>
          </figure>
        )}
      </Empty>
    </div>
  );
}

interface Shown {
  readonly camera: string;
  readonly timeS: number;
  readonly url: string;
}

function useLastPicture(source: Source | undefined): Shown | undefined {
  const [shown, setShown] = useState<Shown | undefined>(undefined);
  useEffect(() => {
    if (source === undefined) {
      setShown(undefined);
      return undefined;
    }
    let url: string | undefined;
    let data: Uint8Array | undefined;
    const look = () => {
      for (const name of CAMERAS) {
        const image = source.latest(`/camera/${name}/image`);
        if (image === undefined) continue;
        if (image.message.data === data) return;
        data = image.message.data;
        if (url !== undefined) URL.revokeObjectURL(url);
        url = URL.createObjectURL(new Blob([new Uint8Array(data)], { type: `image/${image.message.format}` }));
        setShown({ camera: name.replace('_', ' '), timeS: image.timeS, url });
        return;
      }
    };
    look();
    const stop = source.onPlayback(look);
    return () => {
      stop();
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [source]);
  return shown;
}
