// Owns taking the looks of the Panda from the user's own mesh files instead of visual.ts: the folders of
// mujoco_menagerie (franka_emika_panda/assets) and franka_description (meshes). Must never touch a file system:
// the folder is handed in.

import { type Material, paint } from '../../cameras/material.ts';
import { parseCollada } from '../../cameras/mesh-collada.ts';
import { MeshFileError } from '../../cameras/mesh-file-error.ts';
import { parseObj } from '../../cameras/mesh-obj.ts';
import { parseStl } from '../../cameras/mesh-stl.ts';
import type { FileSurface } from '../../cameras/mesh-surface.ts';
import type { Vec3 } from '../../spatial.ts';
import {
  BLACK,
  type PandaFrame,
  PILOT_BLUE,
  PILOT_GREEN,
  SHELL_GREY_WHITE,
  SHELL_WHITE,
  type VisualPart,
} from './visual-part.ts';

/** A folder as a list of file names and a way to read them. Names may hold sub-folders, parted by '/'. */
export interface MeshFolder {
  readonly list: readonly string[];
  /** Throws when the file cannot be read. */
  read(name: string): Uint8Array;
}

const BODIES = ['link0', 'link1', 'link2', 'link3', 'link4', 'link5', 'link6', 'link7', 'hand', 'finger'] as const;
type Body = (typeof BODIES)[number];

/** Formats, best first: STL has neither colours nor parts. */
const FORMATS = ['dae', 'obj', 'stl'] as const;
type Format = (typeof FORMATS)[number];

interface Candidate {
  readonly name: string;
  readonly body: Body;
  /** Number behind the body's name, -1 for none. */
  readonly part: number;
  readonly format: Format;
}

/**
 * The menagerie names colours in its XML, not in its OBJ files. Parts of its assets that are not white, by number.
 */
const MENAGERIE_PAINT: Partial<Record<Body, Readonly<Record<number, Material>>>> = {
  link0: {
    0: SHELL_GREY_WHITE,
    1: BLACK,
    2: SHELL_GREY_WHITE,
    3: BLACK,
    4: SHELL_GREY_WHITE,
    5: BLACK,
    9: BLACK,
    10: SHELL_GREY_WHITE,
  },
  link3: { 3: BLACK },
  link4: { 2: BLACK },
  link5: { 0: BLACK },
  link6: {
    0: SHELL_GREY_WHITE,
    2: BLACK,
    7: PILOT_BLUE,
    8: PILOT_BLUE,
    9: BLACK,
    10: BLACK,
    12: PILOT_GREEN,
    14: BLACK,
    15: BLACK,
  },
  link7: { 1: BLACK, 2: BLACK, 3: BLACK, 4: BLACK, 5: BLACK, 6: BLACK },
  hand: { 0: SHELL_GREY_WHITE, 1: BLACK, 2: BLACK, 4: SHELL_GREY_WHITE },
  finger: { 0: SHELL_GREY_WHITE, 1: BLACK },
};

const WHERE_FROM =
  'point it at the assets folder of mujoco_menagerie/franka_emika_panda or at the meshes folder of franka_description';

/**
 * The looks of the Panda from the user's files: link0 to link7, hand and finger, each as one file (link3.dae) or several
 * parts (link3_0.obj, link3_1.obj ...). Both fingers wear the finger's meshes. Where a folder holds several robots, those
 * in a "fer" or "panda" folder and the white hand are taken; collision meshes never.
 * @throws MeshFileError MESH_MISSING naming every body without a file; MESH_AMBIGUOUS when two files claim one body;
 *   MESH_BROKEN and MESH_UNSUPPORTED naming the file
 */
export function loadPandaMeshes(folder: MeshFolder): readonly VisualPart[] {
  const candidates = visualFiles(folder.list);
  const missing = BODIES.filter((body) => !candidates.some((candidate) => candidate.body === body));
  if (missing.length > 0) {
    throw new MeshFileError(
      'MESH_MISSING',
      `${missing[0]}.dae or ${missing[0]}_0.obj`,
      `the folder has no mesh of ${missing.join(', ')} (${folder.list.length} files were looked at)`,
      WHERE_FROM,
    );
  }
  const parts: VisualPart[] = [];
  for (const body of BODIES) {
    const files = chooseFiles(body, candidates);
    const surfaces = files.flatMap((file) =>
      readSurfaces(folder, file.name, file.format).map((surface) => ({
        mesh: surface.mesh,
        material: materialOf(surface, file),
      })),
    );
    const frames: readonly PandaFrame[] = body === 'finger' ? ['left_finger', 'right_finger'] : [body];
    for (const frame of frames) for (const surface of surfaces) parts.push({ frame, ...surface });
  }
  return parts;
}

function visualFiles(list: readonly string[]): Candidate[] {
  const candidates: Candidate[] = [];
  for (const name of list) {
    const match = /(?:^|\/)(link[0-7]|hand|finger)(?:_(\d+))?\.(dae|obj|stl)$/i.exec(name.replaceAll('\\', '/'));
    if (match === null || /(^|\/)collision\//i.test(name)) continue;
    candidates.push({
      name,
      body: match[1].toLowerCase() as Body,
      part: match[2] === undefined ? -1 : Number(match[2]),
      format: match[3].toLowerCase() as Format,
    });
  }
  return candidates;
}

/** Narrows the files of one body to one folder and one format; a wish that no file meets changes nothing. */
function chooseFiles(body: Body, candidates: readonly Candidate[]): readonly Candidate[] {
  let files = candidates.filter((candidate) => candidate.body === body);
  const prefer = (wish: (candidate: Candidate) => boolean) => {
    const met = files.filter(wish);
    if (met.length > 0) files = met;
  };
  prefer(({ name }) => /(^|\/)visual\//i.test(name));
  prefer(({ name }) => /(^|\/)(fer|panda|franka_emika_panda|franka_hand_white)\//i.test(name));
  for (const format of FORMATS) {
    if (!files.some((file) => file.format === format)) continue;
    files = files.filter((file) => file.format === format);
    break;
  }
  prefer(({ part }) => part >= 0);
  const sorted = [...files].sort((one, other) => one.part - other.part);
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i].part !== sorted[i - 1].part) continue;
    throw new MeshFileError(
      'MESH_AMBIGUOUS',
      sorted[i].name,
      `it claims to be the same mesh of ${body} as ${sorted[i - 1].name}`,
      'name a folder that holds one robot only',
    );
  }
  return sorted;
}

function readBytes(folder: MeshFolder, name: string): Uint8Array {
  try {
    return folder.read(name);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MeshFileError('MESH_MISSING', name, `it cannot be read: ${reason}`, WHERE_FROM, { cause });
  }
}

function readSurfaces(folder: MeshFolder, name: string, format: Format): readonly FileSurface[] {
  const bytes = readBytes(folder, name);
  if (new TextDecoder().decode(bytes.subarray(0, 40)).startsWith('version https://git-lfs')) {
    throw new MeshFileError(
      'MESH_UNSUPPORTED',
      name,
      'this is a Git LFS pointer, not the mesh itself',
      'run "git lfs pull" in the folder it came from',
    );
  }
  switch (format) {
    case 'dae':
      return parseCollada(bytes, name);
    case 'stl':
      return [parseStl(bytes, name)];
    case 'obj': {
      const directory = name.replace(/[^/\\]*$/, '');
      return parseObj(bytes, name, (library) => {
        const path = directory + library;
        return folder.list.includes(path) ? readBytes(folder, path) : undefined;
      });
    }
  }
}

function materialOf(surface: FileSurface, file: Candidate): Material {
  if (surface.colorSrgb !== undefined) return paint(withinScreen(surface.colorSrgb), 0.4);
  return MENAGERIE_PAINT[file.body]?.[file.part] ?? SHELL_WHITE;
}

function withinScreen(color: Vec3): Vec3 {
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  return [clamp(color[0]), clamp(color[1]), clamp(color[2])];
}
