// Owns the settings page: its parts in order.

import './settings.css';
import { About } from './About.tsx';
import { Appearance } from './Appearance.tsx';

export function SettingsPanel() {
  return (
    <div className="settings">
      <Appearance />
      <About />
    </div>
  );
}
