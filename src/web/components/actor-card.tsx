import { safeHref } from "../../platform/html/link.ts";
import type { ActorRecord } from "../../services/records.ts";

/** How an actor is called: its name, or its handle when it has none. */
export function displayName(actor: ActorRecord): string {
  return actor.name.trim() || actor.handle;
}

/** `@bravo@bravo.example` */
export function fullHandle(actor: ActorRecord): string {
  return `@${actor.handle}@${actor.host}`;
}

/** Where a page about the actor is: ours here, others' on their own server. */
export function actorPage(actor: ActorRecord): string {
  if (actor.kind === "member") return `/@${actor.handle}`;
  return actor.kind === "remote" ? (safeHref(actor.url) ?? "#") : "/";
}

const HUES = 6;

/** Initials on a colour of the actor's own. No picture: that would tell its server who reads what. */
export function Avatar({
  actor,
  large = false,
}: {
  readonly actor: ActorRecord;
  readonly large?: boolean;
}) {
  const classes = ["avatar", `hue-${hueOf(actor.iri)}`];
  if (actor.type !== "Person") classes.push("organization");
  if (large) classes.push("large");
  return (
    <span class={classes.join(" ")} aria-hidden="true">
      {initials(displayName(actor))}
    </span>
  );
}

function hueOf(iri: string): number {
  let sum = 0;
  for (const character of iri) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return sum % HUES;
}

function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return chosen.map((word) => Array.from(word ?? "?")[0]?.toLocaleUpperCase() ?? "?").join("");
}

/** Name, handle and initials in one line. */
export function ActorLine({ actor }: { readonly actor: ActorRecord }) {
  const elsewhere = actor.kind === "remote";
  return (
    <div class="actor">
      <Avatar actor={actor} />
      <div class="who">
        <a
          class="name"
          href={actorPage(actor)}
          dir="auto"
          rel={elsewhere ? "noopener noreferrer nofollow" : undefined}
        >
          {displayName(actor)}
        </a>
        <div class="handle quiet">{fullHandle(actor)}</div>
      </div>
    </div>
  );
}
