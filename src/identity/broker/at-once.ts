/** Lets so many work at the same time; whoever comes while all are at work is answered with `full` at once. */
export function atOnce(max: number) {
  let busy = 0;
  return async <Answer>(full: () => Answer, work: () => Promise<Answer>): Promise<Answer> => {
    if (busy >= max) return full();
    busy += 1;
    try {
      return await work();
    } finally {
      busy -= 1;
    }
  };
}
