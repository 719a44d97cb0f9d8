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
      return stage.setSize(message.size);
    case 'theme':
      return stage.setTheme(message.theme);
    case 'scene':
      return stage.setScene(message.scene);
    case 'poses':
      stage.setPoses(message.numbers);
      return tell({ kind: 'posed' });
    case 'marks':
      return stage.setMarks(message.layers);
    case 'planned':
      return stage.setPlanned(message.planned);
    case 'ghost':
      return stage.setGhost(message.atS, message.fromS);
    case 'trail':
      return stage.setTrail(message.points);
    case 'overlays':
      return stage.setOverlays(message.overlays);
    case 'gesture':
      return stage.gesture(message.gesture);
    case 'select':
      return stage.select(message.name);
    case 'pick':
      return tell({ kind: 'picked', id: message.id, hit: stage.pick(message.x, message.y) });
    case 'project': {
      const { x, y } = stage.project(message.point);
      return tell({ kind: 'projected', id: message.id, x, y });
    }
    case 'ask-stats':
      return tell({ kind: 'stats', id: message.id, stats: stage.stats() });
    case 'rehearse-loss':
      return stage.rehearseLoss();
  }
}

async function loadShells(): Promise<RobotShells> {
  const response = await fetch(new URL(SHELLS_FILE, self.location.href));
  if (!response.ok) throw new Error(`the file with the robot's shells cannot be read (${response.status}). Build Capstan again.`);
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
