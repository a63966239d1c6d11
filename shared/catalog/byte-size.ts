// Owns sizes in bytes as people write them: 500MB, 1TB, 1TiB.

const FACTORS: { readonly [unit: string]: number } = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** The bytes that a size names, rounded down; undefined when it names none. Units are exact: 1 TB is 10^12 bytes. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d{1,6}(?:\.\d{1,3})?) ?([KMGT]i?B|B)$/.exec(text);
  const factor = FACTORS[match?.[2] ?? ''];
  if (match === null || factor === undefined) return undefined;
  return Math.floor(Number(match[1]) * factor);
}
