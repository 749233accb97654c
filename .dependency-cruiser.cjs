// The arrows of ARCHITECTURE.md. A room may import only what its rule leaves open.
/** @param {string} name @param {string} from @param {string} to @param {string} comment */
const never = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'A circle through a type or through an import on demand is none when the code runs.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] } },
    },
    {
      name: 'shared-is-pure',
      severity: 'error',
      comment: 'src/shared runs in the webview too: no Node built-ins, no vscode, no other room, no package but zod.',
      from: { path: '^src/shared/' },
      to: { pathNot: ['^src/shared/', '/node_modules/zod/', '^node_modules/zod/'] },
    },
    {
      name: 'webview-imports-shared-only',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^(src|test|bench|scripts)/', pathNot: '^src/shared/' },
    },
    never(
      'toolkit-in-one-module',
      '^(src|webview)/(?!controls\\.ts)',
      '@vscode/webview-ui-toolkit',
      'Archived upstream: only webview/controls.ts.',
    ),
    {
      name: 'vscode-in-editor-only',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: '^src/(editor/|extension\\.ts)' },
      to: { path: '^vscode$' },
    },
    {
      name: 'editor-sees-client-and-catalog-only',
      severity: 'error',
      comment: 'The extension host never computes.',
      from: { path: '^src/(editor/|extension\\.ts)' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/editor/',
          '^src/shared/',
          '^src/engine/(client|store|cache-folder|kept)\\.ts$',
          '^src/analyses/catalog\\.ts$',
          '^src/(study|yaml|cluster)/',
          '^src/engine/study/(open|record|failures)\\.ts$',
          '^src/hub/',
        ],
      },
    },
    {
      name: 'hub-knows-shared-only',
      severity: 'error',
      comment: 'What fetches models touches nothing that reads them.',
      from: { path: '^src/hub/' },
      to: { path: '^src/', pathNot: ['^src/hub/', '^src/shared/'] },
    },
    never(
      'only-the-hub-fetches',
      '^(src|webview)/(?!hub/)',
      '@huggingface/hub',
      'Everything else works without a network.',
    ),
    {
      name: 'client-and-store-stay-light',
      severity: 'error',
      comment: 'They load in the extension host: nothing that computes may follow.',
      from: { path: '^src/engine/(client|store|cache-folder|kept)\\.ts$' },
      to: {
        path: '^src/',
        pathNot: [
          '^src/shared/',
          '^src/study/state\\.ts$',
          '^src/engine/(client|store)',
          '^src/data/(npy-file|make-folder)\\.ts$',
        ],
      },
    },
    {
      name: 'specs-are-pure',
      severity: 'error',
      from: { path: '^src/analyses/(catalog|[^/]+/(spec|presets))\\.ts$' },
      to: { pathNot: ['^src/shared/', '^src/analyses/[^/]+/(spec|presets)\\.ts$', 'node_modules/zod/'] },
    },
    {
      name: 'studies-are-pure',
      severity: 'error',
      comment:
        'What a study says, asks for and does next: editor and command line share it. The engine looks at files.',
      from: { path: '^src/study/' },
      to: { path: '^src/', pathNot: ['^src/study/', '^src/yaml/', '^src/shared/', '^src/analyses/catalog\\.ts$'] },
    },
    {
      name: 'yaml-stands-alone',
      severity: 'error',
      from: { path: '^src/yaml/' },
      to: { path: '^src/', pathNot: ['^src/yaml/', '^src/shared/'] },
    },
    {
      name: 'cluster-submits-and-reads',
      severity: 'error',
      comment: 'It writes scripts, asks Slurm and reads marks: what runs on a node is the command line.',
      from: { path: '^src/cluster/' },
      to: {
        path: '^src/',
        pathNot: ['^src/(cluster|shared|study)/', '^src/engine/shards/marks\\.ts$', '^src/engine/study/failures\\.ts$'],
      },
    },
    never(
      'models-stand-below-analyses',
      '^src/(models|data|math)/',
      '^src/(analyses|engine|editor|cli)',
      'Nothing points back.',
    ),
    never('math-stands-alone', '^src/math/', '^src/(models|data)/', 'Kernels know nothing of models or files.'),
    never(
      'analyses-know-no-engine',
      '^src/analyses/',
      '^src/(engine|editor|cli)',
      'The engine lends them what they need.',
    ),
    {
      name: 'one-analysis-per-folder',
      severity: 'error',
      comment: 'What two analyses share moves down into models, data or math; what needs the engine, into features.',
      from: { path: '^src/analyses/([^/]+)/', pathNot: '^src/analyses/context/' },
      to: {
        path: '^src/analyses/[^/]+/',
        pathNot: ['^src/analyses/$1/', '^src/analyses/features/', '^src/analyses/sae/', '/spec\\.ts$'],
      },
    },
    {
      name: 'context-is-alignments',
      severity: 'error',
      comment: 'A context curve is an alignment at every length: it uses alignment as it is, and no other analysis.',
      from: { path: '^src/analyses/context/' },
      to: {
        path: '^src/analyses/[^/]+/',
        pathNot: ['^src/analyses/context/', '^src/analyses/alignment/', '^src/analyses/features/'],
      },
    },
    {
      name: 'onnxruntime-in-models-and-math',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: '^src/(models|math)/' },
      to: { path: 'onnxruntime' },
    },
    never('cli-and-engine-know-no-editor', '^src/(cli|engine)', '^src/editor/', 'Headless stays headless.'),
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: ['^vscode$'] } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
