import type { Visible } from "../../domain/audience/policy.ts";
import type { PostRecord } from "../../services/records.ts";
import { text } from "../text.ts";
import { displayName } from "./actor-card.tsx";

/** The page of a post here: by its slug for our practices, by its id for everything else. */
export function postPath(post: Visible<PostRecord>): string {
  const slug = post.practice?.slug ?? null;
  return slug === null ? `/posts/${post.id}` : `/practices/${slug}`;
}

/** What a post is called where its text is not shown. */
export function postTitle(post: Visible<PostRecord>): string {
  return post.title || text.list.untitled(displayName(post.authorActor));
}
