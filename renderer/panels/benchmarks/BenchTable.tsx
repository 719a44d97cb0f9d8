// Owns the results of one benchmark as a table: rates with their intervals, never a rate alone.

import type { ConsoleBench } from '../../../electron/ipc/console-contract.ts';

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

export function BenchTable({ bench }: { readonly bench: ConsoleBench }) {
  if (bench.rows.length === 0) return null;
  return (
    <table className="bench-table">
      <caption className="visually-hidden">Results at {bench.tier}</caption>
      <thead>
        <tr>
          <th scope="col">Task</th>
          <th scope="col">Succeeded</th>
          <th scope="col">Rate, 95 % interval</th>
          <th scope="col">Failures</th>
        </tr>
      </thead>
      <tbody>
        {bench.rows.map(({ task, tier, policy, trials, successes, wilson95: [low, high], failures }) => (
          <tr key={`${task} ${tier} ${policy}`}>
            <th scope="row">{task}</th>
            <td>
              {successes} of {trials}
            </td>
            <td>
              <span className="bench-rate">
                {trials === 0 ? 'none yet' : percent(successes / trials)}
                {trials === 0 ? null : (
                  <span className="bench-interval">
                    {percent(low)} to {percent(high)}
                  </span>
                )}
              </span>
              <svg className="bench-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect className="bench-bar-all" x="0" y="3" width="100" height="2" />
                <rect
                  className="bench-bar-range"
                  x={100 * low}
                  y="2"
                  width={Math.max(100 * (high - low), 0.5)}
                  height="4"
                />
                {trials === 0 ? null : (
                  <rect className="bench-bar-rate" x={(100 * successes) / trials - 0.6} y="0" width="1.2" height="8" />
                )}
              </svg>
            </td>
            <td>
              {Object.entries(failures)
                .map(([stage, count]) => `${stage} ${count}`)
                .join(', ') || 'none'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
