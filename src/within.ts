// Waits for work, but not for ever.

export const TOO_LATE = Symbol('too late');

/** What `work` comes to, or `TOO_LATE` where it takes longer than `ms`; it goes on all the same. The wait keeps no process alive. */
export const within = async <T>(work: Promise<T>, ms: number): Promise<T | typeof TOO_LATE> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<typeof TOO_LATE>(resolve => {
    timer = setTimeout(resolve, ms, TOO_LATE);
    timer.unref();
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
};
