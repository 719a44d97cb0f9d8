// Owns the translation of what happens in a cell into messages of an episode. Must never decide anything, and never
// let a failing recorder touch the robot: the writer reports, the host acts.

import { BASE_FRAME } from '../../drivers/episode/foxglove.ts';
import type { StopMessage } from '../../drivers/episode/messages.ts';
import type { EpisodeWriter } from '../../drivers/episode/writer.ts';
import type { GateEvent } from '../../drivers/gate/events.ts';
import type { StopCause } from '../../drivers/gate/stop-latch.ts';
import type { SimulatedRobot } from '../../drivers/simulated/simulated-robot.ts';
import { JOINT_COUNT } from '../../sim/robots/panda/limits.ts';
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

/** Ticks between two samples of the slower topics: mode and transforms at 20 Hz are enough to look at. */
const SLOW_EVERY_TICKS = 5;

export class CellRecorder {
  readonly #writer: EpisodeWriter;
  readonly #world: TaskWorld;
  readonly #robot: SimulatedRobot;
  readonly #causes = new Map<string, StopCause>();
  #ticks = 0;

  constructor(writer: EpisodeWriter, world: TaskWorld, robot: SimulatedRobot) {
    this.#writer = writer;
    this.#world = world;
    this.#robot = robot;
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
    if (this.#ticks % SLOW_EVERY_TICKS === 0) this.#recordSlow(timeS);
    this.#ticks += 1;
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

  #recordSlow(timeS: number): void {
    const world = this.#world;
    // The state of a simulated robot is there at once; the promise is only the port's form.
    void this.#robot.state().then((state) => {
      this.#writer.record('/robot/state', timeS, { mode: state.mode, arms: state.arms });
    });
    this.#writer.record('/tf', timeS, {
      transforms: world
        .bodyPoses()
        .map(({ name, pose }) => ({ parentFrame: BASE_FRAME, childFrame: name, parentFromChild: pose })),
    });
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
