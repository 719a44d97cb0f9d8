// Owns getting a drawing context in the worker: which one this machine has, and a sentence when there is none. Must
// never draw.

import { LinearToneMapping, PCFShadowMap, SRGBColorSpace, WebGLRenderer } from 'three';

export interface DrawingMeans {
  readonly renderer: WebGLRenderer;
  /** As the driver names itself. */
  readonly name: string;
  /** Drawn by the processor: everything costs more. */
  readonly software: boolean;
}

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;
const EXPOSURE = 1;

/** @throws Error with a sentence for the operator when nothing can be drawn here */
export function openDrawing(canvas: OffscreenCanvas): DrawingMeans {
  const name = driverName();
  if (name === undefined) {
    throw new Error(
      'This browser has no WebGL 2, which the 3D view needs. Turn on hardware acceleration, or use another browser.',
    );
  }
  const software = SOFTWARE.test(name);
  const renderer = new WebGLRenderer({
    canvas,
    // Without a graphics card smooth edges come from the still picture at rest.
    antialias: !software,
    stencil: true,
    alpha: false,
    powerPreference: 'high-performance',
  });
  renderer.outputColorSpace = SRGBColorSpace;
  renderer.toneMapping = LinearToneMapping;
  renderer.toneMappingExposure = EXPOSURE;
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = PCFShadowMap;
  // The stage says when a shadow has moved.
  renderer.shadowMap.autoUpdate = false;
  return { renderer, name, software };
}

/** Asked of a canvas of its own: what a context is made with must be known before it is made. */
function driverName(): string | undefined {
  const probe = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (probe === null) return undefined;
  const info = probe.getExtension('WEBGL_debug_renderer_info');
  const name = probe.getParameter(info === null ? probe.RENDERER : info.UNMASKED_RENDERER_WEBGL);
  probe.getExtension('WEBGL_lose_context')?.loseContext();
  return String(name);
}
