// Owns the worker that draws the scene: it loads the robot's shells, opens the stage and hands messages to it. Must
// never be asked anything that would make the window wait.

import { type RobotShells, readRobotShells } from './robot-shells.ts';
import type { FromScene, ToScene } from './scene-messages.ts';
import { Stage } from './stage.ts';

/** Beside the worker's own file. */
const SHELLS_FILE = 'panda.bin';

const tell = (message: FromScene): void => {
  postMessage(message);
};

let stage: Stage | undefined;
/** What came before the shells had been read, in order. */
let waiting: ToScene[] | undefined = [];

function handle(message: ToScene): void {
  if (message.kind === 'start') return;
  if (waiting !== undefined) {
    // Poses are answered at once: the newest ones are all that is needed.
    if (message.kind === 'poses') tell({ kind: 'posed' });
    waiting.push(message);
    return;
  }
  if (stage === undefined) return;
  switch (message.kind) {
    case 'size':
      stage.setSize(message.size);
      return;
    case 'theme':
      stage.setTheme(message.theme);
      return;
    case 'scene':
      stage.setScene(message.scene);
      return;
    case 'poses':
      stage.setPoses(message.numbers);
      tell({ kind: 'posed' });
      return;
    case 'marks':
      stage.setMarks(message.layers);
      return;
    case 'planned':
      stage.setPlanned(message.planned);
      return;
    case 'ghost':
      stage.setGhost(message.atS, message.fromS);
      return;
    case 'trail':
      stage.setTrail(message.points);
      return;
    case 'overlays':
      stage.setOverlays(message.overlays);
      return;
    case 'gesture':
      stage.gesture(message.gesture);
      return;
    case 'select':
      stage.select(message.name);
      return;
    case 'pick':
      tell({ kind: 'picked', id: message.id, hit: stage.pick(message.x, message.y) });
      return;
    case 'project': {
      const { x, y } = stage.project(message.point);
      tell({ kind: 'projected', id: message.id, x, y });
      return;
    }
    case 'ask-stats':
      tell({ kind: 'stats', id: message.id, stats: stage.stats() });
      return;
    case 'rehearse-loss':
      stage.rehearseLoss();
      return;
  }
}

async function loadShells(): Promise<RobotShells> {
  const response = await fetch(new URL(SHELLS_FILE, import.meta.url));
  if (!response.ok)
    throw new Error(`the file with the robot's shells cannot be read (${response.status}). Build Capstan again.`);
  return readRobotShells(await response.arrayBuffer());
}

async function start(message: Extract<ToScene, { kind: 'start' }>): Promise<void> {
  try {
    stage = new Stage(message, await loadShells(), tell);
  } catch (error) {
    tell({ kind: 'no-drawing', why: error instanceof Error ? error.message : String(error) });
  }
  const late = waiting ?? [];
  waiting = undefined;
  for (const one of late) handle(one);
}

self.addEventListener('message', ({ data }: MessageEvent<ToScene>) => {
  if (data.kind === 'start') void start(data);
  else handle(data);
});
