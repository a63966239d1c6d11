/** Remembering what was read from short texts, such as formats and patterns, which a statement hands over again for every row. */

/** `read`, but each text once; beyond `most` texts all are forgotten. What fails is read again. */
export function remembered<Result extends object>(
  most: number,
  read: (text: string) => Result,
): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const result = read(text);
    if (known.size >= most) known.clear();
    known.set(text, result);
    return result;
  };
}
