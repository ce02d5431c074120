// The import floors of src/: what may import what. `npm run lint` keeps them.

/** From the ground up; a file imports from its own floor and from those before it. Each entry: the folders on one floor. */
const FLOORS = [
  ["platform"],
  ["numeric"],
  ["tensor"],
  ["graph"],
  ["runtime"],
  ["nn"],
  ["model"],
  ["interop"],
  ["data"],
  ["plot"],
  ["report"],
  ["jobs"],
  ["explain"],
  ["series", "text", "speech", "pretrained"],
  ["server", "lab", "cli"],
  ["entry"],
];
const KITS = FLOORS.find((folders) => folders.includes("series"));

/** Files that may use Node: whole floors, and what is named `node` elsewhere. biome.json has the list too, for `process` and the like. */
const NODE_SIDE = "^src/(data|plot|jobs|server|cli)/|^src/platform/node[.]ts$|^src/.+/node/";

/** Packages that run on Node only. */
const NODE_PACKAGES = "node_modules/(onnxruntime-node|@duckdb/[^/]+|@resvg/resvg-js|cli-progress|commander)/";

/** A path in one of `folders`; the package's main entry, src/index.ts, stands on the top floor with src/entry. */
const inside = (folders) => {
  const path = `^src/(${folders.join("|")})/`;
  return folders.includes("entry") ? `${path}|^src/index[.]ts$` : path;
};

const floorRules = FLOORS.slice(0, -1).map((folders, level) => ({
  name: `floor-${folders.join("-")}`,
  comment: `src/${folders.join(", src/")} may import from their own floor and from the floors below: ${
    FLOORS.slice(0, level).flat().join(", ") || "none"
  }. Move what is needed down, or hand it in as an argument.`,
  severity: "error",
  from: { path: inside(folders) },
  to: { path: inside(FLOORS.slice(level + 1).flat()) },
}));

const kitRules = KITS.map((kit) => ({
  name: `kit-${kit}`,
  comment:
    "The kits stand side by side and do not import each other. What two of them need belongs on a floor below.",
  severity: "error",
  from: { path: inside([kit]) },
  to: { path: inside(KITS.filter((other) => other !== kit)) },
}));

const everyFloor = inside(FLOORS.flat());

export default {
  forbidden: [
    ...floorRules,
    ...kitRules,
    {
      name: "known-floor",
      comment:
        "This file stands on no floor. Add its folder to FLOORS in .dependency-cruiser.js and to docs/architecture.md.",
      severity: "error",
      from: { pathNot: everyFloor, path: "^src/" },
      to: {},
    },
    {
      name: "known-floor-imported",
      comment:
        "The imported file stands on no floor. Add its folder to FLOORS in .dependency-cruiser.js and to docs/architecture.md.",
      severity: "error",
      from: {},
      to: { path: "^src/", pathNot: everyFloor },
    },
    {
      name: "browser-clean",
      comment:
        'This file must also run in a browser, so it imports nothing of Node. Ask "#platform" for it, or move the code into a node/ folder.',
      severity: "error",
      from: { path: "^src/", pathNot: NODE_SIDE },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "browser-clean-packages",
      comment:
        "This file must also run in a browser, and the package imported runs on Node only. Move the code into a node/ folder.",
      severity: "error",
      from: { path: "^src/", pathNot: NODE_SIDE },
      to: { path: NODE_PACKAGES },
    },
    {
      name: "platform-by-name",
      comment:
        'Import "#platform": the package\'s conditions choose the Node or the browser side. Only the two sides name each other.',
      severity: "error",
      from: { path: "^src/", pathNot: "^src/platform/" },
      to: {
        path: "^src/platform/(node[.]ts|browser[.]ts|node/)",
        dependencyTypesNot: ["aliased-subpath-import"],
      },
    },
    {
      name: "node-side-by-name",
      comment:
        'tensor, graph, runtime, nn and model reach a Node side only through a "#name" of package.json\'s "imports", which has a browser side too.',
      severity: "error",
      from: { path: "^src/(tensor|graph|runtime|nn|model)/", pathNot: NODE_SIDE },
      to: { path: NODE_SIDE, pathNot: "^src/platform/", dependencyTypesNot: ["aliased-subpath-import"] },
    },
    {
      name: "no-cycle",
      comment: "These files import each other in a circle. Type-only imports do not count.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "declared-dependency",
      comment: 'The library may use only packages that stand in "dependencies" of package.json.',
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown", "npm-optional"] },
    },
    {
      name: "resolvable",
      comment: "The imported file or package is not there.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-tests-in-the-library",
      comment: "src/ imports nothing from tests, benchmarks, lessons or scripts.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench|lessons|scripts)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "node", "import", "types", "default"],
      extensions: [".ts", ".js", ".json"],
    },
  },
};
