// Owns the colours of the drawn scene in both themes. Safety colours and the meanings of lines are the same in both.

import { Color } from 'three';
import type { SceneTheme } from './scene-messages.ts';

/** Axes of frames: x, y, z. */
export const AXES = ['#e0483e', '#2fa84f', '#3d7fe8'] as const;

export interface Palette {
  readonly horizon: string;
  readonly zenith: string;
  readonly floor: string;
  readonly gridLine: string;
  readonly shadow: number;
  readonly skyLight: string;
  readonly groundLight: string;
  readonly skyStrength: number;
  readonly keyStrength: number;
  readonly fillStrength: number;
  readonly stand: string;
  readonly selection: string;
}

export const PALETTES: Readonly<Record<SceneTheme, Palette>> = {
  light: {
    horizon: '#e9edf2',
    zenith: '#c9d3df',
    floor: '#e4e8ee',
    gridLine: '#9aa5b4',
    shadow: 0.3,
    skyLight: '#ffffff',
    groundLight: '#b9b4ab',
    skyStrength: 1.4,
    keyStrength: 1.95,
    fillStrength: 0.35,
    stand: '#565c66',
    selection: '#1f6ff2',
  },
  dark: {
    horizon: '#2a3039',
    zenith: '#14171c',
    floor: '#20252c',
    gridLine: '#4c5666',
    shadow: 0.5,
    skyLight: '#dfe8f5',
    groundLight: '#4a4b50',
    skyStrength: 1.05,
    keyStrength: 1.95,
    fillStrength: 0.45,
    stand: '#454b55',
    selection: '#6ea8ff',
  },
};

/** Of a recorded colour. */
export function srgb([r, g, b]: readonly number[]): Color {
  return new Color().setRGB(r, g, b, 'srgb');
}
