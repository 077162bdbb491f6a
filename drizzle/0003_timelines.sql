-- How PostgreSQL reads words in a language (BCP 47); `simple` where it has no rules for one.
CREATE FUNCTION "praxis_search_config"(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE split_part(lower(language), '-', 1)
		WHEN 'ar' THEN 'pg_catalog.arabic'::regconfig
		WHEN 'hy' THEN 'pg_catalog.armenian'::regconfig
		WHEN 'eu' THEN 'pg_catalog.basque'::regconfig
		WHEN 'ca' THEN 'pg_catalog.catalan'::regconfig
		WHEN 'da' THEN 'pg_catalog.danish'::regconfig
		WHEN 'nl' THEN 'pg_catalog.dutch'::regconfig
		WHEN 'en' THEN 'pg_catalog.english'::regconfig
		WHEN 'fi' THEN 'pg_catalog.finnish'::regconfig
		WHEN 'fr' THEN 'pg_catalog.french'::regconfig
		WHEN 'de' THEN 'pg_catalog.german'::regconfig
		WHEN 'el' THEN 'pg_catalog.greek'::regconfig
		WHEN 'hi' THEN 'pg_catalog.hindi'::regconfig
		WHEN 'hu' THEN 'pg_catalog.hungarian'::regconfig
		WHEN 'id' THEN 'pg_catalog.indonesian'::regconfig
		WHEN 'ga' THEN 'pg_catalog.irish'::regconfig
		WHEN 'it' THEN 'pg_catalog.italian'::regconfig
		WHEN 'lt' THEN 'pg_catalog.lithuanian'::regconfig
		WHEN 'ne' THEN 'pg_catalog.nepali'::regconfig
		WHEN 'nb' THEN 'pg_catalog.norwegian'::regconfig
		WHEN 'nn' THEN 'pg_catalog.norwegian'::regconfig
		WHEN 'no' THEN 'pg_catalog.norwegian'::regconfig
		WHEN 'pt' THEN 'pg_catalog.portuguese'::regconfig
		WHEN 'ro' THEN 'pg_catalog.romanian'::regconfig
		WHEN 'ru' THEN 'pg_catalog.russian'::regconfig
		WHEN 'sr' THEN 'pg_catalog.serbian'::regconfig
		WHEN 'es' THEN 'pg_catalog.spanish'::regconfig
		WHEN 'sv' THEN 'pg_catalog.swedish'::regconfig
		WHEN 'ta' THEN 'pg_catalog.tamil'::regconfig
		WHEN 'tr' THEN 'pg_catalog.turkish'::regconfig
		WHEN 'yi' THEN 'pg_catalog.yiddish'::regconfig
		ELSE 'pg_catalog.simple'::regconfig
	END
$$;--> statement-breakpoint
-- The words by which a post is found. A tsvector holds at most 1 MiB, so very long texts end early.
CREATE FUNCTION "praxis_post_words"(language text, title text, summary text, content text, attachments jsonb)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT to_tsvector(public.praxis_search_config(language), left(title || ' ' || summary || ' ' || content || ' ' ||
		coalesce((SELECT string_agg(file ->> 'name', ' ') FROM jsonb_array_elements(attachments) AS file), ''), 200000))
$$;--> statement-breakpoint
-- What somebody looks for, in every language that words may be written in: each reading is enough.
CREATE FUNCTION "praxis_search_query"(words text) RETURNS tsquery LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT coalesce(string_agg('(' || reading || ')', ' | '), '')::tsquery FROM (
		SELECT DISTINCT websearch_to_tsquery(config::regconfig, words)::text AS reading FROM unnest(ARRAY[
			'simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'greek', 'hindi', 'hungarian', 'indonesian', 'irish', 'italian', 'lithuanian', 'nepali', 'norwegian', 'portuguese', 'romanian', 'russian', 'serbian', 'spanish', 'swedish', 'tamil', 'turkish', 'yiddish'
		]) AS config) AS readings
	WHERE reading <> ''
$$;--> statement-breakpoint
-- See `post_places` in the schema.
CREATE FUNCTION "praxis_places"(audience text[], tags jsonb, quiet boolean) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT '#' || tag FROM unnest(public.praxis_hashtags(tags)) AS tag
	WHERE audience @> '{public}' AND NOT quiet AND length(tag) <= 200
	UNION
	SELECT atom FROM unnest(audience) AS atom
	WHERE atom = 'members' OR starts_with(atom, 'person:') OR starts_with(atom, 'partner:')
$$;--> statement-breakpoint
CREATE FUNCTION "praxis_place_post"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		DELETE FROM public.post_places WHERE post_id = NEW.id;
	END IF;
	INSERT INTO public.post_places (place, post_id) SELECT place, NEW.id FROM public.praxis_places(NEW.audience, NEW.tags, NEW.quiet) AS place;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TABLE "post_places" (
	"place" text NOT NULL,
	"post_id" bigint NOT NULL,
	CONSTRAINT "post_places_place_post_id_pk" PRIMARY KEY("place","post_id")
);
--> statement-breakpoint
ALTER TABLE "post_places" ADD CONSTRAINT "post_places_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "post_places_post" ON "post_places" USING btree ("post_id");--> statement-breakpoint
CREATE INDEX "posts_public_local" ON "posts" USING btree ("id") WHERE "posts"."audience" @> '{public}' and "posts"."local";--> statement-breakpoint
CREATE INDEX "posts_public_media" ON "posts" USING btree ("id") WHERE "posts"."audience" @> '{public}' and "posts"."attachments" <> '[]';--> statement-breakpoint
CREATE INDEX "posts_search" ON "posts" USING gin (praxis_post_words("language", "title", "summary", "content_html", "attachments"));--> statement-breakpoint
CREATE INDEX "reactions_boosts" ON "reactions" USING btree ("actor_id","id") WHERE "reactions"."type" = 'boost';--> statement-breakpoint
INSERT INTO "post_places" ("place", "post_id")
	SELECT place, id FROM posts, praxis_places(audience, tags, quiet) AS place;--> statement-breakpoint
CREATE TRIGGER "posts_placed" AFTER INSERT ON "posts" FOR EACH ROW
	WHEN (NEW.audience <> '{public}' OR NEW.tags <> '[]') EXECUTE FUNCTION praxis_place_post();--> statement-breakpoint
CREATE TRIGGER "posts_replaced" AFTER UPDATE OF "audience", "tags", "quiet" ON "posts" FOR EACH ROW
	WHEN ((OLD.audience, OLD.tags, OLD.quiet) IS DISTINCT FROM (NEW.audience, NEW.tags, NEW.quiet))
	EXECUTE FUNCTION praxis_place_post();
