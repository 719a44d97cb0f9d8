// Owns the commands of the fake robot that are under way: how far each has come and how it ends. Must never end one twice.

/** How the next motion goes wrong. All happen half way. */
export type FakeFault =
  /** The arm ends there, short of its target. */
  | 'not-reached'
  /** What the gripper held is lost, and the motion ends. */
  | 'object-lost'
  /** The robot stops by itself, as after a reflex. */
  | 'stops-itself'
  | 'fault'
  /** The connection breaks; everything is refused until `reconnect`. */
  | 'disconnect';

export type CourseEnd = 'done' | 'stopped' | FakeFault;

export interface CourseCommand<Answer> {
  readonly kind: 'motion' | 'servo' | 'gripper' | 'wait';
  /** Takes it to a share (0 to 1) of its way; `further` is the share since the last call. */
  moveTo(share: number, further: number): void;
  /** What the caller gets, or the error it gets when this throws. */
  answer(end: CourseEnd, share: number): Answer;
}

interface UnderWay {
  readonly kind: 'motion' | 'servo' | 'gripper' | 'wait';
  proceed(share: number): void;
  end(how: CourseEnd): void;
}

/** 'instant': commands end by themselves within a few turns of the event loop. 'stepped': when `proceed` says so. */
export type FakePace = 'instant' | 'stepped';

export class FakeCourse {
  readonly #pace: FakePace;
  readonly #underWay = new Set<UnderWay>();
  readonly #faults: FakeFault[] = [];

  constructor(pace: FakePace) {
    this.#pace = pace;
  }

  /** The kinds of command under way. */
  kinds(): readonly ('motion' | 'servo' | 'gripper' | 'wait')[] {
    return [...this.#underWay].map((command) => command.kind);
  }

  failNext(fault: FakeFault): void {
    this.#faults.push(fault);
  }

  /** Takes everything under way to this share of its way; 1 is the end. */
  proceed(share: number): void {
    for (const command of [...this.#underWay]) command.proceed(share);
  }

  endAll(how: CourseEnd): void {
    for (const command of [...this.#underWay]) command.end(how);
  }

  /** Begins a command; settles when it has ended, one way or another. */
  start<Answer>(command: CourseCommand<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      let done = 0;
      const moveTo = (share: number) => {
        const further = Math.max(0, share - done);
        done = Math.max(done, share);
        command.moveTo(done, further);
      };
      const underWay: UnderWay = {
        kind: command.kind,
        proceed: (share) => {
          const fault = isMotion(command.kind) && share >= 0.5 ? this.#faults.shift() : undefined;
          moveTo(fault === undefined ? share : 0.5);
          if (fault !== undefined) underWay.end(fault);
          else if (share >= 1) underWay.end('done');
        },
        end: (how) => {
          if (!this.#underWay.delete(underWay)) return;
          try {
            resolve(command.answer(how, done));
          } catch (error) {
            reject(error);
          }
        },
      };
      this.#underWay.add(underWay);
      if (this.#pace === 'instant') void this.#runByItself(underWay);
    });
  }

  async #runByItself(command: UnderWay): Promise<void> {
    for (const share of [0.5, 1]) {
      await Promise.resolve();
      if (this.#underWay.has(command)) command.proceed(share);
    }
  }
}

function isMotion(kind: UnderWay['kind']): boolean {
  return kind === 'motion' || kind === 'servo';
}
