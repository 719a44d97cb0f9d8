// Owns the gates that are broken on purpose: each differs from the true one in one place, and the property suite has to
// find every one of them. Must never be shipped; each fails loudly when the gate's source no longer has its place.

export interface Mutant {
  /** What is broken, as a sentence about the gate. */
  readonly name: string;
  readonly edits: readonly Edit[];
}

export interface Edit {
  /** File in drivers/gate. */
  readonly file: string;
  /** Text that stands in that file exactly once. */
  readonly find: string;
  readonly replace: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no epoch check: what was approved before a stop is still good after the reset',
    edits: [
      {
        file: 'gate.ts',
        find: 'if (madeIn !== epoch) {',
        replace: 'if (madeIn < 0) {',
      },
    ],
  },
  {
    name: 'late latch: the gate shuts only when the robot has answered the stop',
    edits: [
      {
        file: 'gate.ts',
        find: '    const stopped = shut(cause);\n    const answer = tellRobot(cause);\n',
        replace: '    const answer = tellRobot(cause);\n    await answer;\n    const stopped = shut(cause);\n',
      },
    ],
  },
  {
    name: 'reset that re-arms: clearing the stop brings back the epoch before it',
    edits: [
      {
        file: 'gate.ts',
        find: '    latch.clear(stopId);\n',
        replace: '    latch.clear(stopId);\n    epoch -= 1;\n',
      },
    ],
  },
  {
    name: 'approval reused: one approval starts any number of blocks',
    edits: [
      {
        file: 'approval.ts',
        find: "      entry.standing = 'used';\n",
        replace: '',
      },
    ],
  },
  {
    name: 'limit off by one: the last sample is not checked against the workspace',
    edits: [
      {
        file: 'room-check.ts',
        find: 'sample < sampleCount;',
        replace: 'sample < sampleCount - 1;',
      },
    ],
  },
  {
    name: 'limit off by one: one call more than the cap is let through',
    edits: [
      {
        file: 'block-permit.ts',
        find: 'value: calls + 1,',
        replace: 'value: calls,',
      },
    ],
  },
  {
    name: 'first sample not checked against the workspace',
    edits: [
      {
        file: 'room-check.ts',
        find: '    checkPosture(body, arm, envelope, () =>',
        replace: '    if (sample > 0) checkPosture(body, arm, envelope, () =>',
      },
    ],
  },
  {
    name: 'no second look: what came while a command waited for the robot is not seen',
    edits: [
      {
        file: 'block-permit.ts',
        find: '      assertOpen(signal);\n      const answer = send(',
        replace: '      const answer = send(',
      },
    ],
  },
  {
    name: 'watchdog asleep on commands: a silent source is noticed only by the timer',
    edits: [
      {
        file: 'gate.ts',
        find: '    watchBeats();\n    assertNotLatched();\n',
        replace: '    assertNotLatched();\n',
      },
    ],
  },
  {
    name: 'start without beats',
    edits: [
      {
        file: 'gate.ts',
        find: 'if (late.length > 0) {',
        replace: 'if (late.length > 99) {',
      },
    ],
  },
  {
    name: 'blocks that never end',
    edits: [
      {
        file: 'block-permit.ts',
        find: 'if (ended) throw blockEnded();',
        replace: '',
      },
      { file: 'block-permit.ts', find: '      waitingRoom.interrupt(blockEnded());\n', replace: '' },
    ],
  },
  {
    name: 'approval not bound: other claims than the approved ones may run',
    edits: [
      {
        file: 'approval.ts',
        find: 'if (sha256Hex(canonicalJson(claimsNow)) !== entry.offer.digest) {',
        replace: 'if (claimsNow === undefined) {',
      },
    ],
  },
  {
    name: 'approval by machine on a real arm',
    edits: [
      {
        file: 'approval.ts',
        find: "by.kind === 'automatic' && robotKind !== 'simulated'",
        replace: "by.kind === 'automatic' && robotKind === undefined",
      },
    ],
  },
  {
    name: 'soft limits that nobody granted are passed',
    edits: [
      {
        file: 'limit-ledger.ts',
        find: 'excesses.find((excess) => !grants.includes(excess.limit))',
        replace: 'excesses.find((excess) => grants.length > 99 && excess.limit)',
      },
    ],
  },
  {
    name: 'steps that nobody allowed',
    edits: [
      {
        file: 'block-permit.ts',
        find: '          await operatorsStep({ commandId, command: facts }, signal);\n',
        replace: '          void operatorsStep({ commandId, command: facts }, signal).catch(() => undefined);\n',
      },
    ],
  },
  {
    name: 'reset clears every stop at once',
    edits: [
      {
        file: 'stop-latch.ts',
        find: '      stops.delete(id);\n',
        replace: '      stops.clear();\n',
      },
    ],
  },
  {
    name: 'stops are confirmed before the robot has answered',
    edits: [
      {
        file: 'gate.ts',
        find: 'if (stopped.report === null || stopWord?.raised() !== undefined) {',
        replace: 'if (stopWord?.raised() !== undefined) {',
      },
    ],
  },
  {
    name: 'deaf to the stop word: what was raised outside of its thread shuts the gate only with the message that follows',
    edits: [
      {
        file: 'gate.ts',
        find: '    if (raised !== undefined) throw raisedRefusal(raised);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'a reset while a new stop is on its way',
    edits: [
      {
        file: 'gate.ts',
        find: 'if (stopped.report === null || stopWord?.raised() !== undefined) {',
        replace: 'if (stopped.report === null) {',
      },
    ],
  },
  {
    name: 'the gate hears nobody but those who call it: a beat that came outside of its thread is no beat',
    edits: [
      {
        file: 'beats.ts',
        find: '    const heard = heardS(source);\n',
        replace: '    const heard = told;\n',
      },
    ],
  },
  {
    name: 'a lease that outlives the stop: closed loops go on after it, and after the reset',
    edits: [
      {
        file: 'block-permit.ts',
        find: "      assertOpen(signal);\n      if (command.kind !== 'gripper') {",
        replace: "      if (command.kind !== 'servo') assertOpen(signal);\n      if (command.kind !== 'gripper') {",
      },
      {
        file: 'block-permit.ts',
        find: '      assertOpen(signal);\n      const answer = send(',
        replace: "      if (command.kind !== 'servo') assertOpen(signal);\n      const answer = send(",
      },
    ],
  },
  {
    name: 'a lease that outlives its block: the arm is left to run on',
    edits: [
      {
        file: 'block-permit.ts',
        find: '      const atRest = endLeases();\n',
        replace: '      const atRest = Promise.resolve();\n',
      },
    ],
  },
  {
    name: 'closed-loop targets unchecked: the arm may be sent out of the workspace',
    edits: [
      {
        file: 'servo-check.ts',
        find: '      checkPosture(body, arm, envelope, () => name);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'the volume of the permit is ignored',
    edits: [
      {
        file: 'servo-check.ts',
        find: '      assertInVolume(arm, toolOf(body.centres),',
        replace: '      if (steps < 0) assertInVolume(arm, toolOf(body.centres),',
      },
    ],
  },
  {
    name: 'the speed of the permit is ignored',
    edits: [
      {
        file: 'servo-check.ts',
        find: 'if (!(command.toolSpeedMPerS <= grant.toolSpeedMPerS)) {',
        replace: 'if (!(command.toolSpeedMPerS <= 99)) {',
      },
    ],
  },
  {
    name: 'seconds of closed-loop motion are not counted: each lease is judged by itself',
    edits: [
      {
        file: 'closed-loop.ts',
        find: '      const neededS = usedS(nowS, arm) + leaseS;\n',
        replace: '      const neededS = usedS(nowS, arm) * 0 + leaseS;\n',
      },
    ],
  },
  {
    name: 'closed loops are free: none counts as a call',
    edits: [
      {
        file: 'robot-command.ts',
        find: 'isNewCall: !closedLoop.mayMove(arm, timeS),',
        replace: 'isNewCall: false,',
      },
    ],
  },
];
