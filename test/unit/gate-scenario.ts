// Owns one run of a gate on a fake robot: it carries out the steps it is given, at the turn of the microtask queue it is
// told, and reports to the monitor what it did and what reached the robot. Must never peek into the gate: it goes by what
// the gate answers.

import { createHash } from 'node:crypto';
import { FakeRobot } from '../../drivers/fake/fake-robot.ts';
import {
  type BeatRule,
  type BeatSource,
  SESSION_BEAT,
  STOP_CHANNEL_ECHO,
  WINDOW_BEAT,
} from '../../drivers/gate/beats.ts';
import type { BlockPermit } from '../../drivers/gate/block-permit.ts';
import type { GateEvent } from '../../drivers/gate/events.ts';
import type { createGate, Gate } from '../../drivers/gate/gate.ts';
import type { StopCause } from '../../drivers/gate/stop-latch.ts';
import type { Plan } from '../../drivers/robot.ts';
import { GateMonitor, type KnownBlock, type KnownOffer, type MotionCommand } from './gate-monitor.ts';
import { changedClaims, wishedClaims } from './gate-scenario-claims.ts';
import { aimRad, makePlan, type PlanKind, SCENARIO_ENVELOPE } from './gate-scenario-plans.ts';
import type { ClaimsNow, OfferWishes, Setup, Step } from './gate-scenario-steps.ts';

/** What the scenario needs of the gate's module, so that an altered gate can take its place. */
export interface GateModule {
  readonly createGate: typeof createGate;
}

type Planned = { readonly plan: Plan; readonly isIdle: boolean } | undefined;
type Act<Kind extends Step['act']> = Extract<Step, { act: Kind }>;

const EVERYBODY = [WINDOW_BEAT, SESSION_BEAT, STOP_CHANNEL_ECHO];
const SETTLED = 40; // turns of the microtask queue after which nothing of ours is still on its way

export class GateScenario {
  readonly robot: FakeRobot;
  readonly monitor: GateMonitor;
  readonly #gate: Gate;
  readonly #setup: Setup;
  readonly #rules: readonly BeatRule[];
  readonly #offers: KnownOffer[] = [];
  readonly #blocks: { readonly known: KnownBlock; readonly permit: BlockPermit; readonly abort: AbortController }[] =
    [];
  readonly #answered = new Set<string>();
  readonly #begun = new Map<string, KnownBlock>();
  readonly #sentBy = new Map<unknown, KnownBlock>();
  readonly #steps: { readonly offerId: string; letHappen(): void }[] = [];
  readonly #waiting = new Set<Promise<unknown>>();
  readonly #heardS = new Map<BeatSource, number>();
  #word: StopCause | undefined;
  #clockS = 100;
  #ambush: Act<'ambush'> | undefined;
  #stopsNamed = 0;
  #isIdle = false;
  #commandCount = 0;

  constructor({ createGate: create }: GateModule, setup: Setup) {
    const simulated = setup.kind === 'simulated';
    this.#setup = { ...setup, softLimits: simulated ? setup.softLimits : 'refuse' };
    this.#rules = simulated ? (setup.beats === 'nobody' ? [] : [SESSION_BEAT]) : EVERYBODY;
    this.monitor = new GateMonitor(this.#rules, this.#setup.softLimits, () => this.#clockS);
    this.robot = new FakeRobot({
      kind: setup.kind,
      pace: setup.pace,
      onCommand: (command) => {
        if (command.kind === 'stop') this.monitor.noteStopReceived();
        else if (command.kind === 'rest') this.#noteRest();
        else if (command.kind !== 'clear-stop') this.#noteMotion(command);
      },
    });
    this.#gate = create({
      robot: this.robot,
      envelope: SCENARIO_ENVELOPE,
      nowS: () => this.#clockS,
      sha256Hex: (text) => createHash('sha256').update(text).digest('hex'),
      requiredBeats: this.#rules,
      softLimits: this.#setup.softLimits,
      heardS: (source) => this.#heardS.get(source),
      stopWord: { raised: () => this.#word },
      awaitStep: ({ commandId }) =>
        new Promise((letHappen) => this.#steps.push({ offerId: commandId.split('/')[0], letHappen })),
      onEvent: (event) => this.#onEvent(event),
    });
  }

  /** Carries out all steps, lets everything settle, and looks once more. */
  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      const plan = step.act === 'move' ? await this.#plan(step.plan) : undefined;
      if (step.act === 'loop') this.#isIdle = (await this.#robotMode()) === 'idle';
      const severalActs = this.#carryOut(step, plan);
      if (severalActs !== undefined) await severalActs;
      for (let turn = step.turns === 'settle' ? SETTLED : step.turns; turn > 0; turn--) await undefined;
      if (step.turns === 'settle') this.#lookAround(await this.#robotMode());
    }
    await turns(SETTLED);
    this.#lookAround(await this.#robotMode());
  }

  /** At once, but for the acts that are made of several. */
  #carryOut(step: Step, planned: Planned): Promise<void> | void {
    switch (step.act) {
      case 'offer':
        return this.#offer(step.wishes);
      case 'approve':
        return this.#approve(at(this.#offers, step.pick), step);
      case 'reject':
        return attempt(() => this.#gate.reject(at(this.#offers, step.pick)?.id ?? '?', PERSON, 'no'));
      case 'begin':
        return this.#begin(at(this.#offers, step.pick), step.claims);
      case 'prepare':
        this.#prepare(step.wishes);
        return;
      case 'new-block':
        return this.#newBlock(step);
      case 'move':
        return this.#move(step, planned);
      case 'loop':
        return this.#loop(step);
      case 'rest':
        return this.#rest(step.pick);
      case 'grip':
        return this.#grip(step);
      case 'wait':
        return this.#wait(step);
      case 'end':
        return this.#end(step.pick);
      case 'abort':
        return at(this.#blocks, step.pick)?.abort.abort();
      case 'let-step':
        return this.#letStep();
      case 'stop':
        return this.#stop({ source: step.source, detail: 'scenario' });
      case 'raise':
        return this.#raise({ source: step.source, detail: 'raised by the scenario' });
      case 'deliver':
        return this.#deliver();
      case 'reset':
        return this.#reset(at(this.monitor.openStops(), step.pick), step.by);
      case 'reset-all':
        return this.#resetAll();
      case 'reset-unknown':
        return this.#reset('stop-999', 'person');
      case 'bump-epoch':
        this.monitor.noteEpochBump();
        return this.#gate.bumpEpoch('the robot came back');
      case 'beat':
        return this.#beat(step.source, step.way);
      case 'pass-time':
        this.#clockS += step.seconds;
        return;
      case 'tick':
        return this.#tick();
      case 'proceed':
        return this.robot.proceed(step.share);
      case 'fail-next':
        return this.robot.failNext(step.fault);
      case 'answer-stops':
        return this.robot.answerStops(step.answer);
      case 'confirm-stops':
        return this.robot.confirmStops();
      case 'reconnect':
        return this.robot.reconnect();
      case 'ambush':
        this.#ambush = step;
        return;
    }
  }

  #onEvent(event: GateEvent): void {
    if (event.kind === 'stopped') {
      this.#stopsNamed += 1;
      this.monitor.noteStopNamed(event.stop.id);
    }
    if (event.kind === 'stop-reported') this.#answered.add(event.stopId);
    if (event.kind === 'begun') {
      const offer = this.#offers.find(({ id }) => id === event.offerId);
      if (offer !== undefined) this.#begun.set(offer.id, this.monitor.noteBegun(offer));
    }
    if (this.#ambush === undefined || event.kind !== this.#ambush.on) return;
    const { how } = this.#ambush;
    this.#ambush = undefined;
    if (how === 'throw') throw new Error('the recorder is full');
    this.#stop({ source: 'window', detail: 'ambush' });
  }

  #noteMotion(command: MotionCommand): void {
    const key = command.kind === 'execute' ? command.plan : keyOf(command);
    this.monitor.noteMotionReceived(command, this.#sentBy.get(key), this.robot);
  }

  #noteRest(): void {
    for (const { known } of this.#blocks) this.monitor.noteRestReceived(known, this.robot.timeS);
  }

  #offer(wishes: OfferWishes): void {
    const claims = wishedClaims(wishes, this.robot, this.#gate.state().epoch, this.#offers.length);
    attempt(() => {
      const { id, digest } = this.#gate.offer(claims);
      this.#offers.push({ id, digest, claims, approvedAt: undefined, begun: false });
    });
  }

  #approve(
    offer: KnownOffer | undefined,
    { by, digest }: { by: 'person' | 'automatic'; digest: 'right' | 'wrong' },
  ): void {
    if (offer === undefined) return;
    const before = { count: this.monitor.next(), latched: this.monitor.isLatched() };
    attempt(() => {
      this.#gate.approve(offer.id, digest === 'right' ? offer.digest : 'f00d', { kind: by, name: 'scenario' });
      if (digest === 'wrong') this.monitor.breach(`${offer.id} was approved with another digest`);
      if (by === 'automatic' && this.#setup.kind === 'real') this.monitor.breach('nobody approved a real motion');
      this.monitor.noteApproved(offer, before);
    });
  }

  #begin(offer: KnownOffer | undefined, change: ClaimsNow): void {
    if (offer === undefined) return;
    const { claims } = offer;
    const start = claims.startJointsRad?.[0];
    this.#watch(
      this.#gate.begin(offer.id, changedClaims(claims, change)).then((permit) => {
        if (change !== 'same') this.monitor.breach(`${offer.id} began with other claims than were approved`);
        const at = this.robot.jointsRad();
        if (start?.some((rad, joint) => Math.abs(rad - at[joint]) > 0.02)) {
          this.monitor.breach(`${offer.id} began far from its previewed start`);
        }
        const known = this.#begun.get(offer.id);
        if (known === undefined) this.monitor.breach(`${offer.id} began and nobody was told`);
        else this.#blocks.push({ known, permit, abort: new AbortController() });
      }),
    );
  }

  #prepare(wishes: OfferWishes): KnownOffer | undefined {
    const count = this.#offers.length;
    this.#offer(wishes);
    const offer = this.#offers[count];
    this.#approve(offer, { by: 'person', digest: 'right' });
    return offer;
  }

  /** Succeeds whenever nothing stands in the way. */
  async #newBlock({ wishes, claims, beats, way }: Act<'new-block'>): Promise<void> {
    const count = this.#blocks.length;
    if (!this.robot.isBusy()) this.#end(0);
    if (beats === 'fresh') this.#beat('everybody', way);
    const isClear = claims === 'same' && beats === 'fresh' && this.#ambush === undefined && !this.monitor.isLatched();
    const isFree = this.#gate.state().running === null && (await this.#robotMode()) === 'idle';
    const offer = this.#prepare(wishes);
    this.#begin(offer, claims);
    await turns(SETTLED);
    if (isClear && isFree && this.#blocks.length === count) this.monitor.breach(`${offer?.id} was held back`);
  }

  #end(pick: number): void {
    const block = at(this.#blocks, pick);
    if (block === undefined) return;
    if (this.robot.isBusy() && this.monitor.mayMove(block.known)) this.monitor.noteStopAsked();
    block.known.ended = true;
    block.permit.end();
  }

  #letStep(): void {
    const step = this.#steps.shift();
    const block = this.#blocks.find(({ permit }) => permit.offerId === step?.offerId);
    if (block !== undefined) block.known.stepsGranted += 1;
    step?.letHappen();
  }

  /** A good motion, slow and alone, has to go through. */
  #move({ pick, plan: kind, turns: pause }: Act<'move'>, planned: Planned): Promise<void> | void {
    const block = at(this.#blocks, pick);
    if (block === undefined || planned === undefined) return;
    const { known, permit, abort } = block;
    const { claims } = known.offer;
    const isPlain = kind === 'slow' && claims.speedScale === 1 && claims.stepMode === 'none' && pause === 'settle';
    const isFree = planned.isIdle && !this.robot.isBusy() && this.#waiting.size === 0;
    const isAlone = isFree && this.#ambush === undefined && !abort.signal.aborted;
    const mustGo = isPlain && isAlone && known.sent === 0 && this.monitor.mayMove(known);
    const before = this.monitor.motionsReceived;
    this.#sentBy.set(planned.plan, known);
    this.#watch(permit.execute(planned.plan, abort.signal));
    if (!mustGo) return;
    return turns(SETTLED).then(() => {
      if (this.monitor.motionsReceived === before) this.monitor.breach('a good motion was held back');
    });
  }

  /** A plain turn of a closed loop, alone and inside its permit, has to go through. */
  #loop({ pick, aim, toolSpeedMPerS, leaseS, turns: pause }: Act<'loop'>): Promise<void> | void {
    const block = at(this.#blocks, pick);
    if (block === undefined) return;
    const { known, permit, abort } = block;
    const { closedLoop, speedScale, stepMode } = known.offer.claims;
    const unique = toolSpeedMPerS - this.#commandCount++ * 1e-9;
    const isPlain = aim === 'inside' && toolSpeedMPerS === 0.1 && leaseS < 0.3 && pause === 'settle';
    const isGranted = closedLoop !== null && speedScale === 1 && stepMode === 'none';
    const isAlone = !this.robot.isBusy() && this.#waiting.size === 0 && this.#ambush === undefined;
    const isReady = known.sent === 0 && this.robot.jointsRad()[0] < 0.02 && !abort.signal.aborted;
    const mustGo = isPlain && isGranted && isAlone && isReady && this.#isIdle && this.monitor.mayMove(known);
    const before = this.monitor.motionsReceived;
    this.#sentBy.set(`loop ${unique}`, known);
    const jointsRad = aimRad(aim);
    this.#watch(
      permit.servo(
        {
          arm: 'left',
          jointsRad,
          speedScale: Math.min(0.5, speedScale),
          toolSpeedMPerS: unique,
          periodS: 0.05,
          leaseS,
        },
        abort.signal,
      ),
    );
    if (!mustGo) return;
    return turns(SETTLED).then(() => {
      if (this.monitor.motionsReceived === before) this.monitor.breach('a good turn of a closed loop was held back');
    });
  }

  #rest(pick: number): void {
    const block = at(this.#blocks, pick);
    if (block !== undefined) this.#watch(block.permit.rest(block.abort.signal));
  }

  #grip({ pick, forceN, widthM }: Act<'grip'>): void {
    const block = at(this.#blocks, pick);
    if (block === undefined) return;
    const command = { arm: 'left' as const, widthM, forceN: forceN - this.#commandCount++ * 1e-9 };
    this.#sentBy.set(`grip ${command.forceN}`, block.known);
    this.#watch(block.permit.moveGripper(command, block.abort.signal));
  }

  #wait({ pick, seconds }: Act<'wait'>): void {
    const block = at(this.#blocks, pick);
    if (block === undefined) return;
    const unique = seconds + this.#commandCount++ * 1e-9;
    this.#sentBy.set(`wait ${unique}`, block.known);
    this.#watch(block.permit.advance(unique, block.abort.signal));
  }

  #stop(cause: StopCause): void {
    this.monitor.noteStopAsked();
    const told = this.robot.commands().length;
    const named = this.#stopsNamed;
    this.#watch(
      this.#gate.stop(cause).catch((error: unknown) => this.monitor.breach(`a stop was rejected: ${String(error)}`)),
    );
    const commands = this.robot.commands().slice(told);
    if (!commands.some(({ kind }) => kind === 'stop')) this.monitor.breach('stop returned before the robot was told');
    if (this.#stopsNamed === named) this.monitor.breach('stop returned before it was latched');
  }

  async #reset(id: string | undefined, by: 'person' | 'automatic'): Promise<void> {
    if (id === undefined) return;
    const wasLatched = this.monitor.isLatched();
    const wasAnswered = this.#answered.has(id);
    const wasRaised = this.#word !== undefined;
    const told = this.robot.commands().length;
    const accepted = await this.#gate.reset(id, { kind: by, name: 'scenario' }).then(
      () => true,
      () => false,
    );
    if (
      wasLatched &&
      this.robot
        .commands()
        .slice(told)
        .some(({ kind }) => kind !== 'clear-stop' && kind !== 'stop')
    ) {
      this.monitor.breach('something moved during a reset');
    }
    if (!accepted) return;
    if (!wasAnswered) this.monitor.breach(`${id} was reset before the robot had answered it`);
    if (wasRaised) this.monitor.breach(`${id} was reset while a new stop was on its way`);
    if (by === 'automatic' && this.#setup.kind === 'real') this.monitor.breach('nobody reset a real arm');
    if (this.#gate.state().running !== null) this.monitor.breach('a block runs again after a reset');
    this.monitor.noteReset(id);
  }

  async #resetAll(): Promise<void> {
    this.#deliver();
    this.robot.answerStops('confirmed');
    this.robot.confirmStops();
    this.robot.reconnect();
    await turns(SETTLED);
    for (const id of this.monitor.openStops()) await this.#reset(id, 'person');
    await turns(SETTLED);
  }

  /** The word stays up until its message has come, as between the threads of a robot host. */
  #raise(cause: StopCause): void {
    this.monitor.noteRaised();
    this.#word ??= cause;
  }

  #deliver(): void {
    const cause = this.#word;
    if (cause === undefined) return;
    this.#stop(cause);
    this.#word = undefined;
    this.monitor.noteLowered();
  }

  #beat(source: BeatSource | 'everybody', way: 'told' | 'heard'): void {
    const sources: readonly BeatSource[] = source === 'everybody' ? ['window', 'session', 'stop-channel'] : [source];
    for (const each of sources) {
      this.monitor.noteBeat(each);
      if (way === 'told') this.#gate.beat(each);
      else this.#heardS.set(each, this.#clockS);
    }
  }

  #tick(): void {
    const running = this.#gate.state().running !== null;
    this.#gate.tick();
    const isStopped = this.#word !== undefined || this.#gate.state().stops.length > 0;
    if (running && this.monitor.lateBeat('run') !== undefined && !isStopped) {
      this.monitor.breach('a silent source did not stop a running block');
    }
  }

  /** With everything settled: stops are named and told alike, and nobody waits behind a shut gate. */
  #lookAround(mode: string): void {
    this.monitor.assertStopsNamed(this.#stopsNamed);
    const { stops } = this.#gate.state();
    if (this.monitor.openStops().length !== stops.length) this.monitor.breach(`${stops.length} stops stand`);
    if (this.#gate.state().running === null && stops.length === 0 && mode === 'moving' && !this.robot.isBusy()) {
      this.monitor.breach('an arm moves under a lease although no block runs');
    }
    const awaited = this.#waiting.size - this.#silentStops();
    if (stops.length > 0 && awaited > 0) this.monitor.breach(`${awaited} calls still wait behind a shut gate`);
  }

  #silentStops(): number {
    return this.#gate.state().stops.filter(({ report }) => report === null).length;
  }

  /** Follows a call to its end; how it ends is the caller's business. */
  #watch(promise: Promise<unknown>): void {
    const settled = () => this.#waiting.delete(promise);
    this.#waiting.add(promise);
    promise.then(settled, settled);
  }

  /** A plan from where the robot is, and whether the robot is ready; nothing when it is gone. */
  async #plan(kind: PlanKind): Promise<Planned> {
    const isIdle = (await this.#robotMode()) === 'idle';
    return makePlan(kind, this.robot).then(
      (plan) => ({ plan, isIdle }),
      () => undefined,
    );
  }

  #robotMode(): Promise<string> {
    return this.robot.state().then(
      ({ mode }) => mode,
      () => 'gone',
    );
  }
}

const PERSON = { kind: 'person', name: 'scenario' } as const;

function keyOf(command: Exclude<MotionCommand, { kind: 'execute' }>): string {
  if (command.kind === 'servo') return `loop ${command.command.toolSpeedMPerS}`;
  return command.kind === 'gripper' ? `grip ${command.command.forceN}` : `wait ${command.seconds}`;
}

/** The newest but `pick`. */
function at<Item>(items: readonly Item[], pick: number): Item | undefined {
  return items[items.length - 1 - pick];
}

/** A refusal is an answer too. */
function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'GateRefusal')) throw error;
  }
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}
