// Owns the figures of a stop under full load: pressed at a window while the cell moves, draws pictures and is told to two
// more windows, measured there and back until the gate was closed; and sent by the session to a cell that runs as fast as
// it can.

import { once } from 'node:events';
import { PLAIN_RUN } from '../../electron/session/cell.ts';
import { readExpert, readRig, readTask } from '../../electron/session/installation.ts';
import { Session, type SessionOptions } from '../../electron/session/session.ts';
import { NodeWindow, newClient, ORIGIN, openSocket, TOKEN } from '../e2e/node-window.ts';
import { type Figure, percentile } from './figure.ts';

const SESSION_ROUNDS = 30;
/** Runs that are stopped, and presses of each: one while it moves, the others while it brakes and rests. */
const RUNS = 40;
const PRESSES_PER_RUN = 5;

const WAVING = `for (let i = 0; i < 100; i++) {
  await gotoPose([0.4, 0.2, 0.3], [0, 1, 0, 0]);
  await gotoPose([0.4, -0.2, 0.3], [0, 1, 0, 0]);
}
`;

export async function measureStop(): Promise<Figure[]> {
  return [...(await measurePresses()), ...(await measureSessionStops())];
}

function openSession(options: Partial<SessionOptions>): Promise<Session> {
  return Session.open({
    taskFile: readTask('cube-restack'),
    rigFile: readRig(),
    seed: 0,
    tier: 'S1',
    pace: 'fast',
    recordFolder: null,
    previews: false,
    policy: 'bench',
    events: {},
    ...options,
  });
}

/** Checks, offers, approves and starts a program; `ended` resolves when it has been stopped. */
async function start(session: Session, source: string): Promise<{ readonly ended: Promise<unknown> }> {
  const checked = await session.check(source, 'expert');
  const block = session.blockOf(source, checked);
  const offer = await session.offer(block, PLAIN_RUN);
  await session.approve(offer, { kind: 'automatic', name: 'bench' }, PLAIN_RUN);
  return { ended: session.run(block, offer.offerId, PLAIN_RUN, checked) };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function measurePresses(): Promise<Figure[]> {
  const session = await openSession({ pace: 1, console: { port: 0, token: TOKEN, origins: [ORIGIN] } });
  const port = session.consolePort ?? 0;
  const window = await NodeWindow.open(port);
  const readers = await Promise.all([1, 2].map(() => openSocket(port, 'state', { client: newClient() })));
  let drawing = true;
  const draw = async () => {
    while (drawing) await session.look();
  };
  const closedMs: number[] = [];
  const insideMs: number[] = [];
  try {
    await window.takeControl();
    const pictures = draw();
    for (let run = 0; run < RUNS; run++) {
      const { ended } = await start(session, WAVING);
      await window.until(({ running }) => running !== null);
      await pause(30 + 7 * (run % 20));
      for (let press = 0; press < PRESSES_PER_RUN; press++) {
        const closed = once(window, 'closed');
        const sentMs = performance.now();
        window.pressStop('bench');
        const [{ afterMs }] = (await closed) as [{ afterMs: number }];
        closedMs.push(performance.now() - sentMs);
        insideMs.push(afterMs);
        await pause(10);
      }
      await ended;
      const { stops } = await window.until(
        (status) => status.stops.length >= PRESSES_PER_RUN && status.stops.every((stop) => stop.restConfirmed !== null),
      );
      for (const { id } of stops) await window.control.request('reset', { stopId: id });
    }
    drawing = false;
    await pictures;
  } finally {
    drawing = false;
    window.close();
    for (const reader of readers) reader.terminate();
    await session.close();
  }
  const presses = RUNS * PRESSES_PER_RUN;
  return [
    {
      what: `stop at a window -> gate closed and told back, p99 of ${presses}, full load`,
      value: percentile(closedMs, 0.99),
      unit: 'ms',
      budget: { kind: 'at most', value: 20 },
    },
    { what: 'the same, p50', value: percentile(closedMs, 0.5), unit: 'ms' },
    { what: 'of it inside the robot host, p99', value: percentile(insideMs, 0.99), unit: 'ms' },
  ];
}

async function measureSessionStops(): Promise<Figure[]> {
  const { source } = readExpert('cube-restack', 'S1');
  const latchedMs: number[] = [];
  const brakingS: number[] = [];
  for (let round = 0; round < SESSION_ROUNDS; round++) {
    let stoppedAtMs = 0;
    const session = await openSession({
      seed: round,
      events: {
        stopped: () => {
          stoppedAtMs = performance.now();
        },
      },
    });
    try {
      const { ended } = await start(session, source);
      await pause(40 + 5 * round);
      const sentMs = performance.now();
      const report = await session.stop('bench');
      latchedMs.push(stoppedAtMs - sentMs);
      if (report.stopDurationS !== null) brakingS.push(report.stopDurationS);
      await ended;
    } finally {
      await session.close();
    }
  }
  return [
    {
      what: `stop of the session -> latched by the cell and told back, p99 of ${SESSION_ROUNDS}, cell at full speed`,
      value: percentile(latchedMs, 0.99),
      unit: 'ms',
    },
    { what: 'gate closed -> arm at rest, longest (robot time)', value: Math.max(...brakingS), unit: 's' },
  ];
}
