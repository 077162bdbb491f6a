/** What `read` says, asked again when its last answer is older than `ms`; a failure is not kept. */
export function keptFor<Answer>(ms: number, read: () => Promise<Answer>): () => Promise<Answer> {
  let kept: { readonly answer: Promise<Answer>; readonly until: number } | null = null;
  return () => {
    const now = performance.now();
    if (kept !== null && kept.until > now) return kept.answer;
    const answer = read();
    const mine = { answer, until: now + ms };
    kept = mine;
    answer.catch(() => {
      if (kept === mine) kept = null;
    });
    return answer;
  };
}
