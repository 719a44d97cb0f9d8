// Owns what this installation is: versions, and where its files lie.

import type { ConsoleSettings } from '../../../electron/ipc/console-contract.ts';

export function About({ settings: { versions, folders, shell } }: { readonly settings: ConsoleSettings }) {
  return (
    <section className="settings-part" aria-labelledby="settings-about">
      <h2 id="settings-about">About</h2>
      <dl className="settings-facts">
        {Object.entries(versions).map(([name, version]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{version}</dd>
          </div>
        ))}
        <div>
          <dt>Shown in</dt>
          <dd>{shell === 'desktop' ? 'the desktop shell' : 'a browser'}</dd>
        </div>
        <div>
          <dt>Settings and skills</dt>
          <dd>
            <code>{folders.home}</code>
          </dd>
        </div>
        <div>
          <dt>Episodes</dt>
          <dd>
            <code>{folders.episodes}</code>
          </dd>
        </div>
      </dl>
    </section>
  );
}
