// For working on the page: serves what the build made, with a canned store and a real broker behind it; every order
// placed goes through a whole story.
//   node dev/serve.mjs [port]
import path from "node:path";
import { fileURLToPath } from "node:url";

import { CannedStore } from "./canned-store.mjs";
import { tellDeclinedStory, tellHappyStory } from "./story.mjs";

const share = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../build/release/share/dray");
const store = await new CannedStore({ web: path.join(share, "web"), map: path.join(share, "chicago") }).start(
  Number(process.argv[2] ?? 0),
);
console.log(`the page: ${store.url}`);

const told = new Set();
setInterval(() => {
  for (const id of store.orders.keys()) {
    if (told.has(id)) continue;
    told.add(id);
    void (store.isDeclined ? tellDeclinedStory : tellHappyStory)(store, id);
  }
}, 100);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => void store.stop().then(() => process.exit(0)));
}
