/** The rows that surfaces may hold in their hands. They get them from services, never from a query. */
export type { ActorRecord } from "../persistence/repositories/actors.ts";
export type { PostRecord, PracticePart } from "../persistence/repositories/posts.ts";
export type { PostAttachment, PostTag, ProfileField } from "../persistence/schema/index.ts";
