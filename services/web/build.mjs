// Builds the pages: proto -> TypeScript, type check, bundles, static files.
//
//   node build.mjs --work DIR --out DIR --proto DIR [--protoc FILE]
//
// A folder of src/ with a main.ts is a page: it becomes assets/<folder>.js and .css, which its HTML in public/ loads. What
// pages share is a chunk of its own.
// DIR of --work keeps what is generated; DIR of --out is what the store serves. Unit tests are bundled into
// --work/test, so that Node runs the same modules as the browser.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const source = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    work: { type: "string" },
    out: { type: "string" },
    proto: { type: "string" },
    protoc: { type: "string", default: "protoc" },
  },
});
for (const name of ["work", "out", "proto"]) {
  if (!options[name]) fail(`--${name} DIR is missing`);
}
const modules = path.join(source, "node_modules");
if (!fs.existsSync(path.join(modules, "esbuild"))) {
  fail(`npm packages are missing in ${source}; run 'make deps'`);
}
const { build } = await import("esbuild");
const work = path.resolve(options.work);
const out = path.resolve(options.out);

generateProto();
checkTypes();
await bundlePages();
await bundleTests();

function generateProto() {
  const generated = path.join(work, "gen");
  fs.rmSync(generated, { recursive: true, force: true });
  fs.mkdirSync(generated, { recursive: true });
  // The generated modules find their runtime through this link.
  const link = path.join(work, "node_modules");
  fs.rmSync(link, { force: true });
  fs.symlinkSync(modules, link);

  const folder = path.join(options.proto, "dray/v1");
  const files = fs.readdirSync(folder).filter((name) => name.endsWith(".proto"));
  run(options.protoc, [
    `--plugin=protoc-gen-es=${path.join(modules, ".bin/protoc-gen-es")}`,
    `--proto_path=${options.proto}`,
    `--es_out=${generated}`,
    "--es_opt=target=ts",
    ...files.map((name) => path.join(folder, name)),
  ]);
}

function checkTypes() {
  const config = {
    extends: path.join(source, "tsconfig.json"),
    compilerOptions: { baseUrl: source, paths: { "@proto/*": [path.join(work, "gen/dray/v1/*")] } },
    include: [path.join(source, "src")],
  };
  fs.writeFileSync(path.join(work, "tsconfig.json"), JSON.stringify(config));
  run(process.execPath, [path.join(modules, "typescript/bin/tsc"), "--project", path.join(work, "tsconfig.json")]);
}

async function bundlePages() {
  fs.rmSync(out, { recursive: true, force: true });
  fs.cpSync(path.join(source, "public"), out, { recursive: true });
  const folders = fs.readdirSync(path.join(source, "src"));
  const pages = folders.map((name) => [name, path.join(source, "src", name, "main.ts")]).filter(([, main]) => fs.existsSync(main));
  await build({
    entryPoints: Object.fromEntries(pages),
    outdir: path.join(out, "assets"),
    bundle: true,
    splitting: true,
    minify: true,
    sourcemap: true,
    format: "esm",
    target: "es2022",
    loader: { ".png": "dataurl" },
    legalComments: "linked",
    logLevel: "warning",
    tsconfig: path.join(work, "tsconfig.json"),
  });
}

async function bundleTests() {
  const folder = path.join(source, "test");
  const tests = path.join(work, "test");
  fs.rmSync(tests, { recursive: true, force: true });
  await build({
    entryPoints: fs.readdirSync(folder).map((name) => path.join(folder, name)),
    outdir: tests,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    sourcemap: "inline",
    logLevel: "warning",
    tsconfig: path.join(work, "tsconfig.json"),
  });
}

function run(program, argv) {
  try {
    execFileSync(program, argv, { stdio: ["ignore", "inherit", "inherit"] });
  } catch (error) {
    fail(`${path.basename(program)} failed: ${error.message.split("\n")[0]}`);
  }
}

function fail(message) {
  console.error(`web: ${message}`);
  process.exit(1);
}
