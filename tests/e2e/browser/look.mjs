// Judging what is on the screen.
import { PNG } from "pngjs";

// How many different colours a screenshot has: a blank one has one or two.
export async function coloursOf(png) {
  const { data } = PNG.sync.read(png);
  const seen = new Set();
  for (let index = 0; index < data.length; index += 4) seen.add(data.readUIntBE(index, 3));
  return seen.size;
}

// A growing set, in the page, of the places at which Leaflet has put a marker.
export function placesOf(page, selector) {
  return page.locator(selector).evaluateHandle((element) => {
    const places = new Set();
    const note = () => places.add(element.style.transform);
    new MutationObserver(note).observe(element, { attributeFilter: ["style"] });
    note();
    return places;
  });
}

// By how many pixels the page is wider than its screen; a phone's window grows with what sticks out, so it tells nothing.
export async function overhang(page) {
  return (await page.evaluate(() => document.documentElement.scrollWidth)) - page.viewportSize().width;
}
