import { describe, expect, it } from 'vitest';
import { meshBounds, meshVolume, type TriangleMesh, triangleCount } from '../../sim/cameras/mesh.ts';
import { parseCollada } from '../../sim/cameras/mesh-collada.ts';
import { MeshFileError } from '../../sim/cameras/mesh-file-error.ts';
import { parseObj } from '../../sim/cameras/mesh-obj.ts';
import { parseStl } from '../../sim/cameras/mesh-stl.ts';
import { roundedBox } from '../../sim/cameras/shapes.ts';
import { loadPandaMeshes, type MeshFolder } from '../../sim/robots/panda/mesh-files.ts';
import { PILOT_BLUE, SHELL_WHITE } from '../../sim/robots/panda/visual-part.ts';
import { expectSound } from './mesh-soundness.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const box = roundedBox([0.1, 0.2, 0.3], [0.2, 0.4, 0.6], 0);

/** The box as files of each kind, written here the plain way. */
function objText(mesh: TriangleMesh, head = '', normals = false): string {
  const lines = [head];
  for (let i = 0; i < mesh.positions.length; i += 3)
    lines.push(`v ${[...mesh.positions.subarray(i, i + 3)].join(' ')}`);
  for (let i = 0; i < mesh.normals.length; i += 3) lines.push(`vn ${[...mesh.normals.subarray(i, i + 3)].join(' ')}`);
  for (let t = 0; t < mesh.indices.length; t += 3) {
    const corners = [...mesh.indices.subarray(t, t + 3)].map((index) =>
      normals ? `${index + 1}//${index + 1}` : index + 1,
    );
    lines.push(`f ${corners.join(' ')}`);
  }
  return `${lines.join('\n')}\n`;
}

function stlBytes(mesh: TriangleMesh): Uint8Array {
  const count = triangleCount(mesh);
  const view = new DataView(new ArrayBuffer(84 + 50 * count));
  view.setUint32(80, count, true);
  mesh.indices.forEach((index, corner) => {
    for (let axis = 0; axis < 3; axis++) {
      const at = 84 + Math.floor(corner / 3) * 50 + 12 + (corner % 3) * 12 + axis * 4;
      view.setFloat32(at, mesh.positions[index * 3 + axis], true);
    }
  });
  return new Uint8Array(view.buffer);
}

function stlText(mesh: TriangleMesh): string {
  const lines = ['solid box'];
  for (let t = 0; t < mesh.indices.length; t += 3) {
    lines.push('facet normal 0 0 0', 'outer loop');
    for (const index of mesh.indices.subarray(t, t + 3)) {
      lines.push(`vertex ${[...mesh.positions.subarray(index * 3, index * 3 + 3)].join(' ')}`);
    }
    lines.push('endloop', 'endfacet');
  }
  return `${lines.join('\n')}\nendsolid box\n`;
}

/** A square metre in z = 0 with the corner at the origin, as one polygon, with its looks and place left open. */
function colladaText(
  options: { asset?: string; node?: string; group?: string; color?: string; scene?: string } = {},
): string {
  const group =
    options.group ??
    '<polylist material="m" count="1"><input semantic="VERTEX" source="#v" offset="0"/><vcount>4</vcount><p>0 1 2 3</p></polylist>';
  return `<?xml version="1.0"?><COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset>${options.asset ?? '<unit name="meter" meter="1"/><up_axis>Z_UP</up_axis>'}</asset>
<library_effects><effect id="e"><profile_COMMON><technique sid="c"><phong><diffuse><color>${options.color ?? '0.25 0.5 0.75 1'}</color></diffuse></phong></technique></profile_COMMON></effect></library_effects>
<library_materials><material id="paint"><instance_effect url="#e"/></material></library_materials>
<library_geometries><geometry id="g"><mesh>
<source id="p"><float_array id="pa" count="12">0 0 0 1 0 0 1 1 0 0 1 0</float_array></source>
<source id="n"><float_array id="na" count="6">0 0 1 0 0 -1</float_array></source>
<vertices id="v"><input semantic="POSITION" source="#p"/></vertices>${group}</mesh></geometry></library_geometries>
<library_visual_scenes><visual_scene id="s"><node id="a">${options.node ?? ''}<instance_geometry url="#g"><bind_material><technique_common><instance_material symbol="m" target="#paint"/></technique_common></bind_material></instance_geometry></node></visual_scene></library_visual_scenes>
<scene>${options.scene ?? '<instance_visual_scene url="#s"/>'}</scene></COLLADA>`;
}

describe('an OBJ file', () => {
  it('gives the box that was written, with or without its normals', () => {
    for (const normals of [false, true]) {
      const [{ mesh }] = parseObj(bytes(objText(box, '', normals)), 'box.obj', () => undefined);
      expectSound(mesh);
      expect(meshVolume(mesh)).toBeCloseTo(meshVolume(box), 7);
      expect(meshBounds(mesh)).toEqual(meshBounds(box));
    }
  });

  it('parts surfaces by material and takes their colours from the MTL file', () => {
    const text = `mtllib looks.mtl
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
usemtl red one
f -4 -3 -2 -1
usemtl plain
f 1/7 2/7 3/7
`;
    const surfaces = parseObj(bytes(text), 'a.obj', (name) =>
      name === 'looks.mtl' ? bytes('newmtl red one\nKd 0.8 0.1 0\n') : undefined,
    );
    expect(surfaces.map(({ materialName, colorSrgb, mesh }) => [materialName, colorSrgb, triangleCount(mesh)])).toEqual(
      [
        ['red one', [0.8, 0.1, 0], 2],
        ['plain', undefined, 1],
      ],
    );
  });

  it('says in which line it is broken', () => {
    const parse = (text: string) => () => parseObj(bytes(text), 'bad.obj', () => undefined);
    expect(parse('v 0 0\n')).toThrow('bad.obj: line 1: three numbers are expected here');
    expect(parse('v 0 0 0\nv 1 0 0\nv 0 1 x\n')).toThrow('line 3');
    expect(parse('v 0 0 0\nv 1 0 0\nf 1 2 3\n')).toThrow('line 3: vertex "3" does not exist, the file has 2 so far');
    expect(parse('v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2\n')).toThrow('line 4: a face needs at least three corners');
    expect(parse('v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1//1 2//1 3//1\n')).toThrow('normal "1" does not exist');
    expect(parse('# nothing\n')).toThrow('no triangle');
  });
});

describe('an STL file', () => {
  it('gives the box that was written, binary or text', () => {
    for (const file of [stlBytes(box), bytes(stlText(box))]) {
      const { mesh, colorSrgb } = parseStl(file, 'box.stl');
      expectSound(mesh);
      expect(meshVolume(mesh)).toBeCloseTo(meshVolume(box), 7);
      expect(colorSrgb).toBeUndefined();
    }
  });

  it('is read as binary even when its header says "solid"', () => {
    const file = stlBytes(box);
    file.set(bytes('solid facet'));
    expect(triangleCount(parseStl(file, 'box.stl').mesh)).toBe(triangleCount(box));
  });

  it('says when it is cut off or something else', () => {
    expect(() => parseStl(stlBytes(box).subarray(0, 200), 'cut.stl')).toThrow(
      'cut.stl: 200 bytes do not hold the 12 triangles its header announces',
    );
    expect(() => parseStl(bytes('hello'), 'no.stl')).toThrow('not an STL');
    expect(() =>
      parseStl(bytes('solid a\nfacet\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nendloop\n'), 'two.stl'),
    ).toThrow('line 6: a facet needs three vertices');
    const broken = stlBytes(box);
    new DataView(broken.buffer).setFloat32(96, Number.NaN, true);
    expect(() => parseStl(broken, 'nan.stl')).toThrow('triangle 1: a coordinate is no number');
  });
});

describe('a Collada file', () => {
  const read = (options?: Parameters<typeof colladaText>[0]) => parseCollada(bytes(colladaText(options)), 'a.dae');

  it('gives polygons with the diffuse colour of their material', () => {
    const [surface, ...others] = read();
    expect(others).toEqual([]);
    expect(surface.colorSrgb).toEqual([0.25, 0.5, 0.75]);
    expect(surface.materialName).toBe('paint');
    expect(triangleCount(surface.mesh)).toBe(2);
    expect(meshBounds(surface.mesh)).toEqual({ min: [0, 0, 0], max: [1, 1, 0] });
    expect([...surface.mesh.normals.subarray(0, 3)]).toEqual([0, 0, 1]);
  });

  it('takes normals by their own index', () => {
    const group = `<triangles material="m" count="1"><input semantic="VERTEX" source="#v" offset="0"/>
      <input semantic="NORMAL" source="#n" offset="1"/><p>0 1 1 1 2 1</p></triangles>`;
    expect([...read({ group })[0].mesh.normals.subarray(0, 3)]).toEqual([0, 0, -1]);
  });

  it('follows matrices, moves, turns, scales, the unit and the axis that points up', () => {
    const bounds = (options: Parameters<typeof colladaText>[0]) => {
      const { min, max } = meshBounds(read(options)[0].mesh);
      return [...min, ...max].map((value) => Math.round(value * 1e5) / 1e5 + 0);
    };
    expect(bounds({ node: '<matrix>1 0 0 5 0 1 0 6 0 0 1 7 0 0 0 1</matrix>' })).toEqual([5, 6, 7, 6, 7, 7]);
    expect(bounds({ node: '<translate>1 0 0</translate><rotate>0 0 1 90</rotate><scale>2 3 1</scale>' })).toEqual([
      -2, 0, 0, 1, 2, 0,
    ]);
    expect(bounds({ asset: '<unit meter="0.01"/><up_axis>Z_UP</up_axis>' })).toEqual([0, 0, 0, 0.01, 0.01, 0]);
    expect(bounds({ asset: '<up_axis>Y_UP</up_axis>' })).toEqual([0, 0, 0, 1, 0, 1]);
    expect(bounds({ asset: '<up_axis>X_UP</up_axis>' })).toEqual([-1, 0, 0, 0, 0, 1]);
  });

  it('turns triangles back that a mirror turned over', () => {
    const [{ mesh }] = read({ node: '<scale>-1 1 1</scale>' });
    const face = (t: number) => {
      const [a, b, c] = [...mesh.indices.subarray(t * 3, t * 3 + 3)].map((index) => index * 3);
      const p = mesh.positions;
      return (p[b] - p[a]) * (p[c + 1] - p[a + 1]) - (p[b + 1] - p[a + 1]) * (p[c] - p[a]);
    };
    expect(face(0)).toBeGreaterThan(0);
    expect([...mesh.normals.subarray(0, 3)]).toEqual([0, 0, 1]);
  });

  it('says what is broken', () => {
    const broken = (text: string) => () => parseCollada(bytes(text), 'bad.dae');
    expect(broken('<COLLADA>')).toThrow(/bad.dae: not well-formed XML/);
    expect(broken('<svg/>')).toThrow('this is not a Collada file: its root is not <COLLADA>');
    expect(() => read({ scene: '' })).toThrow('names no visual scene');
    expect(() => read({ node: '<scale>1 2</scale>' })).toThrow('<scale> of node "a" has too few numbers');
    expect(() => read({ node: '<translate>1 2 three</translate>' })).toThrow('holds something that is no number');
    expect(() => read({ node: '<instance_node url="#a"/>' })).toThrow('nested in a circle');
    expect(() => read({ node: '<instance_geometry url="#gone"/>' })).toThrow('geometry "#gone" does not exist');
    const group = (p: string) =>
      `<triangles count="1"><input semantic="VERTEX" source="#v" offset="0"/><p>${p}</p></triangles>`;
    expect(() => read({ group: group('0 1 9') })).toThrow('a corner points at entry 9 of a source with 4');
    expect(() => read({ group: group('0 1 2 3') })).toThrow('announces 3 corners but lists 4');
    expect(() => read({ group: '' })).toThrow('no triangle in the scene');
  });
});

const BODIES = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => `link${i}`).concat('hand', 'finger');

function folder(files: Readonly<Record<string, string | Uint8Array>>): MeshFolder {
  return {
    list: Object.keys(files),
    read: (name) => {
      const content = files[name];
      if (content === undefined) throw new Error('no such file');
      return typeof content === 'string' ? bytes(content) : content;
    },
  };
}

function every(name: (body: string) => string, content: string): Record<string, string> {
  return Object.fromEntries(BODIES.map((body) => [name(body), content]));
}

function caught(action: () => unknown): MeshFileError {
  try {
    action();
  } catch (error) {
    if (error instanceof MeshFileError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe("the user's own meshes of the Panda", () => {
  it('come from the assets of mujoco_menagerie, parts in order, collision meshes left out, colours by part', () => {
    const files: Record<string, string | Uint8Array> = every((body) => `${body}_0.obj`, objText(box));
    files['link6_10.obj'] = objText(box);
    files['link6_7.obj'] = objText(box);
    files['link0.stl'] = stlBytes(box);
    files['link5_collision_0.obj'] = 'broken';
    files['collision/link2_0.obj'] = 'broken';
    files['link1.obj'] = files['link1_0.obj'];
    delete files['link1_0.obj'];
    files['README.md'] = 'hello';
    const parts = loadPandaMeshes(folder(files));
    expect(parts.filter((part) => part.frame === 'link6')).toHaveLength(3);
    expect(parts.filter((part) => part.frame === 'link6')[1].material).toBe(PILOT_BLUE);
    expect(parts.filter((part) => part.frame === 'link0')).toHaveLength(1);
    expect(parts.find((part) => part.frame === 'link1')?.material).toBe(SHELL_WHITE);
    const [left, right] = ['left_finger', 'right_finger'].map((frame) => parts.find((part) => part.frame === frame));
    expect(left?.mesh).toBe(right?.mesh);
  });

  it('come from franka_description, where the right robot and the white hand are taken', () => {
    const files: Record<string, string> = {};
    for (const robot of ['fer', 'fr3']) {
      for (let i = 0; i < 8; i++) {
        files[`robot_arms/${robot}/visual/link${i}.dae`] = colladaText({
          color: robot === 'fer' ? '1 1 1 1' : '0 0 0 1',
        });
        files[`robot_arms/${robot}/collision/link${i}.stl`] = 'broken';
      }
    }
    for (const hand of ['franka_hand_black', 'franka_hand_white']) {
      const color = hand === 'franka_hand_white' ? '1 1 1 1' : '0 0 0 1';
      for (const body of ['hand', 'finger']) files[`robot_ee/${hand}/visual/${body}.dae`] = colladaText({ color });
    }
    const parts = loadPandaMeshes(folder(files));
    expect(parts).toHaveLength(11);
    expect(parts.every((part) => part.material.colorSrgb[0] === 1)).toBe(true);
  });

  it('name every body that is missing', () => {
    const files = every((body) => `${body}.dae`, colladaText());
    delete files['link3.dae'];
    delete files['finger.dae'];
    const error = caught(() => loadPandaMeshes(folder(files)));
    expect(error.code).toBe('MESH_MISSING');
    expect(error.message).toContain('no mesh of link3, finger (8 files were looked at)');
    expect(error.hint).toContain('mujoco_menagerie');
  });

  it('name the file that cannot be read, is broken or only stands for a mesh', () => {
    const files = every((body) => `${body}.dae`, colladaText());
    const failing: MeshFolder = {
      ...folder(files),
      read: (name) => {
        if (name === 'link4.dae') throw new Error('permission denied');
        return folder(files).read(name);
      },
    };
    expect(caught(() => loadPandaMeshes(failing))).toMatchObject({ code: 'MESH_MISSING', file: 'link4.dae' });
    expect(caught(() => loadPandaMeshes(folder({ ...files, 'link2.dae': '<COLLADA' })))).toMatchObject({
      code: 'MESH_BROKEN',
      file: 'link2.dae',
    });
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';
    expect(caught(() => loadPandaMeshes(folder({ ...files, 'hand.dae': pointer })))).toMatchObject({
      code: 'MESH_UNSUPPORTED',
      file: 'hand.dae',
    });
  });

  it('refuse a folder with two robots that nothing tells apart', () => {
    const files = every((body) => `one/${body}.dae`, colladaText());
    const error = caught(() =>
      loadPandaMeshes(folder({ ...files, ...every((body) => `two/${body}.dae`, colladaText()) })),
    );
    expect(error).toMatchObject({ code: 'MESH_AMBIGUOUS', file: 'two/link0.dae' });
    expect(error.message).toContain('one/link0.dae');
  });
});
