ALTER TABLE "practice_revisions" ADD COLUMN "audience" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
UPDATE "practice_revisions" r SET "audience" = p."audience"
FROM "posts" p WHERE p."id" = r."post_id" AND p."revision" = r."number";
