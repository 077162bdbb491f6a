import { index, integer, pgTable, real, text, uuid } from "drizzle-orm/pg-core";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";
import { posts } from "./posts.ts";

/** Files that our members uploaded. They belong to one post and are served under its boundary. */
export const media = pgTable(
  "media",
  {
    id: timeOrderedId(),
    /** the unguessable last part of its IRI, and its name in the store; the thumbnail's begins with it */
    key: uuid().notNull().unique(),
    uploaderId: idReference()
      .notNull()
      .references(() => actors.id),
    /** null until a post takes it */
    postId: idReference().references(() => posts.id),
    position: integer().notNull().default(0),
    fileName: text().notNull(),
    mediaType: text().notNull(),
    bytes: integer().notNull(),
    sha256: text().notNull(),
    description: text().notNull().default(""),
    width: integer(),
    height: integer(),
    /** of the image, or of the picture that stands for a film or a sound; without it there is none */
    blurhash: text(),
    /** what is not to be cut off when it is shown small: from -1 (left, bottom) to 1 (right, top) */
    focusX: real(),
    focusY: real(),
    /** large images are worked on after they have been taken in; until then nobody can attach them */
    state: text().$type<"ready" | "processing" | "failed">().notNull().default("ready"),
    createdAt: createdAt(),
    /** nobody gets it from then on, and its file is removed */
    removedAt: instant(),
  },
  (table) => [index("media_post").on(table.postId), index("media_uploader").on(table.uploaderId)],
);
