// Owns reading Collada 1.4 (.dae): triangles, polygons, node transforms, unit, up axis and diffuse colours; no skins,
// textures, splines or animation. Must never know a file system.

import { parseXml, type XmlDocument, XmlElement } from '@rgrove/parse-xml';
import type { Vec3 } from '../spatial.ts';
import { type Affine, multiply, nodeTransform, scaling, transformNormal, transformPosition, turnUp } from './affine.ts';
import { EXPORT_AGAIN, MeshFileError } from './mesh-file-error.ts';
import { createSurfaceBuilder, type FileSurface, type SurfaceBuilder } from './mesh-surface.ts';

interface Input {
  readonly semantic: string;
  readonly source: string;
  readonly offset: number;
}

interface Reading {
  readonly file: string;
  readonly byId: ReadonlyMap<string, XmlElement>;
  /** One builder per colour and material. */
  readonly surfaces: Map<string, { builder: SurfaceBuilder; name: string; color: Vec3 | undefined }>;
  /** Numbers of each source, parsed once. */
  readonly sources: Map<string, Float64Array>;
}

/**
 * The surfaces in a Collada file, one per material, in metres and z up.
 * @param file name for messages
 * @throws MeshFileError for text that is no Collada, references that lead nowhere and files without a triangle
 */
export function parseCollada(bytes: Uint8Array, file: string): readonly FileSurface[] {
  const root = parseDocument(bytes, file).root;
  if (root?.name !== 'COLLADA') {
    throw new MeshFileError('MESH_BROKEN', file, 'this is not a Collada file: its root is not <COLLADA>', EXPORT_AGAIN);
  }
  const byId = new Map<string, XmlElement>();
  index(root, byId);
  const reading: Reading = { file, byId, surfaces: new Map(), sources: new Map() };
  const scene = child(child(root, 'scene'), 'instance_visual_scene');
  const visual = scene === undefined ? undefined : byId.get(reference(scene.attributes.url));
  if (visual === undefined) {
    throw new MeshFileError('MESH_BROKEN', file, 'the file names no visual scene', EXPORT_AGAIN);
  }
  const asset = child(root, 'asset');
  const unit = Number(child(asset, 'unit')?.attributes.meter ?? 1);
  if (!(unit > 0)) throw new MeshFileError('MESH_BROKEN', file, 'its unit is no positive number', EXPORT_AGAIN);
  const upAxis = child(asset, 'up_axis')?.text.trim() ?? 'Y_UP';
  const start = multiply(scaling(unit), turnUp(upAxis));
  for (const node of children(visual, 'node')) readNode(reading, node, start, []);

  const found: FileSurface[] = [];
  for (const { builder, name, color } of reading.surfaces.values()) {
    const mesh = builder.finish();
    if (mesh !== undefined) found.push({ mesh, materialName: name, colorSrgb: color });
  }
  if (found.length === 0) {
    throw new MeshFileError('MESH_BROKEN', file, 'no triangle in the scene of this Collada file', EXPORT_AGAIN);
  }
  return found;
}

function parseDocument(bytes: Uint8Array, file: string): XmlDocument {
  try {
    return parseXml(new TextDecoder().decode(bytes));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new MeshFileError('MESH_BROKEN', file, `not well-formed XML: ${reason}`, EXPORT_AGAIN, { cause });
  }
}

function index(element: XmlElement, byId: Map<string, XmlElement>): void {
  if (element.attributes.id !== undefined) byId.set(element.attributes.id, element);
  for (const node of element.children) if (node instanceof XmlElement) index(node, byId);
}

function children(element: XmlElement | undefined, name?: string): XmlElement[] {
  const found: XmlElement[] = [];
  for (const node of element?.children ?? []) {
    if (node instanceof XmlElement && (name === undefined || node.name === name)) found.push(node);
  }
  return found;
}

function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return children(element, name)[0];
}

function reference(url: string | undefined): string {
  return (url ?? '').replace(/^#/, '');
}

function follow(reading: Reading, url: string | undefined, what: string): XmlElement {
  const element = reading.byId.get(reference(url));
  if (element === undefined) {
    throw new MeshFileError('MESH_BROKEN', reading.file, `${what} "${url ?? ''}" does not exist`, EXPORT_AGAIN);
  }
  return element;
}

function numbersIn(reading: Reading, text: string, what: string): Float64Array {
  const words = text.trim().split(/\s+/);
  const values = Float64Array.from(words[0] === '' ? [] : words, Number);
  if (!values.every(Number.isFinite)) {
    throw new MeshFileError('MESH_BROKEN', reading.file, `${what} holds something that is no number`, EXPORT_AGAIN);
  }
  return values;
}

/** @param above the nodes this one hangs under */
function readNode(reading: Reading, node: XmlElement, parent: Affine, above: readonly XmlElement[]): void {
  if (above.includes(node)) {
    throw new MeshFileError('MESH_BROKEN', reading.file, 'its nodes are nested in a circle', EXPORT_AGAIN);
  }
  const path = [...above, node];
  let transform = parent;
  for (const element of children(node)) {
    const name = `<${element.name}> of node "${node.attributes.id ?? ''}"`;
    switch (element.name) {
      case 'matrix':
      case 'translate':
      case 'rotate':
      case 'scale': {
        const step = nodeTransform(element.name, numbersIn(reading, element.text, name));
        if (step === undefined) {
          throw new MeshFileError('MESH_BROKEN', reading.file, `${name} has too few numbers`, EXPORT_AGAIN);
        }
        transform = multiply(transform, step);
        break;
      }
      case 'node':
        readNode(reading, element, transform, path);
        break;
      case 'instance_node':
        readNode(reading, follow(reading, element.attributes.url, 'node'), transform, path);
        break;
      case 'instance_geometry':
        readGeometry(reading, element, transform);
        break;
    }
  }
}

function readGeometry(reading: Reading, instance: XmlElement, transform: Affine): void {
  const geometry = follow(reading, instance.attributes.url, 'geometry');
  const targets = new Map<string, string>();
  const bound = child(child(instance, 'bind_material'), 'technique_common');
  for (const { attributes } of children(bound, 'instance_material')) targets.set(attributes.symbol, attributes.target);
  for (const group of children(child(geometry, 'mesh'))) {
    if (!['triangles', 'polylist', 'polygons'].includes(group.name)) continue;
    const symbol = group.attributes.material ?? '';
    const target = reference(targets.get(symbol) ?? symbol);
    let surface = reading.surfaces.get(target);
    if (surface === undefined) {
      surface = { builder: createSurfaceBuilder(), name: target, color: diffuseColor(reading, target) };
      reading.surfaces.set(target, surface);
    }
    readGroup(reading, group, transform, surface.builder);
  }
}

function diffuseColor(reading: Reading, materialId: string): Vec3 | undefined {
  const effect = child(reading.byId.get(materialId), 'instance_effect');
  const technique = child(child(reading.byId.get(reference(effect?.attributes.url)), 'profile_COMMON'), 'technique');
  for (const model of children(technique)) {
    const color = child(child(model, 'diffuse'), 'color');
    if (color === undefined) continue;
    const [red, green, blue] = numbersIn(reading, color.text, `the colour of material "${materialId}"`);
    return [red, green, blue];
  }
  return undefined;
}

function inputsOf(element: XmlElement): Input[] {
  return children(element, 'input').map(({ attributes }) => ({
    semantic: attributes.semantic ?? '',
    source: attributes.source ?? '',
    offset: Number(attributes.offset ?? 0),
  }));
}

function sourceNumbers(reading: Reading, url: string): Float64Array {
  let values = reading.sources.get(url);
  if (values === undefined) {
    const source = follow(reading, url, 'source');
    values = numbersIn(reading, child(source, 'float_array')?.text ?? '', `source "${url}"`);
    reading.sources.set(url, values);
  }
  return values;
}

function readGroup(reading: Reading, group: XmlElement, transform: Affine, builder: SurfaceBuilder): void {
  const inputs = inputsOf(group);
  const stride = Math.max(0, ...inputs.map((input) => input.offset)) + 1;
  const vertex = inputs.find((input) => input.semantic === 'VERTEX');
  if (vertex === undefined) {
    throw new MeshFileError('MESH_BROKEN', reading.file, `a <${group.name}> has no vertices`, EXPORT_AGAIN);
  }
  const inner = inputsOf(follow(reading, vertex.source, 'vertices'));
  const place = inner.find((input) => input.semantic === 'POSITION');
  const positions = sourceNumbers(reading, place?.source ?? '');
  const shared = inner.find((input) => input.semantic === 'NORMAL');
  const own = inputs.find((input) => input.semantic === 'NORMAL');
  const normalSource = own ?? shared;
  const normals = normalSource === undefined ? undefined : sourceNumbers(reading, normalSource.source);
  const normalOffset = own?.offset ?? vertex.offset;

  const addPolygon = (p: Float64Array, from: number, corners: number) => {
    const read = (corner: number) => {
      const at = (from + corner) * stride;
      const position = triple(reading, positions, p[at + vertex.offset]);
      const normal = normals === undefined ? undefined : triple(reading, normals, p[at + normalOffset]);
      return {
        position: transformPosition(transform, position),
        normal: normal === undefined ? undefined : transformNormal(transform, normal),
      };
    };
    for (let k = 2; k < corners; k++) {
      // A mirroring transform turns triangles inside out; taking the corners the other way round turns them back.
      const order = transform.mirrors ? [0, k, k - 1] : [0, k - 1, k];
      for (const corner of order) {
        const { position, normal } = read(corner);
        builder.corner(position, normal);
      }
    }
  };
  const lists = children(group, 'p').map((p) => numbersIn(reading, p.text, `a <${group.name}>`));
  if (group.name === 'polygons') {
    for (const p of lists) addPolygon(p, 0, p.length / stride);
    return;
  }
  for (const p of lists) {
    const corners = p.length / stride;
    const counts =
      group.name === 'polylist'
        ? numbersIn(reading, child(group, 'vcount')?.text ?? '', 'a <vcount>')
        : new Float64Array(Math.floor(corners / 3)).fill(3);
    const wanted = counts.reduce((sum, count) => sum + count, 0);
    if (wanted !== corners) {
      throw new MeshFileError(
        'MESH_BROKEN',
        reading.file,
        `a <${group.name}> announces ${wanted} corners but lists ${corners}`,
        EXPORT_AGAIN,
      );
    }
    let from = 0;
    for (const count of counts) {
      addPolygon(p, from, count);
      from += count;
    }
  }
}

function triple(reading: Reading, values: Float64Array, number: number): Vec3 {
  const at = number * 3;
  if (!(Number.isInteger(number) && at >= 0 && at + 2 < values.length)) {
    throw new MeshFileError(
      'MESH_BROKEN',
      reading.file,
      `a corner points at entry ${number} of a source with ${Math.floor(values.length / 3)}`,
      EXPORT_AGAIN,
    );
  }
  return [values[at], values[at + 1], values[at + 2]];
}
