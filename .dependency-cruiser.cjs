// The import arrows of the map: sim <- drivers <- skills <- electron, and what the renderer may see.
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle hides which part stands on which.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'sim-imports-nothing-of-ours',
      comment: 'sim/ is pure physics: it may not know devices, policy code, processes or pixels.',
      severity: 'error',
      from: { path: '^sim/' },
      to: { path: '^(drivers|skills|electron|renderer|test)/' },
    },
    {
      name: 'sim-is-headless',
      comment: 'sim/ runs in Node, Chromium and Electron alike: no node: modules.',
      severity: 'error',
      from: { path: '^sim/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'drivers-import-sim-only',
      severity: 'error',
      from: { path: '^drivers/' },
      to: { path: '^(skills|electron|renderer|test)/' },
    },
    {
      name: 'skills-import-sim-and-drivers-only',
      severity: 'error',
      from: { path: '^skills/' },
      to: { path: '^(electron|renderer|test)/' },
    },
    {
      name: 'electron-imports-no-pixels',
      severity: 'error',
      from: { path: '^electron/' },
      to: { path: '^(renderer|test)/' },
    },
    {
      name: 'renderer-sees-contracts-only',
      comment:
        'The renderer may import the contracts of electron/ipc, what reads an episode, sim/spatial and the limits of an arm: all free of node:.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: {
        path: '^(sim|drivers|skills|electron|test)/',
        pathNot:
          '^(electron/ipc/|drivers/episode/(reader|topics|source|foxglove)\\.ts|sim/spatial\\.ts|sim/robots/panda/limits\\.ts)',
      },
    },
    {
      name: 'gate-has-no-dependency',
      comment: 'The safety path stands on nothing but our own pure code.',
      severity: 'error',
      from: { path: '^drivers/gate/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer'] },
    },
    {
      name: 'only-shell-imports-electron',
      severity: 'error',
      from: { pathNot: '^electron/(main|preload)/' },
      to: { path: '^electron$|node_modules/electron/' },
    },
    {
      name: 'unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Policy programs import what the sandbox gives them, not files.
    exclude: { path: '^skills/(experts|library/entries)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
