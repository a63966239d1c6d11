/** Makes keyrings as events do, by their first use. */
import { userRequest, type World } from '#test/shared/privacy/world.ts';

const AT_ONCE = 64;

/** Uses the keys of `users` users from the `first` on. */
export async function makeKeyrings(
  keyrings: ReturnType<World['process']>,
  first: number,
  users: number,
): Promise<void> {
  for (let index = 0; index < users; index += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, users - index) }, (_, each) =>
      keyrings.use(userRequest(`user-${first + index + each}`), ({ keys }) => keys.token),
    );
    for (const used of await Promise.all(batch)) if (used.kind !== 'used') throw new Error(used.kind);
  }
}
