// Owns how instants and ages are written for people. Pure.

/** As "1:23.45"; hours only where there are some. */
export function clockTime(timeS: number, decimals = 2): string {
  const sign = timeS < 0 ? '-' : '';
  const factor = 10 ** decimals;
  const all = Math.round(Math.abs(timeS) * factor) / factor;
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor((all % 3600) / 60);
  const seconds = (all % 60).toFixed(decimals).padStart(decimals === 0 ? 2 : decimals + 3, '0');
  return hours > 0 ? `${sign}${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${sign}${minutes}:${seconds}`;
}

/** As "0.3 s", "12 s", "4 min", "2 h". */
export function span(seconds: number): string {
  const length = Math.abs(seconds);
  if (length < 10) return `${length.toFixed(1)} s`;
  if (length < 100) return `${Math.round(length)} s`;
  if (length < 6000) return `${Math.round(length / 60)} min`;
  return `${(length / 3600).toFixed(1)} h`;
}

/** For those who hear it: "1 minute 23.45 seconds". */
export function spokenTime(timeS: number): string {
  const minutes = Math.floor(timeS / 60);
  const seconds = `${(timeS - minutes * 60).toFixed(2)} seconds`;
  return minutes === 0 ? seconds : `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ${seconds}`;
}
