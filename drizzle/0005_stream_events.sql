-- What those with open streams learn at once (src/persistence/events.ts): ids alone, when the transaction
-- commits. The tables tell it themselves, so that no way of writing to them can forget to.
CREATE FUNCTION "praxis_event"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('praxis_events', TG_ARGV[0] || ':' || NEW.id);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE FUNCTION "praxis_boost_event"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('praxis_events', concat_ws(':', 'unboost', OLD.id, OLD.actor_id, OLD.post_id));
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE FUNCTION "praxis_conversation_event"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('praxis_events', concat_ws(':', 'conversation', NEW.owner_id, NEW.id));
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE FUNCTION "praxis_filters_event"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	owner bigint;
BEGIN
	IF TG_TABLE_NAME = 'filters' THEN
		owner := coalesce(NEW.owner_id, OLD.owner_id);
	ELSE
		SELECT owner_id INTO owner FROM public.filters WHERE id = coalesce(NEW.filter_id, OLD.filter_id);
	END IF;
	-- Without a filter its words went with it, and it has told that itself.
	IF owner IS NOT NULL THEN
		PERFORM pg_notify('praxis_events', 'filters:' || owner);
	END IF;
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE FUNCTION "praxis_token_event"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('praxis_events', 'access:' || NEW.member_id);
	RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "posts_stored" AFTER INSERT ON "posts" FOR EACH ROW
	WHEN (NEW.withdrawn_at IS NULL) EXECUTE FUNCTION praxis_event('post');--> statement-breakpoint
CREATE TRIGGER "posts_edited" AFTER UPDATE OF "revision", "edited_at", "withdrawn_at" ON "posts" FOR EACH ROW
	WHEN (NEW.withdrawn_at IS NULL AND (OLD.revision, OLD.edited_at) IS DISTINCT FROM (NEW.revision, NEW.edited_at))
	EXECUTE FUNCTION praxis_event('edit');--> statement-breakpoint
CREATE TRIGGER "posts_gone" AFTER UPDATE OF "withdrawn_at" ON "posts" FOR EACH ROW
	WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION praxis_event('gone');--> statement-breakpoint
CREATE TRIGGER "reactions_boosted" AFTER INSERT ON "reactions" FOR EACH ROW
	WHEN (NEW.type = 'boost') EXECUTE FUNCTION praxis_event('boost');--> statement-breakpoint
CREATE TRIGGER "reactions_taken_back" AFTER DELETE ON "reactions" FOR EACH ROW
	WHEN (OLD.type = 'boost') EXECUTE FUNCTION praxis_boost_event();--> statement-breakpoint
CREATE TRIGGER "conversations_news" AFTER INSERT OR UPDATE OF "last_post_id" ON "conversations" FOR EACH ROW
	EXECUTE FUNCTION praxis_conversation_event();--> statement-breakpoint
CREATE TRIGGER "filters_changed" AFTER INSERT OR UPDATE OR DELETE ON "filters" FOR EACH ROW
	EXECUTE FUNCTION praxis_filters_event();--> statement-breakpoint
CREATE TRIGGER "filter_keywords_changed" AFTER INSERT OR UPDATE OR DELETE ON "filter_keywords" FOR EACH ROW
	EXECUTE FUNCTION praxis_filters_event();--> statement-breakpoint
CREATE TRIGGER "filter_posts_changed" AFTER INSERT OR UPDATE OR DELETE ON "filter_posts" FOR EACH ROW
	EXECUTE FUNCTION praxis_filters_event();--> statement-breakpoint
CREATE TRIGGER "members_changed" AFTER UPDATE OF "role", "suspended_at" ON "members" FOR EACH ROW
	WHEN ((OLD.role, OLD.suspended_at) IS DISTINCT FROM (NEW.role, NEW.suspended_at)) EXECUTE FUNCTION praxis_event('access');--> statement-breakpoint
CREATE TRIGGER "access_tokens_revoked" AFTER UPDATE OF "revoked_at" ON "access_tokens" FOR EACH ROW
	WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION praxis_token_event();
