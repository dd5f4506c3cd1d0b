// What axe-core finds on a page as it stands.
import { createRequire } from "node:module";

const kAxe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const kSerious = ["serious", "critical"];

// By day and by night: colours are all that differs. -> as seriousFaults.
export async function seriousFaultsDayAndNight(page) {
  await page.emulateMedia({ colorScheme: "dark" });
  const byNight = await seriousFaults(page, { runOnly: ["color-contrast"] });
  await page.emulateMedia({ colorScheme: "light" });
  return [...byNight.map((fault) => `by night, ${fault}`), ...(await seriousFaults(page))];
}

// -> one line for each serious fault: which rule, and where. `options`: as axe knows them.
export async function seriousFaults(page, options = {}) {
  // The page's own policy forbids strange scripts; the driver's are not under it.
  if (!(await page.evaluate(() => "axe" in window))) {
    const { readFile } = await import("node:fs/promises");
    await page.evaluate(await readFile(kAxe, "utf8"));
  }
  const run = (chosen) => window.axe.run(document, { resultTypes: ["violations"], ...chosen });
  const { violations } = await page.evaluate(run, options);
  return violations
    .filter(({ impact }) => kSerious.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`));
}
