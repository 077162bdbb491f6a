import { randomUUID } from "node:crypto";
import type { Audience } from "../../src/domain/audience/audience.ts";
import { formatAudience } from "../../src/domain/audience/audience.ts";
import type { PracticeDraft } from "../../src/domain/practice.ts";
import { actors, partnerships, posts, terms } from "../../src/persistence/schema/index.ts";
import type { Context } from "../../src/services/context.ts";
import { addMember, type Member } from "../../src/services/members.ts";
import { publishPractice } from "../../src/services/practices.ts";
import type { ActorRecord } from "../../src/services/records.ts";

const PUBLIC: Audience = [{ kind: "public" }];
export const FOLLOWERS: Audience = [{ kind: "followers" }];

/** A practice as an author writes it; change what the test is about. */
function draft(changes: Partial<PracticeDraft> = {}): PracticeDraft {
  return {
    title: "Night-shift handover in ten minutes",
    summary:
      "A fixed order, a standing meeting and one written page: fewer surprises at three in the morning.",
    content: HANDOVER,
    kind: "practice",
    topics: ["handover", "safety", "operations"],
    benefits: ["services", "hr"],
    license: "CC-BY-4.0",
    language: "en",
    credits: ["ana"],
    label: "TLP:CLEAR",
    reviewBy: "2027-03-31",
    ...changes,
  };
}

/** Publishes a practice of the organization; public unless the test says otherwise. */
export function publish(
  context: Context,
  editor: Member,
  changes: Partial<PracticeDraft> = {},
  audience: Audience = PUBLIC,
) {
  return publishPractice(context, editor, { draft: draft(changes), audience });
}

export const READER_PASSWORD = "four quiet words here";

/** A member who may read only. */
export async function addReader(context: Context, handle = "rolf"): Promise<Member> {
  const { member } = await addMember(context, {
    handle,
    name: "Rolf Reader",
    email: `${handle}@alpha.example`,
    role: "reader",
    password: READER_PASSWORD,
  });
  return member;
}

/** An actor of another instance, as if it had been read from there. */
export async function addRemoteActor(
  context: Context,
  handle: string,
  changes: Partial<ActorRecord> = {},
): Promise<ActorRecord> {
  const host = changes.host ?? `${handle}.example`;
  const iri = `https://${host}/ap/org`;
  const [row] = await context.db
    .insert(actors)
    .values({
      iri,
      kind: "remote",
      type: "Organization",
      handle,
      host,
      name: handle,
      url: `https://${host}/`,
      inbox: `${iri}/inbox`,
      followersIri: `${iri}/followers`,
      fetchedAt: new Date(),
      ...changes,
    })
    .returning();
  if (row === undefined) throw new Error("insert into actors returned no row");
  return row;
}

/** A post of another instance, as if it had arrived. Returns its id. */
export async function addRemotePost(
  context: Context,
  author: ActorRecord,
  changes: {
    contentHtml?: string;
    title?: string;
    summary?: string;
    language?: string;
    audience?: Audience;
  } = {},
): Promise<bigint> {
  const iri = `https://${author.host}/notes/${randomUUID()}`;
  const [row] = await context.db
    .insert(posts)
    .values({
      iri,
      url: iri,
      authorId: author.id,
      local: false,
      type: changes.title === undefined ? "Note" : "Article",
      contentHtml: "<p>We tried it for a month.</p>",
      publishedAt: new Date("2026-10-05T09:00:00Z"),
      ...changes,
      audience: formatAudience(changes.audience ?? PUBLIC),
    })
    .returning({ id: posts.id });
  if (row === undefined) throw new Error("insert into posts returned no row");
  return row.id;
}

const HANDOVER = `Every handover used to be different. Some took two minutes, some forty, and what mattered
was said in the corridor. We now do the same ten minutes every day, **standing up**, in front of the board.

## What we do

1. The outgoing shift leader walks along the board from left to right.
2. Every open item gets one sentence: *state, risk, next step*.
3. The incoming leader repeats the three riskiest items in their own words.

> Repeating is the part that people skip, and the part that works.

### The page

| Item | Who | When | Risk |
|:-----|:----|-----:|:----:|
| Pump 3, bearing temperature | Ana | 22:00 | high |
| Permit for the scaffolding | Bo | 06:00 | low |
| Spare breaker, ordered and confirmed by the supplier | Cleo | 08:30 | medium |

- [x] Board cleaned before the meeting
- [x] Page signed by both
- [ ] Photo of the page in the logbook

## What we measure

Unplanned call-outs between 22:00 and 06:00 fell from nine to four a month.[^1] A small script counts them:

\`\`\`sql
select date_trunc('month', called_at) as month, count(*) from call_outs where extract(hour from called_at) >= 22 group by month order by month;
\`\`\`

See [the board](https://alpha.example/board) and \`handover.ods\` for the template.

[^1]: January to June 2026 against the same months of 2025, two sites.
`;

/** A standing partnership in force with an actor elsewhere, as if both sides had agreed. */
export async function addPartnership(context: Context, partner: ActorRecord): Promise<void> {
  const [agreed] = await context.db
    .insert(terms)
    .values({
      url: `${context.config.origin}/ap/terms/${partner.handle}`,
      sha256: "ab".repeat(32),
      markdown: "# Terms",
    })
    .returning();
  await context.db.insert(partnerships).values({
    partnerId: partner.id,
    state: "active",
    proposedBy: "us",
    offerIri: context.iris.activity(context.newKey()),
    termsId: agreed?.id ?? 0n,
    labelCeiling: "TLP:AMBER",
  });
  context.memory.forget();
}
