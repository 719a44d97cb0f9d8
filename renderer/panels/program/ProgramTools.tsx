// Owns the row of buttons above the editor: what can be done with the text in front.

import { useAction, useActions } from '../../app/use-actions.ts';
import { Button } from '../../ui/Button.tsx';
import { Menu, MenuItem } from '../../ui/Menu.tsx';
import { useProgram } from './program-store.ts';
import { QUESTION_TAB, STATE_WORDS } from './program-tabs.ts';
import type { ProgramView } from './program-view.ts';

const ORIGIN_WORDS: Readonly<Record<string, string>> = {
  expert: 'reference program',
  file: 'from a file',
  model: 'written by the model',
  operator: 'your own',
  edited: 'edited by the operator',
};

interface Props {
  readonly view: ProgramView;
  readonly run: (id: string) => void;
}

export function ProgramTools({ view, run }: Props) {
  const { tab, isOwn, isEditable } = view;
  return (
    <div className="program-tools">
      <span className="program-about">
        {isOwn
          ? 'Your own program'
          : `${ORIGIN_WORDS[tab?.origin ?? ''] ?? ''}; ${STATE_WORDS[tab?.state ?? 'waiting']}`}
      </span>
      {isOwn ? (
        <ActionButton id="program.submit" run={run} kind="primary">
          Check and preview
        </ActionButton>
      ) : isEditable ? (
        <>
          <ActionButton id="program.discardEdit" run={run}>
            Discard changes
          </ActionButton>
          <ActionButton id="program.offerEdit" run={run} kind="primary">
            Check and preview
          </ActionButton>
        </>
      ) : tab?.id === QUESTION_TAB ? (
        <ActionButton id="program.edit" run={run}>
          Edit
        </ActionButton>
      ) : null}
      {!isOwn && tab?.before != null ? <CompareButton run={run} /> : null}
      <MoreMenu run={run} isOwn={isOwn} />
    </div>
  );
}

function ActionButton(props: {
  readonly id: string;
  readonly run: (id: string) => void;
  readonly kind?: 'primary';
  readonly children: string;
}) {
  const action = useAction(props.id);
  // Whether there is something to send follows the texts.
  useProgram();
  return (
    <Button
      size="small"
      kind={props.kind ?? 'plain'}
      unavailable={action?.unavailable?.()}
      tip={action?.label}
      onClick={() => props.run(props.id)}
    >
      {props.children}
    </Button>
  );
}

function CompareButton({ run }: Pick<Props, 'run'>) {
  const isCompared = useProgram((store) => store.isCompared);
  return (
    <Button
      size="small"
      aria-pressed={isCompared}
      tip="Shows what is new against the program before it"
      onClick={() => run('program.compare')}
    >
      Compare
    </Button>
  );
}

const MENU = ['program.own', 'program.expert', 'program.copy', 'program.load', 'program.save', 'program.follow'];

function MoreMenu({ run, isOwn }: { readonly run: (id: string) => void; readonly isOwn: boolean }) {
  const actions = useActions();
  const ids = isOwn ? [...MENU, 'program.closeOwn'] : MENU;
  return (
    <Menu align="end" trigger={<Button size="small" kind="quiet" icon="more" name="More about programs" />}>
      {ids
        .map((id) => actions.find((action) => action.id === id))
        .filter((action) => action !== undefined)
        .map((action) => (
          <MenuItem
            key={action.id}
            label={action.label}
            unavailable={action.unavailable?.()}
            onSelect={() => run(action.id)}
          />
        ))}
    </Menu>
  );
}
