import { eq } from "drizzle-orm";
import { formatAudience, type Audience } from "../../src/domain/audience/audience.ts";
import type { Visible } from "../../src/domain/audience/policy.ts";
import { findPostById, type PostRecord } from "../../src/persistence/repositories/posts.ts";
import { posts } from "../../src/persistence/schema/index.ts";
import { actingAs, type Acting } from "../../src/services/acting.ts";
import type { Context } from "../../src/services/context.ts";
import type { Member } from "../../src/services/members.ts";
import { revealPosts } from "../../src/services/visibility.ts";

/** Stores a note of a member as it would be after writing it; nobody is sent anything. */
export async function storeNote(
  context: Context,
  member: Member,
  audience: Audience,
  { inReplyTo, acting = actingAs(member) }: { inReplyTo?: PostRecord; acting?: Acting } = {},
): Promise<Visible<PostRecord>> {
  const iri = context.iris.post(context.newKey());
  const [row] = await context.db
    .insert(posts)
    .values({
      iri,
      url: iri,
      authorId: acting.actor.id,
      local: true,
      type: "Note",
      inReplyToIri: inReplyTo?.iri ?? null,
      inReplyToId: inReplyTo?.id ?? null,
      contentHtml: "<p>Said.</p>",
      audience: formatAudience(audience),
      publishedAt: context.now(),
    })
    .returning({ id: posts.id });
  if (row === undefined) throw new Error("no row");
  await context.db
    .update(posts)
    .set({ url: context.iris.postPage(row.id.toString()) })
    .where(eq(posts.id, row.id));
  const stored = await findPostById(context.db, row.id);
  const [visible] = await revealPosts(context, acting.viewer, stored === null ? [] : [stored]);
  if (visible === undefined) throw new Error("the author cannot see it");
  return visible;
}
