// Owns reducing a place to one that many people share: a cell of whole degrees (about 111 km north to south), or a country.

/** What stands for a text that is no place we can coarsen. */
export const UNKNOWN_PLACE = 'unknown';

const COORDINATES =
  /^(?:geo:)?\s*([+-]?\d{1,3}(?:\.\d{1,20})?)\s*[,;]\s*([+-]?\d{1,3}(?:\.\d{1,20})?)(?:[,;].{0,100})?$/;
/** ISO 3166-1 alpha-2, or 3166-2 with a subdivision of up to three characters, which is cut. */
const COUNTRY = /^([A-Za-z]{2})(?:-[A-Za-z0-9]{1,3})?$/;

/**
 * The place with less of it: `59.3293,18.0686` (latitude and longitude, also as `geo:` URI) is the south-west corner of its
 * degree, `59,18`; `SE-AB` is `SE`. Total: anything else is `unknown`.
 */
export function coarsePlace(place: string): string {
  const text = place.trim();
  const country = COUNTRY.exec(text)?.[1];
  if (country !== undefined) return country.toUpperCase();
  const match = COORDINATES.exec(text);
  if (match === null) return UNKNOWN_PLACE;
  const [latitude, longitude] = [Number(match[1]), Number(match[2])];
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return UNKNOWN_PLACE;
  // The poles and the date line belong to the cell before them, so that no cell is a single line.
  return `${cell(latitude, 89)},${cell(longitude, 179)}`;
}

function cell(degrees: number, last: number): number {
  return Math.min(Math.floor(degrees), last);
}
