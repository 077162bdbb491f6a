import { isEditor, type Viewer } from "../domain/audience/policy.ts";
import { parseId } from "../domain/ids.ts";
import { signLinkToken, verifyLinkToken } from "../platform/crypto/link-tokens.ts";
import type { Context } from "./context.ts";
import { findMemberById, viewerOf, type Member } from "./members.ts";

/** How long a link can be followed at most; a recall ends it at once. */
const LINK_MS = 10 * 60_000;
/** Links in what clients are shown: they load pictures when somebody scrolls there. */
const LASTING_MS = 60 * 60_000;
/** How much of that must be left when a link is shown again. */
const LEFT_MS = 30 * 60_000;
const PURPOSE = "media-links";

/** A file that links can lead to: our own by its key, another instance's by its place in a post. */
export type LinkedFile =
  | { readonly kind: "own"; readonly key: string }
  | { readonly kind: "remote"; readonly postId: string; readonly index: string };

/** Who gets a link: a member, as whom they read (themselves, or their organization). */
export interface LinkHolder {
  readonly member: Member;
  readonly viewer: Viewer;
}

/** The address of a file on this instance. */
export function filePath(file: LinkedFile): string {
  return file.kind === "own"
    ? `/ap/media/${file.key}`
    : `/media/remote/${file.postId}/${file.index}`;
}

/**
 * A link that needs no cookie and no token, for ten minutes, for where a browser can send neither.
 * It is bound to the file and to its holder and opens nothing by itself: whoever follows it sees
 * what the holder may see at that moment.
 */
export async function createMediaLink(
  context: Context,
  { member, viewer }: LinkHolder,
  file: LinkedFile,
  lifeMs = LINK_MS,
): Promise<{ url: string; expiresAt: Date }> {
  const expiresAt = new Date(Math.floor((context.now().getTime() + lifeMs) / 1000) * 1000);
  const as = viewer.kind === "anonymous" ? member.actor.iri : viewer.actor;
  const claims = { subject: `${member.id} ${as}`, audience: filePath(file) };
  const token = await signLinkToken(claims, linkKey(context), expiresAt);
  return { url: `${context.config.origin}${filePath(file)}?link=${token}`, expiresAt };
}

/**
 * The address of such a link for what a client shows: for an hour, and the same again for half of it, so
 * that pages of posts cost no signatures and clients load no picture twice.
 */
export async function lastingLink(
  context: Context,
  holder: LinkHolder,
  file: LinkedFile,
): Promise<string> {
  const { mediaLinks } = context.memory;
  const as = holder.viewer.kind === "anonymous" ? "" : holder.viewer.actor;
  const key = `${holder.member.id} ${as} ${filePath(file)}`;
  const known = mediaLinks.get(key);
  const now = context.now().getTime();
  if (known !== undefined && known.expiresAt.getTime() - now > LEFT_MS) return known.url;
  const made = await createMediaLink(context, holder, file, LASTING_MS);
  mediaLinks.set(key, made);
  return made.url;
}

/** Who looks when a link is followed now; null when it is over, another file's, or its holder's no longer. */
export async function viewerOfMediaLink(
  context: Context,
  file: LinkedFile,
  token: string,
): Promise<Viewer | null> {
  const subject = await verifyLinkToken(token, filePath(file), linkKey(context), context.now());
  const [decimal, actor] = subject?.split(" ") ?? [];
  const id = parseId(decimal ?? "");
  if (id === null) return null;
  const member = await findMemberById(context.db, id);
  if (member === null || member.suspendedAt !== null) return null;
  if (actor === member.actor.iri) return viewerOf(member);
  if (actor !== context.iris.organization || !isEditor(member.role)) return null;
  return { kind: "local", actor, role: member.role };
}

function linkKey(context: Context) {
  return { masterKey: context.secretKey, purpose: PURPOSE };
}
