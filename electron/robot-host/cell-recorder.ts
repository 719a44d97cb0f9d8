// Owns the translation of what happens in a cell into messages of an episode. Must never decide anything, and never
// let a failing recorder touch the robot: the writer reports, the host acts.

import type { Observation } from '../../drivers/cameras/camera-port.ts';
import { BASE_FRAME } from '../../drivers/episode/foxglove.ts';
import type { StopMessage } from '../../drivers/episode/messages.ts';
import { quickPng } from '../../drivers/episode/quick-png.ts';
import { RECORDED_CAMERAS, type RecordedCamera } from '../../drivers/episode/topics.ts';
import type { EpisodeWriter } from '../../drivers/episode/writer.ts';
import type { Envelope } from '../../drivers/gate/envelope.ts';
import type { GateEvent } from '../../drivers/gate/events.ts';
import type { StopCause } from '../../drivers/gate/stop-latch.ts';
import { sceneShapes } from '../../drivers/simulated/scene-shapes.ts';
import { type Mount, mountsOf } from '../../drivers/simulated/simulated-cameras.ts';
import type { SimulatedRobot } from '../../drivers/simulated/simulated-robot.ts';
import { type Intrinsics, intrinsicsFromFov } from '../../sim/cameras/camera-model.ts';
import { depthMillimetres } from '../../sim/cameras/png.ts';
import { JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
import { compose, IDENTITY_POSE, type Pose } from '../../sim/spatial.ts';
import type { TaskWorld } from '../../sim/tasks/task-world.ts';
import type { CallRecord } from '../session/cell.ts';

/** Who stopped, in the words of the gate and of the file. */
const SOURCES = {
  operator: 'operator',
  window: 'session',
  session: 'session',
  process: 'session',
  'hardware-button': 'button',
  robot: 'driver',
  limit: 'gate',
  watchdog: 'watchdog',
} as const satisfies Record<StopCause['source'], StopMessage['source']>;

/** Ticks between two samples of the robot's state: 50 Hz, for data sets of up to 30 frames a second. */
const STATE_EVERY_TICKS = 2;
/** Ticks between two samples of the transforms: at 50 Hz a window draws motion without steps. */
const TRANSFORMS_EVERY_TICKS = 2;
/** Ticks between two looks at the marks: 20 Hz are enough for what only grows. */
const MARKS_EVERY_TICKS = 5;

export class CellRecorder {
  readonly #writer: EpisodeWriter;
  readonly #world: TaskWorld;
  readonly #robot: SimulatedRobot;
  readonly #mounts: readonly Mount[];
  readonly #causes = new Map<string, StopCause>();
  /** What was last recorded of each camera's calibration. */
  readonly #calibrations = new Map<string, string>();
  #ticks = 0;
  #marksRevision = -1;

  /** Begins with what stands in the world. @param envelope what the installation allows, to be drawn with it */
  constructor(
    writer: EpisodeWriter,
    world: TaskWorld,
    robot: SimulatedRobot,
    envelope?: Pick<Envelope, 'workspace' | 'keepOuts'>,
  ) {
    this.#writer = writer;
    this.#world = world;
    this.#robot = robot;
    this.#mounts = mountsOf(world).filter(({ name }) => isRecordedCamera(fileName(name)));
    writer.record('/scene', world.timeS, sceneShapes(world.scene, envelope));
    for (const { name, width, height, verticalFovRad } of this.#mounts) {
      this.#recordCalibration(name, width, height, intrinsicsFromFov(width, height, verticalFovRad));
    }
    this.#recordTransforms(world.timeS);
    this.#recordMarks(world.timeS);
    this.#recordState(world.timeS);
  }

  tick(): void {
    const { qpos, qvel, ctrl } = this.#world.physics.views;
    const timeS = this.#world.timeS;
    this.#writer.record('/robot/trace', timeS, {
      tick: this.#ticks,
      qpos: Array.from(qpos),
      qvel: Array.from(qvel),
      ctrl: Array.from(ctrl),
    });
    this.#writer.record('/robot/tcp', timeS, { frame: BASE_FRAME, pose: this.#world.tool(0) });
    if (this.#world.arms.length > 1) {
      this.#writer.record('/robot/right/tcp', timeS, { frame: BASE_FRAME, pose: this.#world.tool(1) });
    }
    this.#recordJoints(timeS);
    if (this.#ticks % STATE_EVERY_TICKS === 0) this.#recordState(timeS);
    if (this.#ticks % TRANSFORMS_EVERY_TICKS === 0) this.#recordTransforms(timeS);
    if (this.#ticks % MARKS_EVERY_TICKS === 0) this.#recordMarks(timeS);
    this.#ticks += 1;
  }

  /** A look of a camera: its pictures, where everything stood, and its pinhole when that is new. */
  look({ camera, width, height, colorSrgb, depthM, intrinsics, worldFromCamera, timeS }: Observation): void {
    const name = fileName(camera);
    if (!isRecordedCamera(name)) return;
    const frame = `camera/${name}`;
    this.#recordCalibration(camera, width, height, intrinsics);
    this.#recordTransforms(timeS, { frame, worldFromCamera });
    const color = quickPng({ kind: 'rgb8', width, height, data: colorSrgb });
    this.#writer.record(`/camera/${name}/image`, timeS, { frame, format: 'png', data: color });
    const depth = quickPng({ kind: 'grey16', width, height, data: depthMillimetres(depthM) });
    this.#writer.record(`/camera/${name}/depth`, timeS, { frame, format: 'png', data: depth });
  }

  call(block: number, call: CallRecord): void {
    this.#writer.record('/call', this.#world.timeS, { block, ...callMessage(call) });
  }

  gate(block: number, event: GateEvent): void {
    const timeS = this.#world.timeS;
    switch (event.kind) {
      case 'stop-reported': {
        const { stopId, report, failure } = event;
        const cause = this.#causes.get(stopId) ?? { source: 'process', detail: 'unknown' };
        const reason = failure === undefined ? cause.detail : `${cause.detail} (${failure})`;
        this.#writer.record('/stop', timeS, {
          stopId,
          source: SOURCES[cause.source],
          reason,
          epoch: event.epoch,
          ...report,
        });
        return;
      }
      case 'stopped':
        this.#causes.set(event.stop.id, event.stop.cause);
        this.#writer.record('/gate', timeS, {
          event: 'latched',
          epoch: event.epoch,
          block,
          code: event.stop.cause.source,
          message: event.stop.cause.detail,
        });
        return;
      case 'refused':
        this.#writer.record('/gate', timeS, {
          event: 'refused',
          epoch: event.epoch,
          block,
          code: event.refusal.code,
          message: event.refusal.message,
        });
        return;
      case 'begun':
        this.#writer.record('/gate', timeS, {
          event: 'opened',
          epoch: event.epoch,
          block,
          message: `${event.offerId}; beats: ${JSON.stringify(event.beats)}`,
        });
        return;
      case 'ended':
        this.#writer.record('/gate', timeS, {
          event: 'closed',
          epoch: event.epoch,
          block,
          message: JSON.stringify(event.usage),
        });
        return;
      case 'reset':
        this.#writer.record('/gate', timeS, {
          event: 'reset',
          epoch: event.epoch,
          message: `${event.stop.id} by ${event.by.name}`,
        });
        return;
      case 'epoch-bumped':
        this.#writer.record('/gate', timeS, { event: 'epoch', epoch: event.epoch, message: event.why });
        return;
      default:
        // Offers, approvals and commands are recorded as such where they are made; nothing is lost here.
        return;
    }
  }

  #recordJoints(timeS: number): void {
    const world = this.#world;
    const { qpos, qvel, actuatorForce } = world.physics.views;
    this.#writer.record('/robot/joint_states', timeS, {
      joints: world.arms.flatMap((arm) =>
        Array.from({ length: JOINT_COUNT }, (_, j) => ({
          name: `${arm.side}/joint${j + 1}`,
          position: qpos[arm.qpos + j],
          velocity: qvel[arm.qvel + j],
          effort: actuatorForce[arm.servo + j],
        })),
      ),
    });
  }

  #recordState(timeS: number): void {
    const { mode, arms } = this.#robot.measured();
    this.#writer.record('/robot/state', timeS, {
      mode,
      arms: arms.map((arm, index) => {
        // A closing hand is told to go on past nothing.
        return { ...arm, commandedGripperWidthM: Math.max(this.#world.hands[index].state().targetM, 0) };
      }),
    });
  }

  #recordMarks(timeS: number): void {
    const { marks } = this.#world;
    if (marks.layers.length === 0 || marks.revision === this.#marksRevision) return;
    this.#marksRevision = marks.revision;
    this.#writer.record('/marks', timeS, {
      layers: marks.layers.map(({ name, diameterM, colorSrgb }, layer) => ({
        name,
        points: [...(marks.points(name) ?? [])],
        look: { diameterM, surfaceM: marks.topM(layer), colorSrgb },
      })),
    });
  }

  /**
   * Every frame there is, each time: whoever sees one message knows where everything stands.
   * @param looking a camera as it stood when its picture was taken
   */
  #recordTransforms(timeS: number, looking?: { readonly frame: string; readonly worldFromCamera: Pose }): void {
    const bodies = this.#world.bodyPoses();
    const one = (childFrame: string, parentFromChild: Pose) => ({
      parentFrame: BASE_FRAME,
      childFrame,
      parentFromChild,
    });
    const cameras = this.#mounts.flatMap(({ name, body, bodyFromCamera }) => {
      const frame = `camera/${fileName(name)}`;
      if (frame === looking?.frame) return [one(frame, looking.worldFromCamera)];
      const carrier = body === undefined ? IDENTITY_POSE : bodies.find((pose) => pose.name === body)?.pose;
      return carrier === undefined ? [] : [one(frame, compose(carrier, bodyFromCamera))];
    });
    const transforms = [...bodies.map(({ name, pose }) => one(name, pose)), ...cameras];
    this.#writer.record('/tf', timeS, { transforms });
  }

  #recordCalibration(camera: string, width: number, height: number, intrinsics: Intrinsics): void {
    const name = fileName(camera);
    if (!isRecordedCamera(name)) return;
    const calibration = { frame: `camera/${name}`, width, height, intrinsics };
    const known = JSON.stringify(calibration);
    if (this.#calibrations.get(name) === known) return;
    this.#calibrations.set(name, known);
    this.#writer.record(`/camera/${name}/calibration`, this.#world.timeS, calibration);
  }
}

/** A finished call as a message, whole. */
export function callMessage({ index, name, line, column, argsJson, reply, startS, endS }: CallRecord) {
  return {
    call: index,
    name,
    line,
    column,
    arguments: JSON.parse(argsJson) as unknown[],
    ...(reply.ok
      ? { outcome: 'returned' as const, result: reply.resultJson === '' ? undefined : JSON.parse(reply.resultJson) }
      : { outcome: 'threw' as const, error: errorOf(reply.error) }),
    startTimeS: startS,
    endTimeS: endS,
  };
}

function errorOf({ code, message, stage, hint }: Extract<CallRecord['reply'], { ok: false }>['error']) {
  return { code, message, stage, hint };
}

/** A camera's name in topics and frames. */
const fileName = (camera: string): string => camera.replaceAll(' ', '_');
const isRecordedCamera = (name: string): name is RecordedCamera => RECORDED_CAMERAS.some((one) => one === name);
