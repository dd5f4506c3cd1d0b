// The map's colours by day and by night; the page around it has its own in styles/.
export interface Palette {
  land: string;
  // Where the map ends.
  outside: string;
  water: string;
  park: string;
  casing: string;
  text: string;
  // From service road to motorway.
  roads: string[];
}

const kDay: Palette = {
  land: "#f3efe6",
  outside: "#e2ddd2",
  water: "#b7d3e2",
  park: "#d9e6c6",
  casing: "#dcd4c4",
  text: "#7a6f60",
  roads: ["#fffdf8", "#fffdf8", "#fffdf8", "#fff3d6", "#fbe0ab", "#f6cd83"],
};

const kNight: Palette = {
  land: "#1d2025",
  outside: "#121417",
  water: "#15303f",
  park: "#20302a",
  casing: "#15171b",
  text: "#a39b8c",
  roads: ["#31353d", "#363b44", "#414752", "#4f5157", "#6a5a3c", "#83693a"],
};

const night = window.matchMedia("(prefers-color-scheme: dark)");

export function currentPalette(): Palette {
  return night.matches ? kNight : kDay;
}

export function onPaletteChange(react: () => void): void {
  night.addEventListener("change", react);
}
