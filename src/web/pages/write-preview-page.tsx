import type { AudiencePreview } from "../../services/audience-preview.ts";
import type { ActorRecord } from "../../services/records.ts";
import { displayName, fullHandle } from "../components/actor-card.tsx";
import { FormToken } from "../components/form-fields.tsx";
import { PostBody } from "../components/post-body.tsx";
import type { MemberFrame } from "../frame.ts";
import { hiddenFields, type PracticeFormFields } from "../practice-form.ts";
import { text } from "../text.ts";

const words = text.publishing.preview;

interface WritePreviewPageProps {
  readonly frame: MemberFrame;
  readonly fields: PracticeFormFields;
  readonly preview: AudiencePreview;
  /** the text, sanitized */
  readonly html: string;
}

/** Exactly who will get it, what the boundary says to that, and how it will look. */
export function WritePreviewPage({ frame, fields, preview, html }: WritePreviewPageProps) {
  const refused = preview.refused.length > 0;
  return (
    <article class="practice">
      <header class="intro">
        <p class="kicker">
          <span class="tag">{preview.label}</span>
        </p>
        <h1 dir="auto">{fields.title}</h1>
      </header>
      {refused ? (
        <div class="error-summary" role="alert" aria-labelledby="refused-title">
          <h2 id="refused-title">{words.refused}</h2>
          <ul>
            {preview.refused.map(({ audience, message }) => (
              <li>
                {audience}: {message}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {preview.warnings.length === 0 ? null : (
        <section class="notice" aria-labelledby="warnings-title">
          <h2 id="warnings-title">{words.warnings}</h2>
          <ul>
            {preview.warnings.map((warning) => (
              <li>{warning}</li>
            ))}
          </ul>
        </section>
      )}
      <section class="about" aria-labelledby="who-title">
        <h2 id="who-title">{words.who}</h2>
        <Who preview={preview} />
      </section>
      <form class="form" method="post" action="/write/publish">
        <FormToken frame={frame} />
        {hiddenFields(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <div class="actions">
          {refused ? null : (
            <button class="button" type="submit">
              {words.publish}
            </button>
          )}
          <button class="button plain" type="submit" formaction="/write">
            {words.back}
          </button>
        </div>
      </form>
      <section aria-labelledby="text-title">
        <h2 id="text-title">{words.text}</h2>
        {fields.summary === "" ? null : (
          <p class="lead" dir="auto">
            {fields.summary}
          </p>
        )}
        <PostBody html={html} language={undefined} />
      </section>
    </article>
  );
}

function Who({ preview }: { readonly preview: AudiencePreview }) {
  const { organizations, people, followers } = preview;
  const outside = preview.public || followers > 0 || organizations.length + people.length > 0;
  return (
    <ul>
      {preview.public ? <li>{words.public}</li> : null}
      {followers > 0 ? <li>{words.followers(followers)}</li> : null}
      {organizations.length === 0 ? null : (
        <li>
          {words.organizations}
          <Names actors={organizations} />
        </li>
      )}
      {people.length === 0 ? null : (
        <li>
          {words.people}
          <Names actors={people} />
        </li>
      )}
      {outside ? null : <li>{words.nobody}</li>}
      <li>{words.members(preview.members)}</li>
    </ul>
  );
}

function Names({ actors }: { readonly actors: readonly ActorRecord[] }) {
  return (
    <ul>
      {actors.map((actor) => (
        <li dir="auto">
          {displayName(actor)} ({fullHandle(actor)})
        </li>
      ))}
    </ul>
  );
}
