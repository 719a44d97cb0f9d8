// Owns whether the reset dialog is open, for the strip, the palette and the shell's menu alike.

import { create } from 'zustand';

export const useResetDialog = create<{ readonly open: boolean }>(() => ({ open: false }));

export function openResetDialog(): void {
  useResetDialog.setState({ open: true });
}

export function closeResetDialog(): void {
  useResetDialog.setState({ open: false });
}
