import type { DisclosureLine } from "../../services/disclosures.ts";
import { disclosureInWords, lastOfEach } from "../disclosure-words.ts";
import { text } from "../text.ts";

/** For editors, on a practice: who has received it, and what became of that. */
export function DisclosureList({ lines }: { readonly lines: readonly DisclosureLine[] }) {
  if (lines.length === 0) return null;
  const words = text.publishing.disclosures;
  return (
    <section class="disclosures" aria-labelledby="disclosures-title">
      <h2 id="disclosures-title">{words.onPractice}</h2>
      <ul>
        {lastOfEach(lines).map((line) => (
          <li dir="auto">
            {disclosureInWords(line)} ({words.revision(line.revision)})
          </li>
        ))}
      </ul>
    </section>
  );
}
