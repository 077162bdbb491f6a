import type { ActorRecord } from "../../services/records.ts";
import { htmlToText } from "../../platform/html/text.ts";
import { linkIn } from "../../services/profile.ts";

/**
 * What an actor of ours says of itself in names and values. A link is marked as its own (`rel="me"`), so
 * that other servers can verify links between the two pages.
 */
export function ProfileFields({ actor }: { readonly actor: ActorRecord }) {
  if (actor.fields.length === 0) return null;
  return (
    <dl class="facts">
      {actor.fields.map(({ name, value }) => (
        <div>
          <dt dir="auto">{name}</dt>
          <dd dir="auto">
            <FieldValue value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function FieldValue({ value }: { readonly value: string }) {
  const href = linkIn(value);
  const shown = htmlToText(value, 300);
  if (href === null) return <>{shown}</>;
  return (
    <a href={href} rel="me nofollow noopener noreferrer">
      {shown}
    </a>
  );
}
