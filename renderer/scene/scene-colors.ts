// Owns the colours of the drawn scene in both themes. Safety colours and the meanings of lines are the same in both.

import { Color } from 'three';
import type { SceneTheme } from './scene-messages.ts';

/** What the lines mean; the legend of the panel names them with the same colours. */
export const MEANINGS = {
  /** The motion to come. */
  ahead: '#2f7df6',
  /** Where the fingertip has been. */
  past: '#8b93a1',
  /** What was commanded, where it differs from what is measured. */
  commanded: '#f5a623',
  unexpected: '#e5372b',
  expected: '#17a05c',
  allowed: '#4b8df8',
  keepOut: '#e5372b',
  camera: '#a06bd6',
} as const;

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
    skyStrength: 1.35,
    keyStrength: 2.1,
    fillStrength: 0.45,
    stand: '#4b5058',
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
    keyStrength: 2.2,
    fillStrength: 0.5,
    stand: '#353a42',
    selection: '#6ea8ff',
  },
};

/** Of a recorded colour. */
export function srgb([r, g, b]: readonly number[]): Color {
  return new Color().setRGB(r, g, b, 'srgb');
}
