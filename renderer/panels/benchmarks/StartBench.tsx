// Owns the form that starts a benchmark: tasks, tier, trials and the first seed.

import { useState } from 'react';
import { CONSOLE_TIERS } from '../../../electron/ipc/console-contract.ts';
import { useConsole } from '../../app/console-store.ts';
import { requestSession, showError } from '../../app/session-client.ts';
import { Button } from '../../ui/Button.tsx';

/** Those with a reference program: a benchmark runs without a model. */
const EXPERT_TIERS = CONSOLE_TIERS.filter((tier) => tier.startsWith('S'));
type Tier = (typeof CONSOLE_TIERS)[number];

export function StartBench({ onStarted }: { readonly onStarted: () => void }) {
  const tasks = useConsole((store) => store.tasks);
  const [tier, setTier] = useState<Tier>('S1');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [trials, setTrials] = useState('20');
  const [seed0, setSeed0] = useState('0');
  const offered = tasks.filter(({ experts }) => experts.includes(tier));
  const wanted = offered.filter(({ name }) => chosen.has(name)).map(({ name }) => name);
  const counts = [Number(trials), Number(seed0)];
  const whyNot =
    wanted.length === 0
      ? 'Choose one task at least.'
      : !Number.isInteger(counts[0]) || counts[0] < 1 || counts[0] > 10_000
        ? 'Trials must be a whole number from 1 to 10000.'
        : !Number.isInteger(counts[1]) || counts[1] < 0
          ? 'The first seed must be a whole number from 0.'
          : undefined;
  const start = async () => {
    try {
      await requestSession('startBench', { tasks: wanted, tier, trials: counts[0], seed0: counts[1], workers: null });
      onStarted();
    } catch (error) {
      showError(error);
    }
  };
  return (
    <details className="bench-start">
      <summary>Start a benchmark…</summary>
      <div className="bench-form">
        <fieldset className="bench-tasks">
          <legend>Tasks with a reference program at {tier}</legend>
          {offered.map(({ name, title }) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={chosen.has(name)}
                onChange={({ target: { checked } }) => {
                  const next = new Set(chosen);
                  if (checked) next.add(name);
                  else next.delete(name);
                  setChosen(next);
                }}
              />
              {title}
            </label>
          ))}
        </fieldset>
        <div className="bench-fields">
          <label className="field">
            <span className="field-label">Tier</span>
            <select className="input" value={tier} onChange={(event) => setTier(event.target.value as Tier)}>
              {EXPERT_TIERS.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
          <label className="field">
            <span className="field-label">Trials per task</span>
            <input
              className="input"
              inputMode="numeric"
              value={trials}
              onChange={(event) => setTrials(event.target.value)}
            />
          </label>
          <label className="field">
            <span className="field-label">First seed</span>
            <input
              className="input"
              inputMode="numeric"
              value={seed0}
              onChange={(event) => setSeed0(event.target.value)}
            />
          </label>
        </div>
        <Button kind="primary" icon="play" unavailable={whyNot} onClick={() => void start()}>
          Start in simulation
        </Button>
      </div>
    </details>
  );
}
