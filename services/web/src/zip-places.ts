// Where a zip code lies, so that the map can look there while the customer still types.
import type { Position } from "./api";

const kUrl = "/map/zips.json";

interface ZipFile {
  zips: ({ zip: string } & Position)[];
}

export class ZipPlaces {
  private places: Promise<Map<string, Position>> | null = null;

  // Null for an unknown zip, or while the list is not to be had: the map then stays where it is.
  async find(zip: string): Promise<Position | null> {
    this.places ??= load();
    return (await this.places).get(zip) ?? null;
  }
}

async function load(): Promise<Map<string, Position>> {
  try {
    const file = (await (await fetch(kUrl)).json()) as ZipFile;
    return new Map(file.zips.map(({ zip, latitude, longitude }) => [zip, { latitude, longitude }]));
  } catch {
    return new Map();
  }
}
