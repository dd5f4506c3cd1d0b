// Builds the console: type check, bundle, static files, side by side in one folder (web/build.mjs).
//
//   node build.mjs --work DIR --out DIR
//
// DIR of --out is what drayd serves (admin.console_dir); unit tests go to --work/test.
import fs from "node:fs";
import path from "node:path";

import { openBuild } from "../../web/build.mjs";

const build = await openBuild("console", import.meta.url, ["work", "out"]);
const { source, options } = build;

build.checkTypes();
fs.rmSync(options.out, { recursive: true, force: true });
await build.bundlePages({ entryPoints: { console: path.join(source, "src/main.ts") }, outdir: options.out });
// index.html comes last: without it drayd serves nothing, so it never serves half a page.
for (const name of fs.readdirSync(path.join(source, "public")).sort().reverse()) {
  fs.copyFileSync(path.join(source, "public", name), path.join(options.out, name));
}
await build.bundleTests();
