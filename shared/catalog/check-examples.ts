// Owns the rule that the examples of an event type are valid data of it.
import { compileValidator } from '../events/validator.ts';
import type { EventType } from './event-type.ts';
import type { Problem } from './problem.ts';
import type { YamlPath, YamlSource } from './yaml-source.ts';

/** Every example that the event type itself would refuse, or that sends what it does not declare. */
export function exampleProblems(eventType: EventType, source: YamlSource): readonly Problem[] {
  const validate = compileValidator(eventType);
  return eventType.examples.flatMap((example, index): readonly Problem[] => {
    const at: YamlPath = ['examples', index];
    const result = validate(example);
    if (result.kind === 'rejected') {
      const steps = stepsOf(result.path ?? '');
      return [
        {
          ...source.placeOf([...at, ...steps]),
          message: `example ${index + 1} is not valid: ${result.path} is refused as ${result.code}`,
          hint: result.hint,
        },
      ];
    }
    if (result.ignored === 0) return [];
    return [
      {
        ...source.placeOf(at),
        message: `example ${index + 1} has ${result.ignored} fields that are not declared`,
        hint: 'declare them, or leave them out',
      },
    ];
  });
}

/** The keys and indices of `data.items[3].sku`, without `data`. */
function stepsOf(path: string): YamlPath {
  return [...path.matchAll(/\.([a-z0-9_]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
}
