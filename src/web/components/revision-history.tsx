import type { Revision } from "../../services/practice-lists.ts";
import { text } from "../text.ts";
import { Day } from "./day.tsx";

/** What changed when, newest first. A practice that was never revised has no history. */
export function RevisionHistory({ revisions }: { readonly revisions: readonly Revision[] }) {
  if (revisions.length < 2) return null;
  return (
    <section class="history" aria-labelledby="history-title">
      <h2 id="history-title">{text.practice.history}</h2>
      <ol reversed>
        {revisions.toReversed().map((revision) => (
          <li>
            <div class="meta">
              <span>{text.practice.revision(revision.number)}</span>
              <Day date={revision.createdAt} />
            </div>
            <p dir="auto">
              {revision.changeNote ||
                (revision.number === 1 ? text.practice.firstRevision : text.practice.noChangeNote)}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
