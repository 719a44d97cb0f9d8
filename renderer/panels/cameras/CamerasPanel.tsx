// Owns the cameras: what programs and models have seen up to the instant that is shown, and a look of now on request.

import { useState } from 'react';
import { RECORDED_CAMERAS } from '../../../drivers/episode/topics.ts';
import { useConsole } from '../../app/console-store.ts';
import { requestSession, showError } from '../../app/session-client.ts';
import { usePlayback } from '../../source/use-source.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { CameraView } from './CameraView.tsx';

const TITLES = { scene: 'Scene camera', wrist: 'Wrist camera', right_wrist: 'Right wrist camera' } as const;

interface Look {
  readonly at: string;
  readonly views: readonly { readonly camera: string; readonly pngBase64: string }[];
}

export function CamerasPanel() {
  const source = useConsole((store) => store.source);
  const isReplay = useConsole((store) => store.replayOf !== null);
  const hasCell = useConsole((store) => (store.state?.cell ?? null) !== null);
  const [kind, setKind] = useState<'image' | 'depth'>('image');
  const [look, setLook] = useState<Look | null>(null);
  const [looking, setLooking] = useState(false);
  // Which cameras there are, as text, so that nothing is drawn anew while they are the same.
  const seen = usePlayback(() =>
    RECORDED_CAMERAS.filter((camera) => source?.latest(`/camera/${camera}/image`) !== undefined).join(' '),
  );
  if (source === undefined) {
    return (
      <Empty
        icon="camera"
        title="No camera to show"
        words="Open a cell or a recording. What its programs and models see is shown here."
      />
    );
  }
  const cameras = RECORDED_CAMERAS.filter((camera) => seen?.split(' ').includes(camera));
  const lookNow = async () => {
    setLooking(true);
    try {
      const { views } = await requestSession('look', {});
      setLook({ at: new Date().toLocaleTimeString(), views });
    } catch (error) {
      showError(error);
    } finally {
      setLooking(false);
    }
  };
  return (
    <section className="cameras" aria-label="Cameras">
      <div className="cameras-tools">
        {isReplay ? null : (
          <Button
            size="small"
            icon="eye"
            unavailable={hasCell ? (looking ? 'A picture is being taken.' : undefined) : 'No cell is open.'}
            tip="Takes a picture with every camera. Nothing moves."
            onClick={() => void lookNow()}
          >
            Look now
          </Button>
        )}
        <label className="cameras-depth">
          <input
            type="checkbox"
            checked={kind === 'depth'}
            onChange={(event) => setKind(event.target.checked ? 'depth' : 'image')}
          />
          Depth (light is near)
        </label>
      </div>
      <div className="cameras-views">
        {look === null || isReplay
          ? null
          : look.views.map(({ camera, pngBase64 }) => (
              <figure className="camera" key={`now ${camera}`}>
                <figcaption className="camera-head">
                  <span>{camera}</span>
                  <span className="badge badge-accent">looked at {look.at}</span>
                </figcaption>
                <img
                  className="camera-picture"
                  src={`data:image/png;base64,${pngBase64}`}
                  alt={`${camera} at ${look.at}`}
                />
              </figure>
            ))}
        {cameras.map((camera) => (
          <CameraView key={camera} source={source} camera={camera} title={TITLES[camera]} kind={kind} />
        ))}
        {cameras.length === 0 && (look === null || isReplay) ? (
          <Empty
            icon="camera"
            title="Nothing has been looked at up to here"
            words={
              isReplay
                ? 'A picture is recorded when a program looks. Go on in time, or choose another recording.'
                : 'A picture is recorded when a program looks. “Look now” takes one by itself; nothing moves.'
            }
          />
        ) : null}
      </div>
    </section>
  );
}
