// Owns the choice of the theme in the settings.

import { setTheme, THEMES, type Theme, useTheme } from '../../app/theme.ts';

const WORDS: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };

export function Appearance() {
  const theme = useTheme((state) => state.theme);
  return (
    <section className="settings-part" aria-labelledby="settings-appearance">
      <h2 id="settings-appearance">Appearance</h2>
      <fieldset className="segments">
        <legend className="visually-hidden">Theme</legend>
        {THEMES.map((one) => (
          <button
            key={one}
            type="button"
            className="segment"
            aria-pressed={theme === one}
            onClick={() => setTheme(one)}
          >
            {WORDS[one]}
          </button>
        ))}
      </fieldset>
      <p className="field-note">The colours of Stop, of warnings and of readiness are the same in both.</p>
    </section>
  );
}
