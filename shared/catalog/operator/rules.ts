// Owns the rules by which the operator refuses a change of a resource, beside those for declarations of event types.

/** What may never be changed in place, and what to do instead. */
export const RESOURCE_RULES = {
  'change-type': {
    sentence: 'A column keeps its type and mode: its readers and the rows that it holds rely on them.',
    hint: 'Give the new meaning a column of its own, or declare the next version of the endpoint.',
  },
  'change-grain': {
    sentence: 'A table cannot be partitioned in another way than it was made.',
    hint: 'Declare the next version of the endpoint.',
  },
  'change-location': {
    sentence: 'A dataset stays where it was made.',
    hint: 'Apply to the project of that region, or copy the dataset.',
  },
  'change-topic': {
    sentence: 'A subscription stays with its topic.',
    hint: 'Delete the subscription once it is drained, then apply again.',
  },
  'change-kind': {
    sentence: 'There is a table where a view should be, or a view where a table should be.',
    hint: 'Delete or rename what is there, then apply again.',
  },
} as const satisfies Readonly<Record<string, { readonly sentence: string; readonly hint: string }>>;

/** The name of a rule. */
export type ResourceRule = keyof typeof RESOURCE_RULES;
