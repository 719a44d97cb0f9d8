// Owns the list of tasks with a field to find one by its name.

import { useRef, useState } from 'react';
import type { TaskSummary } from '../../electron/ipc/console-contract.ts';
import { fuzzyScore } from './palette-store.ts';

export interface TaskListProps {
  readonly tasks: readonly TaskSummary[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}

export function TaskList({ tasks, chosen, onChoose }: TaskListProps) {
  const [typed, setTyped] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const fits = ({ name, title, suite }: TaskSummary) =>
    typed === '' || [title, name, suite].some((text) => fuzzyScore(typed, text) !== undefined);
  const found = tasks.filter(fits);
  return (
    <div className="field">
      <label className="field-label" htmlFor="task-find">
        Task
      </label>
      <input
        id="task-find"
        className="input"
        placeholder={`Find one of ${tasks.length}`}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          list.current?.querySelector<HTMLElement>('input:checked, input')?.focus();
        }}
      />
      <div className="task-list" role="radiogroup" aria-label="Task" ref={list}>
        {found.map((task) => (
          <label key={task.name} className="task-row">
            <input
              type="radio"
              name="task"
              value={task.name}
              checked={task.name === chosen}
              onChange={() => onChoose(task.name)}
            />
            <span className="task-row-title">{task.title}</span>
            <span className="task-row-facts">
              {task.suite}
              {task.arms > 1 ? ' · two arms' : ''}
            </span>
          </label>
        ))}
        {found.length === 0 ? <p className="field-note">No task has these letters.</p> : null}
      </div>
    </div>
  );
}
