import type { DisclosureLine } from "../../services/disclosures.ts";
import { Field } from "../components/form-fields.tsx";
import { withQuery } from "../components/pager.tsx";
import { disclosureInWords, recipientOf } from "../disclosure-words.ts";
import { text } from "../text.ts";

interface DisclosuresPageProps {
  readonly lines: readonly DisclosureLine[];
  /** what was asked for, as it was typed */
  readonly organization: string;
  /** continues the list; null at its end */
  readonly next: bigint | null;
}

/** What organizations have ever received from us. For editors. */
export function DisclosuresPage({ lines, organization, next }: DisclosuresPageProps) {
  const words = text.publishing.disclosures;
  const asked = organization === "" ? undefined : organization;
  return (
    <>
      <header class="intro">
        <h1>{words.title}</h1>
        <p class="lead">{words.lead}</p>
      </header>
      <form class="form" method="get" action="/disclosures">
        <Field
          name="organization"
          label={words.organization}
          hint={words.organizationHint}
          value={organization}
          plain
          optional
        />
        <button class="button" type="submit">
          {words.show}
        </button>
      </form>
      {lines.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <>
          <p>
            <a class="button plain" href={withQuery("/disclosures.csv", { organization: asked })}>
              {words.export}
            </a>
          </p>
          <div class="scroll" tabindex={0} role="region" aria-label={words.title}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{words.recipient}</th>
                  <th scope="col">{words.practice}</th>
                  <th scope="col">{words.what}</th>
                  <th scope="col">{words.terms}</th>
                </tr>
              </thead>
              <tbody>
                {lines.map((line) => (
                  <Line line={line} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {next === null ? null : (
        <p>
          <a
            class="button plain"
            href={withQuery("/disclosures", { organization: asked, before: next.toString() })}
          >
            {words.older}
          </a>
        </p>
      )}
    </>
  );
}

function Line({ line }: { readonly line: DisclosureLine }) {
  const words = text.publishing.disclosures;
  return (
    <tr>
      <td dir="auto">{recipientOf(line)}</td>
      <td dir="auto">
        <a href={`/posts/${line.postId}`}>{line.title}</a>, {words.revision(line.revision)}
        {line.label === null ? null : `, ${line.label}`}
      </td>
      <td dir="auto">{disclosureInWords(line)}</td>
      <td>{line.termsSha256 === null ? "–" : <code>{line.termsSha256.slice(0, 12)}</code>}</td>
    </tr>
  );
}
