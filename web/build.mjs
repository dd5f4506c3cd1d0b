// How a folder of pages is built: its types are checked, its pages bundled for browsers, its tests for Node, so that Node
// runs the same modules. npm packages are the folder's own, and so is its tsconfig.json.
//
//   const build = await openBuild("console", import.meta.url, ["work", "out"]);
//   build.options.out       the arguments: --out DIR
//   build.checkTypes();
//   await build.bundlePages({ entryPoints, outdir });
//   await build.bundleTests();
//
// Whatever fails ends the program, with a line that says what.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

// `required`: options that name a folder. `optional`: others, with their defaults.
export async function openBuild(name, script, required, optional = {}) {
  const fail = (message) => {
    console.error(`${name}: ${message}`);
    process.exit(1);
  };
  const source = path.dirname(fileURLToPath(script));
  const wanted = Object.fromEntries([
    ...required.map((option) => [option, { type: "string" }]),
    ...Object.entries(optional).map(([option, value]) => [option, { type: "string", default: value }]),
  ]);
  const options = parseArgs({ options: wanted }).values;
  for (const option of required) {
    if (!options[option]) fail(`--${option} DIR is missing`);
    options[option] = path.resolve(options[option]);
  }
  const modules = path.join(source, "node_modules");
  if (!fs.existsSync(path.join(modules, "esbuild"))) fail(`npm packages are missing in ${source}; run 'make deps'`);
  const esbuild = createRequire(script)("esbuild");
  return new Build({ source, modules, options, esbuild, fail });
}

class Build {
  constructor(parts) {
    Object.assign(this, parts);
    this.tsconfig = path.join(this.source, "tsconfig.json");
  }

  run(program, argv) {
    try {
      execFileSync(program, argv, { stdio: ["ignore", "inherit", "inherit"] });
    } catch (error) {
      this.fail(`${path.basename(program)} failed: ${error.message.split("\n")[0]}`);
    }
  }

  checkTypes() {
    this.run(process.execPath, [path.join(this.modules, "typescript/bin/tsc"), "--project", this.tsconfig]);
  }

  // `pages`: esbuild's options, such as where they begin and where they go.
  async bundlePages(pages) {
    await this.esbuild.build({
      bundle: true,
      splitting: true,
      minify: true,
      format: "esm",
      target: "es2022",
      legalComments: "linked",
      logLevel: "warning",
      tsconfig: this.tsconfig,
      ...pages,
    });
  }

  // Each file of test/, into test/ of --work.
  async bundleTests() {
    const folder = path.join(this.source, "test");
    const outdir = path.join(this.options.work, "test");
    fs.rmSync(outdir, { recursive: true, force: true });
    await this.esbuild.build({
      entryPoints: fs.readdirSync(folder).map((file) => path.join(folder, file)),
      outdir,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      format: "esm",
      sourcemap: "inline",
      logLevel: "warning",
      tsconfig: this.tsconfig,
    });
  }
}
