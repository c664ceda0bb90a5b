/** Puts another function in the place of an object's own or inherited one, and back. */

/** @returns the way back, which does nothing where somebody else has replaced it since. */
export function replace<T extends object, K extends keyof T>(target: T, name: K, make: (before: T[K]) => T[K]): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  const made = make(target[name]);
  target[name] = made;
  return () => {
    if (target[name] !== made) return;
    if (own === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, own);
  };
}
