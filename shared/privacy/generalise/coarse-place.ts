// Owns reducing a place to one that many people share: a cell of a tenth of a degree (about 11 km north to south), or a country.

/** What stands for a text that is no place we can coarsen. */
export const UNKNOWN_PLACE = 'unknown';

const COORDINATES =
  /^(?:geo:)?\s*([+-]?\d{1,3}(?:\.\d{1,20})?)\s*[,;]\s*([+-]?\d{1,3}(?:\.\d{1,20})?)(?:[,;].{0,100})?$/;
/** ISO 3166-1 alpha-2, or 3166-2 with a subdivision of up to three characters, which is cut. */
const COUNTRY = /^([A-Za-z]{2})(?:-[A-Za-z0-9]{1,3})?$/;

/**
 * The place with less of it: `59.3293,18.0686` (latitude and longitude, also as `geo:` URI) is the south-west corner of its cell
 * of a tenth of a degree, `59.3,18.0`; `SE-AB` is `SE`. Total: anything else is `unknown`.
 */
export function coarsePlace(place: string): string {
  const text = place.trim();
  const country = COUNTRY.exec(text)?.[1];
  if (country !== undefined) return country.toUpperCase();
  const match = COORDINATES.exec(text);
  if (match === null) return UNKNOWN_PLACE;
  const [latitude, longitude] = [Number(match[1]), Number(match[2])];
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return UNKNOWN_PLACE;
  // The north pole and the date line belong to the cell before them, so that no cell is a single line.
  return `${cell(latitude, 899)},${cell(longitude, 1799)}`;
}

function cell(degrees: number, lastTenth: number): string {
  const tenths = Math.min(Math.floor(degrees * 10), lastTenth);
  return (tenths / 10).toFixed(1);
}
