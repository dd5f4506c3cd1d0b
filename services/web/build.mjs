// Builds the pages: proto -> TypeScript, type check, bundles, static files (web/build.mjs).
//
//   node build.mjs --work DIR --out DIR --proto DIR [--protoc FILE]
//
// A folder of src/ with a main.ts is a page: it becomes assets/<folder>.js and .css, which its HTML in public/ loads. What
// pages share is a chunk of its own.
// DIR of --work keeps what is generated, and unit tests in test/; DIR of --out is what the store serves.
import fs from "node:fs";
import path from "node:path";

import { openBuild } from "../../web/build.mjs";

const build = await openBuild("web", import.meta.url, ["work", "out", "proto"], { protoc: "protoc" });
const { source, modules, options } = build;
const { work, out, proto } = options;

generateProto();
build.tsconfig = writeTsconfig();
build.checkTypes();
fs.rmSync(out, { recursive: true, force: true });
fs.cpSync(path.join(source, "public"), out, { recursive: true });
await build.bundlePages({
  entryPoints: Object.fromEntries(pages()),
  outdir: path.join(out, "assets"),
  sourcemap: true,
  loader: { ".png": "dataurl" },
});
await build.bundleTests();

function generateProto() {
  const generated = path.join(work, "gen");
  fs.rmSync(generated, { recursive: true, force: true });
  fs.mkdirSync(generated, { recursive: true });
  // The generated modules find their runtime through this link.
  const link = path.join(work, "node_modules");
  fs.rmSync(link, { force: true });
  fs.symlinkSync(modules, link);

  const folder = path.join(proto, "dray/v1");
  const files = fs.readdirSync(folder).filter((name) => name.endsWith(".proto"));
  build.run(options.protoc, [
    `--plugin=protoc-gen-es=${path.join(modules, ".bin/protoc-gen-es")}`,
    `--proto_path=${proto}`,
    `--es_out=${generated}`,
    "--es_opt=target=ts",
    ...files.map((name) => path.join(folder, name)),
  ]);
}

// The folder's own, and where the generated modules are.
function writeTsconfig() {
  const file = path.join(work, "tsconfig.json");
  const config = {
    extends: path.join(source, "tsconfig.json"),
    compilerOptions: {
      baseUrl: source,
      paths: { "@proto/*": [path.join(work, "gen/dray/v1/*")], "@web/*": [path.join(source, "../../web/*")] },
    },
    include: [path.join(source, "src")],
  };
  fs.writeFileSync(file, JSON.stringify(config));
  return file;
}

function pages() {
  const folders = fs.readdirSync(path.join(source, "src"));
  return folders.map((name) => [name, path.join(source, "src", name, "main.ts")]).filter(([, main]) => fs.existsSync(main));
}
