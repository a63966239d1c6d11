/** Optional properties that are left out when there is no value for them. */

type Given<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

/** The properties whose values are not undefined. */
export function given<Values extends object>(values: Values): Given<Values> {
  // Dropping undefined values is all that happens, which TypeScript cannot see through `fromEntries`.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<Values>;
}
