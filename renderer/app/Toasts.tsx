// Owns the few words that appear and go: news by themselves, errors when somebody has read them.

import { useEffect } from 'react';
import { Button } from '../ui/Button.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { dismissToast, type Toast, useConsole } from './console-store.ts';

const ICON: Readonly<Record<Toast['level'], IconName>> = { info: 'info', warning: 'warning', error: 'warning' };
const STAYS_MS: Readonly<Record<Toast['level'], number>> = {
  info: 6000,
  warning: 12_000,
  error: Number.POSITIVE_INFINITY,
};

export function Toasts() {
  const toasts = useConsole((state) => state.toasts);
  return (
    <section className="toasts" aria-label="Messages" aria-live="polite">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function ToastCard({ toast: { id, level, message, hint } }: { readonly toast: Toast }) {
  useEffect(() => {
    const staysMs = STAYS_MS[level];
    if (!Number.isFinite(staysMs)) return undefined;
    const timer = setTimeout(() => dismissToast(id), staysMs);
    return () => clearTimeout(timer);
  }, [id, level]);
  return (
    <div className={`toast toast-${level}`} role={level === 'error' ? 'alert' : undefined}>
      <Icon name={ICON[level]} />
      <div className="toast-words">
        <p>{message}</p>
        {hint === '' ? null : <p className="field-note">{hint}</p>}
      </div>
      <Button kind="quiet" size="small" icon="cross" name="Dismiss" onClick={() => dismissToast(id)} />
    </div>
  );
}
