// Owns the order in which the calls of a program are carried out: one after the other, as they were made. Must never look
// at a clock: what a program finds must not depend on how quickly a machine answers.

/** Carries this out when everything before it has ended, however that ended. */
export type InOrder = <Answer>(work: () => Promise<Answer>) => Promise<Answer>;

export function createCallOrder(): InOrder {
  let last: Promise<unknown> | undefined;
  return (work) => {
    // The first call begins in the very turn in which it is made.
    const answer = last === undefined ? work() : last.then(work);
    const ended = answer.then(
      () => {},
      () => {},
    );
    last = ended;
    void ended.then(() => {
      if (last === ended) last = undefined;
    });
    return answer;
  };
}
