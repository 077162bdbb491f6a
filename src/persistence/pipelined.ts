/**
 * Waits for statements of one transaction that were begun at once, so that they travel together:
 * each answer that is waited for by itself costs a journey. PostgreSQL carries them out in the order
 * in which they were begun. All have ended when this returns or throws the first failure: nothing may
 * go on behind a transaction that is undone.
 */
export async function pipelined<const T extends readonly unknown[]>(
  statements: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(statements);
  const failed = settled.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return Promise.all(statements);
}
