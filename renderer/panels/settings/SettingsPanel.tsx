// Owns the settings page: its parts in order.

import './settings.css';
import { useConsole } from '../../app/console-store.ts';
import { Empty } from '../../ui/Empty.tsx';
import { About } from './About.tsx';
import { Appearance } from './Appearance.tsx';
import { CapsForm } from './CapsForm.tsx';
import { ModelTest } from './ModelTest.tsx';
import { NotesForm } from './NotesForm.tsx';
import { ProviderKeys } from './ProviderKeys.tsx';
import { WriterForm } from './WriterForm.tsx';

export function SettingsPanel() {
  const settings = useConsole((state) => state.settings);
  if (settings === undefined) {
    return (
      <Empty
        icon="gear"
        title="Settings are being read"
        words="They come from the session. Nothing is kept in this page."
      />
    );
  }
  return (
    <div className="settings">
      <ProviderKeys settings={settings} />
      <ModelTest writer={settings.writer} />
      <WriterForm writer={settings.writer} />
      <CapsForm caps={settings.caps} />
      <NotesForm notes={settings.notes} useNotes={settings.useNotes} />
      <Appearance />
      <About settings={settings} />
    </div>
  );
}
