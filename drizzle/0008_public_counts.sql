-- How many posts an account has, and since when, is read by anybody: only what is for everybody counts,
-- from the moment it is and for as long as it is.
CREATE FUNCTION "praxis_count_new_posts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE actors SET posts_count = posts_count + counted.posts,
		last_post_at = greatest(last_post_at, counted.last)
	FROM (
		SELECT author_id, count(*) AS posts, max(least(published_at, now())) AS last FROM added
		WHERE audience @> '{public}' AND withdrawn_at IS NULL GROUP BY author_id
	) AS counted WHERE actors.id = counted.author_id;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION "praxis_count_removed_posts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE actors SET posts_count = greatest(posts_count - counted.posts, 0)
	FROM (
		SELECT author_id, count(*) AS posts FROM removed
		WHERE audience @> '{public}' AND withdrawn_at IS NULL GROUP BY author_id
	) AS counted WHERE actors.id = counted.author_id;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION "praxis_count_changed_post"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	counted boolean := old.audience @> '{public}' AND old.withdrawn_at IS NULL;
	counts boolean := new.audience @> '{public}' AND new.withdrawn_at IS NULL;
BEGIN
	IF counts <> counted THEN
		UPDATE actors SET posts_count = greatest(posts_count + CASE WHEN counts THEN 1 ELSE -1 END, 0),
			last_post_at = CASE WHEN counts THEN greatest(last_post_at, least(new.published_at, now())) ELSE last_post_at END
		WHERE id = new.author_id;
	END IF;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "posts_count_new" AFTER INSERT ON "posts"
	REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION "praxis_count_new_posts"();
--> statement-breakpoint
CREATE TRIGGER "posts_count_removed" AFTER DELETE ON "posts"
	REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION "praxis_count_removed_posts"();
--> statement-breakpoint
CREATE TRIGGER "posts_count_changed" AFTER UPDATE OF "audience", "withdrawn_at" ON "posts"
	FOR EACH ROW EXECUTE FUNCTION "praxis_count_changed_post"();
--> statement-breakpoint
UPDATE "actors" SET posts_count = counted.posts, last_post_at = counted.last
FROM (
	SELECT a.id, count(p.id) AS posts, max(least(p.published_at, now())) AS last
	FROM actors a LEFT JOIN posts p ON p.author_id = a.id AND p.audience @> '{public}' AND p.withdrawn_at IS NULL
	GROUP BY a.id
) AS counted WHERE actors.id = counted.id AND (actors.posts_count <> counted.posts OR actors.last_post_at IS DISTINCT FROM counted.last);
