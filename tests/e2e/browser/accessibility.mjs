// What axe-core finds on a page as it stands.
import { createRequire } from "node:module";

const kAxe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const kSerious = ["serious", "critical"];

// -> one line for each serious fault: which rule, and where.
export async function seriousFaults(page) {
  // The page's own policy forbids strange scripts; the driver's are not under it.
  if (!(await page.evaluate(() => "axe" in window))) {
    const { readFile } = await import("node:fs/promises");
    await page.evaluate(await readFile(kAxe, "utf8"));
  }
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => kSerious.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`));
}
