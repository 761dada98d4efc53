const ENTRIES_MAX = 10_000;

/** Asks again only when the last answer is older than so long; a question that failed is asked again at once. */
export function fresh<Value>(
  ask: (key: string) => Promise<Value>,
  freshMs: number,
): (key: string) => Promise<Value> {
  const known = new Map<string, { readonly answer: Promise<Value>; readonly askedAt: number }>();
  return (key) => {
    const before = known.get(key);
    const now = performance.now();
    if (before !== undefined && now - before.askedAt < freshMs) return before.answer;
    if (known.size >= ENTRIES_MAX) known.clear();
    const answer = ask(key);
    known.set(key, { answer, askedAt: now });
    answer.then(undefined, () => known.delete(key));
    return answer;
  };
}
