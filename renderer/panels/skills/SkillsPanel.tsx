// Owns the list of skills that programs may import: what each does, its code, and where it came from. Reads only.

import { useEffect, useState } from 'react';
import type { ConsoleSkill } from '../../../electron/ipc/console-contract.ts';
import { useConsole } from '../../app/console-store.ts';
import { requestSession, showError } from '../../app/session-client.ts';
import { Empty } from '../../ui/Empty.tsx';
import { usePanelVisible } from '../panel-visible.ts';

/** The first sentence of a page: what stands behind its heading. */
function briefOf(documentation: string): string {
  return documentation.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '';
}

export function SkillsPanel() {
  const [skills, setSkills] = useState<readonly ConsoleSkill[] | null>(null);
  const [text, setText] = useState('');
  const visible = usePanelVisible();
  const isOpen = useConsole(({ session }) => session.kind === 'open');
  useEffect(() => {
    if (!visible || !isOpen) return;
    let ended = false;
    requestSession('skills', {}).then(
      (answer) => {
        if (!ended) setSkills(answer.skills);
      },
      (error) => {
        if (!ended) showError(error);
      },
    );
    return () => {
      ended = true;
    };
  }, [visible, isOpen]);
  if (skills === null)
    return <Empty icon="book" title="The skills are being read" words="They are functions that programs may import." />;
  if (skills.length === 0) {
    return (
      <Empty
        icon="book"
        title="No skills yet"
        words="A function that has proved itself in runs becomes a skill: capstan skills mines them."
      />
    );
  }
  const words = text.trim().toLowerCase();
  const found = skills.filter((skill) =>
    [skill.name, ...skill.exports, skill.documentation].join(' ').toLowerCase().includes(words),
  );
  return (
    <section className="skills" aria-label="Skills">
      <div className="skills-tools">
        <input
          className="input"
          type="search"
          placeholder="Search"
          aria-label="Search skills"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <ul className="skills-list">
        {found.map((skill) => (
          <li key={skill.name}>
            <details>
              <summary>
                <span className="skill-name">{skill.name}</span>
                <span className={skill.state === 'promoted' ? 'badge badge-ok' : 'badge'}>{skill.state}</span>
                <span className="skill-brief">{briefOf(skill.documentation)}</span>
              </summary>
              <p className="skill-words">{skill.documentation}</p>
              <p className="skill-words">
                Imported as <code>{`import { ${skill.exports.join(', ')} } from 'capstan:skills'`}</code>
              </p>
              <p className="skill-words">Where it came from: {skill.provenance}</p>
              <pre className="skill-source">{skill.source}</pre>
            </details>
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p className="skill-words">No skill is like this.</p> : null}
    </section>
  );
}
