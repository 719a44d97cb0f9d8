// Owns choosing what to open: task, tier, seed, and who writes the programs.

import { useState } from 'react';
import type { CellChoice, TaskSummary } from '../../electron/ipc/console-contract.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Popover } from '../ui/Popover.tsx';
import {
  endCell,
  fitting,
  keptChoice,
  openCell,
  type Tier,
  whyNotEnd,
  whyNotOpen,
  writerInWords,
} from './cell-choice.ts';
import { useConsole } from './console-store.ts';
import { TaskList } from './TaskList.tsx';
import { WriterChoice } from './WriterChoice.tsx';

const TIER_WORDS: Readonly<Record<Tier, string>> = {
  S1: 'S1 · the scene is known',
  S2: 'S2 · the scene is perceived',
  S3: 'S3 · low-level calls, with examples',
  S4: 'S4 · low-level calls, without examples',
  M1: 'M1 · several turns, text',
  M2: 'M2 · several turns, pictures',
  M3: 'M3 · several turns, differences in words',
  M4: 'M4 · as M3, low-level calls',
};

export function CellPicker() {
  const cell = useConsole((state) => state.state?.cell);
  const phase = useConsole((state) => state.state?.phase);
  const title = useConsole(({ tasks }) => tasks.find(({ name }) => name === cell?.choice.task)?.title) ?? cell?.title;
  const [open, setOpen] = useState(false);
  return (
    <Popover
      name="Choose what to open"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className="cell-picker">
          {cell ? (
            <>
              <span className="visually-hidden">Cell: </span>
              <span className="cell-picker-title">{title}</span>
              <span className="cell-picker-facts">
                {cell.choice.tier} · seed {cell.choice.seed} · {writerInWords(cell.choice.writer)}
              </span>
            </>
          ) : (
            <span className="cell-picker-title">{phase === 'opening' ? 'Opening…' : 'Choose a task…'}</span>
          )}
          <Icon name="down" />
        </button>
      }
    >
      <Form onDone={() => setOpen(false)} />
    </Popover>
  );
}

function Form({ onDone }: { readonly onDone: () => void }) {
  const tasks = useConsole((state) => state.tasks);
  const cell = useConsole((state) => state.state?.cell);
  const preferred = useConsole((state) => state.settings?.writer);
  // The words below follow the store as well.
  useConsole((state) => `${state.state?.phase} ${state.holdsLease} ${state.session.kind}`);
  const [choice, setChoice] = useState<CellChoice>(() => fitting(cell?.choice ?? keptChoice(), tasks));
  const change = (changed: Partial<CellChoice>) => setChoice((before) => fitting({ ...before, ...changed }, tasks));
  const task = tasks.find(({ name }) => name === choice.task);
  if (task === undefined) return <p>The list of tasks is being read.</p>;
  return (
    <form
      className="cell-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (whyNotOpen() !== undefined) return;
        onDone();
        void openCell(choice);
      }}
    >
      <TaskList tasks={tasks} chosen={choice.task} onChoose={(name) => change({ task: name })} />
      <p className="cell-form-goal">{task.instruction}</p>
      <div className="cell-form-row">
        <label className="field cell-form-wide">
          <span className="field-label">Tier</span>
          <select
            className="input"
            value={choice.tier}
            onChange={({ target }) => change({ tier: target.value as Tier })}
          >
            {task.tiers.map((tier) => (
              <option key={tier} value={tier}>
                {TIER_WORDS[tier]}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span className="field-label">Seed</span>
          <input
            className="input cell-form-seed"
            type="number"
            min={0}
            step={1}
            value={choice.seed}
            onChange={({ target }) => change({ seed: Math.max(0, Math.trunc(Number(target.value) || 0)) })}
          />
        </label>
      </div>
      <WriterChoice
        writer={choice.writer}
        hasExpert={hasExpert(task, choice.tier)}
        preferredModel={preferred?.kind === 'model' ? preferred.name : ''}
        onChange={(writer) => change({ writer })}
      />
      <div className="cell-form-foot">
        {cell ? (
          <Button
            unavailable={whyNotEnd()}
            onClick={() => {
              onDone();
              void endCell();
            }}
          >
            End this cell
          </Button>
        ) : null}
        <Button kind="primary" type="submit" unavailable={whyNotOpen()}>
          {cell ? 'End this and open' : 'Open'}
        </Button>
      </div>
    </form>
  );
}

function hasExpert(task: TaskSummary, tier: Tier): boolean {
  return task.experts.includes(tier);
}
