// Owns benchmarks: starting, watching, cancelling, and comparing two of them in words.

import { useCallback, useEffect, useState } from 'react';
import type { ConsoleBench } from '../../../electron/ipc/console-contract.ts';
import { useConsole } from '../../app/console-store.ts';
import { onSessionEvent, requestSession, showError } from '../../app/session-client.ts';
import { span } from '../../source/time-words.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { BenchTable } from './BenchTable.tsx';
import { StartBench } from './StartBench.tsx';

const STATES = {
  running: { icon: 'clock', badge: 'badge badge-accent' },
  done: { icon: 'check', badge: 'badge badge-ok' },
  failed: { icon: 'cross', badge: 'badge badge-danger' },
  cancelled: { icon: 'minus', badge: 'badge badge-warn' },
} as const;

export function BenchmarksPanel() {
  const [benches, setBenches] = useState<readonly ConsoleBench[] | null>(null);
  const [picked, setPicked] = useState<readonly string[]>([]);
  const [comparison, setComparison] = useState('');
  const isOpen = useConsole(({ session }) => session.kind === 'open');
  const refresh = useCallback(async () => {
    try {
      setBenches((await requestSession('benches', {})).benches);
    } catch (error) {
      showError(error);
    }
  }, []);
  useEffect(() => {
    if (isOpen) void refresh();
  }, [isOpen, refresh]);
  useEffect(
    () =>
      onSessionEvent('bench', (bench) => {
        setBenches((before) => {
          const others = (before ?? []).filter(({ id }) => id !== bench.id);
          return [bench, ...others].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
        });
      }),
    [],
  );
  const cancel = (id: string) => void requestSession('cancelBench', { id }).catch(showError);
  const compare = async () => {
    try {
      setComparison((await requestSession('compareBenches', { a: picked[0], b: picked[1] })).text);
    } catch (error) {
      showError(error);
    }
  };
  const pick = (id: string, on: boolean) => {
    setComparison('');
    setPicked(on ? [...picked.slice(-1), id] : picked.filter((one) => one !== id));
  };
  return (
    <section className="benchmarks" aria-label="Benchmarks">
      <StartBench onStarted={() => void refresh()} />
      {benches !== null && benches.length > 1 ? (
        <div className="bench-compare">
          <Button
            size="small"
            unavailable={picked.length === 2 ? undefined : 'Choose two benchmarks by their boxes.'}
            onClick={() => void compare()}
          >
            Compare the two chosen
          </Button>
          {comparison === '' ? null : (
            <pre className="bench-words" role="status">
              {comparison}
            </pre>
          )}
        </div>
      ) : null}
      {benches === null || benches.length === 0 ? (
        <Empty
          icon="bench"
          title={benches === null ? 'The benchmarks are being read' : 'No benchmark yet'}
          words="A benchmark runs the reference programs many times in simulation, on worlds drawn from seeds, and says how often they reach their goals. No robot moves."
        />
      ) : (
        <ul className="bench-list">
          {benches.map((bench) => (
            <li key={bench.id}>
              <div className="bench-head">
                <input
                  type="checkbox"
                  aria-label={`Compare the benchmark of ${bench.tasks.join(', ')}`}
                  checked={picked.includes(bench.id)}
                  onChange={(event) => pick(bench.id, event.target.checked)}
                />
                <span className={STATES[bench.state].badge}>
                  <Icon name={STATES[bench.state].icon} />
                  {bench.state}
                </span>
                <span className="bench-title">
                  {bench.tasks.join(', ')} at {bench.tier}
                </span>
                <span className="bench-more">
                  {bench.trials} trials from seed {bench.seed0}, {new Date(bench.startedAt).toLocaleString()}
                </span>
                {bench.state === 'running' ? (
                  <Button size="small" icon="cross" onClick={() => cancel(bench.id)}>
                    Cancel
                  </Button>
                ) : null}
              </div>
              {bench.state === 'running' ? (
                <div className="bench-progress">
                  <progress value={bench.done} max={Math.max(bench.of, 1)} aria-label="Trials done" />
                  {bench.done} of {bench.of}
                  {bench.leftS === null ? '' : `, about ${span(bench.leftS)} left`}
                </div>
              ) : null}
              {bench.message === '' ? null : <p className="bench-message">{bench.message}</p>}
              <BenchTable bench={bench} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
