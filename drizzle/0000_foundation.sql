CREATE SEQUENCE "praxis_id_seq" AS bigint CYCLE;--> statement-breakpoint
-- Time-ordered 63-bit ids: milliseconds since 1970 in the upper 47 bits, a running number in the lower 16.
CREATE FUNCTION "praxis_id"() RETURNS bigint LANGUAGE sql VOLATILE AS $$
	SELECT (floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint << 16) | (nextval('praxis_id_seq') & 65535)
$$;--> statement-breakpoint
CREATE TABLE "actors" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"iri" text NOT NULL,
	"kind" text NOT NULL,
	"type" text NOT NULL,
	"handle" text NOT NULL,
	"host" text NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"summary" text DEFAULT '' NOT NULL,
	"url" text NOT NULL,
	"inbox" text NOT NULL,
	"shared_inbox" text,
	"followers_iri" text,
	"following_iri" text,
	"outbox_iri" text,
	"featured_iri" text,
	"icon_url" text,
	"image_url" text,
	"fields" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"also_known_as" text[] DEFAULT '{}' NOT NULL,
	"moved_to" text,
	"manually_approves_followers" boolean DEFAULT false NOT NULL,
	"discoverable" boolean DEFAULT true NOT NULL,
	"kin" jsonb,
	"followers_count" integer DEFAULT 0 NOT NULL,
	"following_count" integer DEFAULT 0 NOT NULL,
	"posts_count" integer DEFAULT 0 NOT NULL,
	"published_at" timestamp (3) with time zone,
	"fetched_at" timestamp (3) with time zone,
	"gone_at" timestamp (3) with time zone,
	"suspended_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "actors_iri_unique" UNIQUE("iri")
);
--> statement-breakpoint
CREATE TABLE "remote_keys" (
	"key_iri" text PRIMARY KEY NOT NULL,
	"actor_id" bigint NOT NULL,
	"algorithm" text NOT NULL,
	"public_key_pem" text NOT NULL,
	"fetched_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"actor_id" bigint NOT NULL,
	"key_iri" text NOT NULL,
	"algorithm" text NOT NULL,
	"public_key" text NOT NULL,
	"private_jwe" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp (3) with time zone,
	CONSTRAINT "signing_keys_keyIri_unique" UNIQUE("key_iri")
);
--> statement-breakpoint
CREATE TABLE "activities" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"iri" text NOT NULL,
	"actor_id" bigint NOT NULL,
	"type" text NOT NULL,
	"post_id" bigint,
	"revision" integer,
	"audience" text[] NOT NULL,
	"disclosure_id" bigint,
	"notice_id" bigint,
	"body" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "activities_iri_unique" UNIQUE("iri")
);
--> statement-breakpoint
CREATE TABLE "activity_recipients" (
	"activity_id" bigint NOT NULL,
	"actor_id" bigint NOT NULL,
	CONSTRAINT "activity_recipients_activity_id_actor_id_pk" PRIMARY KEY("activity_id","actor_id")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"activity_id" bigint NOT NULL,
	"inbox_id" integer NOT NULL,
	"host_id" integer NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_result" text,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "hosts" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "hosts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamp (3) with time zone,
	"open_until" timestamp (3) with time zone,
	"last_success_at" timestamp (3) with time zone,
	"signature" text DEFAULT 'draft-cavage' NOT NULL,
	CONSTRAINT "hosts_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "inboxes" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "inboxes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"url" text NOT NULL,
	"host_id" integer NOT NULL,
	"gone_at" timestamp (3) with time zone,
	CONSTRAINT "inboxes_url_unique" UNIQUE("url")
);
--> statement-breakpoint
CREATE TABLE "received_activities" (
	"iri" text PRIMARY KEY NOT NULL,
	"actor_iri" text NOT NULL,
	"type" text NOT NULL,
	"outcome" text NOT NULL,
	"forwarded" boolean DEFAULT false NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "blocks" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"blocker_id" bigint NOT NULL,
	"blocked_id" bigint NOT NULL,
	"iri" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "blocks_iri_unique" UNIQUE("iri")
);
--> statement-breakpoint
CREATE TABLE "follows" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"follower_id" bigint NOT NULL,
	"followee_id" bigint NOT NULL,
	"iri" text NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "follows_iri_unique" UNIQUE("iri")
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"iri" text NOT NULL,
	"reporter_id" bigint NOT NULL,
	"target_id" bigint NOT NULL,
	"post_iris" text[] DEFAULT '{}' NOT NULL,
	"comment" text DEFAULT '' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	CONSTRAINT "reports_iri_unique" UNIQUE("iri")
);
--> statement-breakpoint
CREATE TABLE "fediverse_apps" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"origin" text NOT NULL,
	"client_id" text NOT NULL,
	"client_secret_jwe" text NOT NULL,
	"scope" text NOT NULL,
	"authorization_endpoint" text NOT NULL,
	"token_endpoint" text NOT NULL,
	"revocation_endpoint" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "guest_sessions" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"actor_id" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "guest_sign_ins" (
	"state_hash" text PRIMARY KEY NOT NULL,
	"browser_hash" text NOT NULL,
	"app_id" bigint NOT NULL,
	"actor_iri" text NOT NULL,
	"code_verifier_jwe" text NOT NULL,
	"notice_key" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"key" uuid NOT NULL,
	"post_id" bigint NOT NULL,
	"recipient_id" bigint NOT NULL,
	"tells_title" boolean NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"withdrawn_at" timestamp (3) with time zone,
	CONSTRAINT "notices_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "access_tokens" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"token_hash" text NOT NULL,
	"member_id" bigint NOT NULL,
	"actor_id" bigint NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "access_tokens_tokenHash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"actor_id" bigint NOT NULL,
	"email" text NOT NULL,
	"password_hash" text,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"suspended_at" timestamp (3) with time zone,
	CONSTRAINT "members_actorId_unique" UNIQUE("actor_id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"member_id" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organization" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"origin" text NOT NULL,
	"actor_id" bigint NOT NULL,
	"instance_actor_id" bigint NOT NULL,
	"follow_policy" text DEFAULT 'approve' NOT NULL,
	"allow_list_only" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organization_is_one" CHECK ("organization"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "setup_links" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "posts" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"iri" text NOT NULL,
	"url" text NOT NULL,
	"author_id" bigint NOT NULL,
	"local" boolean NOT NULL,
	"type" text NOT NULL,
	"in_reply_to_iri" text,
	"in_reply_to_id" bigint,
	"context_iri" text,
	"relayed_by" text,
	"title" text DEFAULT '' NOT NULL,
	"summary" text DEFAULT '' NOT NULL,
	"content_html" text NOT NULL,
	"language" text,
	"sensitive" boolean DEFAULT false NOT NULL,
	"audience" text[] NOT NULL,
	"label" text,
	"attachments" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"tags" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"replies_count" integer DEFAULT 0 NOT NULL,
	"favourites_count" integer DEFAULT 0 NOT NULL,
	"boosts_count" integer DEFAULT 0 NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL,
	"edited_at" timestamp (3) with time zone,
	"withdrawn_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "posts_iri_unique" UNIQUE("iri")
);
--> statement-breakpoint
CREATE TABLE "practice_revisions" (
	"post_id" bigint NOT NULL,
	"number" integer NOT NULL,
	"title" text NOT NULL,
	"summary" text NOT NULL,
	"markdown" text NOT NULL,
	"change_note" text DEFAULT '' NOT NULL,
	"editor_id" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "practice_revisions_post_id_number_pk" PRIMARY KEY("post_id","number")
);
--> statement-breakpoint
CREATE TABLE "practices" (
	"post_id" bigint PRIMARY KEY NOT NULL,
	"slug" text,
	"object_key" uuid,
	"kind" text NOT NULL,
	"topics" text[] DEFAULT '{}' NOT NULL,
	"benefits" text[] DEFAULT '{}' NOT NULL,
	"license" text,
	"credits" text[] DEFAULT '{}' NOT NULL,
	"review_by" date,
	"markdown" text,
	CONSTRAINT "practices_slug_unique" UNIQUE("slug"),
	CONSTRAINT "practices_objectKey_unique" UNIQUE("object_key")
);
--> statement-breakpoint
CREATE TABLE "reactions" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"iri" text NOT NULL,
	"type" text NOT NULL,
	"actor_id" bigint NOT NULL,
	"post_id" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reactions_iri_unique" UNIQUE("iri")
);
--> statement-breakpoint
CREATE TABLE "tombstones" (
	"iri" text NOT NULL,
	"actor_iri" text NOT NULL,
	"revision" integer,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tombstones_iri_actor_iri_pk" PRIMARY KEY("iri","actor_iri")
);
--> statement-breakpoint
CREATE TABLE "disclosure_events" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"disclosure_id" bigint NOT NULL,
	"event" text NOT NULL,
	"detail" text DEFAULT '' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "disclosures" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"post_id" bigint NOT NULL,
	"revision" integer NOT NULL,
	"title" text NOT NULL,
	"recipient" text NOT NULL,
	"actor_id" bigint,
	"atom" text NOT NULL,
	"lane" text NOT NULL,
	"label" text,
	"terms_sha256" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "media" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"key" uuid NOT NULL,
	"uploader_id" bigint NOT NULL,
	"post_id" bigint,
	"position" integer DEFAULT 0 NOT NULL,
	"file_name" text NOT NULL,
	"media_type" text NOT NULL,
	"bytes" integer NOT NULL,
	"sha256" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"width" integer,
	"height" integer,
	"blurhash" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp (3) with time zone,
	CONSTRAINT "media_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "origins" (
	"host" text PRIMARY KEY NOT NULL,
	"rule" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "circle_members" (
	"circle_id" bigint NOT NULL,
	"organization_id" bigint NOT NULL,
	"from_epoch" integer NOT NULL,
	"until_epoch" integer,
	"sees_from" integer NOT NULL,
	CONSTRAINT "circle_members_circle_id_organization_id_from_epoch_pk" PRIMARY KEY("circle_id","organization_id","from_epoch")
);
--> statement-breakpoint
CREATE TABLE "circles" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"epoch" integer DEFAULT 1 NOT NULL,
	"roster_opened_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "circles_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "partnerships" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"partner_id" bigint NOT NULL,
	"state" text NOT NULL,
	"proposed_by" text NOT NULL,
	"offer_iri" text NOT NULL,
	"terms_id" bigint NOT NULL,
	"label_ceiling" text NOT NULL,
	"practice_iri" text,
	"starts_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone,
	"suspended_by_us_at" timestamp (3) with time zone,
	"suspended_by_them_at" timestamp (3) with time zone,
	"suspension_reason" text,
	"suspensions_by_us" integer DEFAULT 0 NOT NULL,
	"suspensions_by_them" integer DEFAULT 0 NOT NULL,
	"confirmed_move" text,
	"proposer_jws" text,
	"proposer_key" text,
	"accepter_jws" text,
	"accepter_key" text,
	"last_activity_iri" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"answered_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"end_reason" text,
	CONSTRAINT "partnerships_offerIri_unique" UNIQUE("offer_iri")
);
--> statement-breakpoint
CREATE TABLE "remote_circles" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"iri" text NOT NULL,
	"owner_id" bigint NOT NULL,
	"name" text NOT NULL,
	"epoch" integer NOT NULL,
	"organizations" text[] NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "remote_circles_iri_unique" UNIQUE("iri")
);
--> statement-breakpoint
CREATE TABLE "terms" (
	"id" bigint PRIMARY KEY DEFAULT praxis_id() NOT NULL,
	"url" text NOT NULL,
	"sha256" text NOT NULL,
	"markdown" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "terms_url_unique" UNIQUE("url")
);
--> statement-breakpoint
ALTER TABLE "remote_keys" ADD CONSTRAINT "remote_keys_actor_id_actors_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signing_keys" ADD CONSTRAINT "signing_keys_actor_id_actors_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activities" ADD CONSTRAINT "activities_actor_id_actors_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activities" ADD CONSTRAINT "activities_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activities" ADD CONSTRAINT "activities_disclosure_id_disclosures_id_fk" FOREIGN KEY ("disclosure_id") REFERENCES "public"."disclosures"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activities" ADD CONSTRAINT "activities_notice_id_notices_id_fk" FOREIGN KEY ("notice_id") REFERENCES "public"."notices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_recipients" ADD CONSTRAINT "activity_recipients_activity_id_activities_id_fk" FOREIGN KEY ("activity_id") REFERENCES "public"."activities"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "activity_recipients" ADD CONSTRAINT "activity_recipients_actor_id_actors_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_activity_id_activities_id_fk" FOREIGN KEY ("activity_id") REFERENCES "public"."activities"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_inbox_id_inboxes_id_fk" FOREIGN KEY ("inbox_id") REFERENCES "public"."inboxes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inboxes" ADD CONSTRAINT "inboxes_host_id_hosts_id_fk" FOREIGN KEY ("host_id") REFERENCES "public"."hosts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blocks" ADD CONSTRAINT "blocks_blocker_id_actors_id_fk" FOREIGN KEY ("blocker_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "blocks" ADD CONSTRAINT "blocks_blocked_id_actors_id_fk" FOREIGN KEY ("blocked_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "follows" ADD CONSTRAINT "follows_follower_id_actors_id_fk" FOREIGN KEY ("follower_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "follows" ADD CONSTRAINT "follows_followee_id_actors_id_fk" FOREIGN KEY ("followee_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_reporter_id_actors_id_fk" FOREIGN KEY ("reporter_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_target_id_actors_id_fk" FOREIGN KEY ("target_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guest_sessions" ADD CONSTRAINT "guest_sessions_actor_id_actors_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guest_sign_ins" ADD CONSTRAINT "guest_sign_ins_app_id_fediverse_apps_id_fk" FOREIGN KEY ("app_id") REFERENCES "public"."fediverse_apps"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_recipient_id_actors_id_fk" FOREIGN KEY ("recipient_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "access_tokens" ADD CONSTRAINT "access_tokens_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "access_tokens" ADD CONSTRAINT "access_tokens_actor_id_actors_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_actor_id_actors_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization" ADD CONSTRAINT "organization_actor_id_actors_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization" ADD CONSTRAINT "organization_instance_actor_id_actors_id_fk" FOREIGN KEY ("instance_actor_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_author_id_actors_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "practice_revisions" ADD CONSTRAINT "practice_revisions_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "practice_revisions" ADD CONSTRAINT "practice_revisions_editor_id_actors_id_fk" FOREIGN KEY ("editor_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "practices" ADD CONSTRAINT "practices_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reactions" ADD CONSTRAINT "reactions_actor_id_actors_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."actors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reactions" ADD CONSTRAINT "reactions_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disclosure_events" ADD CONSTRAINT "disclosure_events_disclosure_id_disclosures_id_fk" FOREIGN KEY ("disclosure_id") REFERENCES "public"."disclosures"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disclosures" ADD CONSTRAINT "disclosures_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disclosures" ADD CONSTRAINT "disclosures_actor_id_actors_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_uploader_id_actors_id_fk" FOREIGN KEY ("uploader_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "circle_members" ADD CONSTRAINT "circle_members_circle_id_circles_id_fk" FOREIGN KEY ("circle_id") REFERENCES "public"."circles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "circle_members" ADD CONSTRAINT "circle_members_organization_id_actors_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "partnerships" ADD CONSTRAINT "partnerships_partner_id_actors_id_fk" FOREIGN KEY ("partner_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "partnerships" ADD CONSTRAINT "partnerships_terms_id_terms_id_fk" FOREIGN KEY ("terms_id") REFERENCES "public"."terms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "remote_circles" ADD CONSTRAINT "remote_circles_owner_id_actors_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."actors"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "actors_handle" ON "actors" USING btree (lower("handle"),"host");--> statement-breakpoint
CREATE INDEX "actors_local" ON "actors" USING btree ("kind") WHERE "actors"."kind" <> 'remote';--> statement-breakpoint
CREATE INDEX "actors_host" ON "actors" USING btree ("host");--> statement-breakpoint
CREATE INDEX "actors_inbox" ON "actors" USING btree ("inbox") WHERE "actors"."kind" = 'remote';--> statement-breakpoint
CREATE INDEX "remote_keys_actor" ON "remote_keys" USING btree ("actor_id");--> statement-breakpoint
CREATE INDEX "signing_keys_actor" ON "signing_keys" USING btree ("actor_id");--> statement-breakpoint
CREATE INDEX "activities_actor" ON "activities" USING btree ("actor_id","id");--> statement-breakpoint
CREATE INDEX "activities_post" ON "activities" USING btree ("post_id");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_once" ON "deliveries" USING btree ("activity_id","inbox_id");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("due_at") WHERE "deliveries"."state" = 'queued';--> statement-breakpoint
CREATE INDEX "deliveries_host" ON "deliveries" USING btree ("host_id","due_at") WHERE "deliveries"."state" = 'queued';--> statement-breakpoint
CREATE INDEX "hosts_open" ON "hosts" USING btree ("open_until") WHERE "hosts"."open_until" is not null;--> statement-breakpoint
CREATE INDEX "received_activities_age" ON "received_activities" USING btree ("received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "blocks_pair" ON "blocks" USING btree ("blocker_id","blocked_id");--> statement-breakpoint
CREATE INDEX "blocks_blocked" ON "blocks" USING btree ("blocked_id");--> statement-breakpoint
CREATE UNIQUE INDEX "follows_pair" ON "follows" USING btree ("follower_id","followee_id");--> statement-breakpoint
CREATE INDEX "follows_followee" ON "follows" USING btree ("followee_id","state","id");--> statement-breakpoint
CREATE INDEX "follows_follower" ON "follows" USING btree ("follower_id","state","id");--> statement-breakpoint
CREATE INDEX "reports_open" ON "reports" USING btree ("id") WHERE "reports"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "fediverse_apps_origin" ON "fediverse_apps" USING btree ("origin","id");--> statement-breakpoint
CREATE INDEX "guest_sessions_actor" ON "guest_sessions" USING btree ("actor_id");--> statement-breakpoint
CREATE UNIQUE INDEX "notices_one_each" ON "notices" USING btree ("post_id","recipient_id") WHERE "notices"."withdrawn_at" is null;--> statement-breakpoint
CREATE INDEX "access_tokens_member" ON "access_tokens" USING btree ("member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "members_email" ON "members" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "sessions_member" ON "sessions" USING btree ("member_id");--> statement-breakpoint
CREATE INDEX "posts_author" ON "posts" USING btree ("author_id","id");--> statement-breakpoint
CREATE INDEX "posts_parent" ON "posts" USING btree ("in_reply_to_id","id");--> statement-breakpoint
CREATE INDEX "posts_orphans" ON "posts" USING btree ("in_reply_to_iri") WHERE "posts"."in_reply_to_iri" is not null and "posts"."in_reply_to_id" is null;--> statement-breakpoint
CREATE INDEX "posts_url" ON "posts" USING btree ("url");--> statement-breakpoint
CREATE INDEX "posts_audience" ON "posts" USING gin ("audience");--> statement-breakpoint
CREATE INDEX "posts_articles" ON "posts" USING btree ("id") WHERE "posts"."type" = 'Article';--> statement-breakpoint
CREATE INDEX "posts_words" ON "posts" USING gin (to_tsvector('simple', "title" || ' ' || "summary" || ' ' || "content_html")) WHERE "posts"."type" = 'Article';--> statement-breakpoint
CREATE INDEX "practices_topics" ON "practices" USING gin ("topics");--> statement-breakpoint
CREATE UNIQUE INDEX "reactions_once" ON "reactions" USING btree ("post_id","actor_id","type");--> statement-breakpoint
CREATE INDEX "reactions_actor" ON "reactions" USING btree ("actor_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "disclosure_events_once" ON "disclosure_events" USING btree ("disclosure_id","event");--> statement-breakpoint
CREATE INDEX "disclosures_post" ON "disclosures" USING btree ("post_id","id");--> statement-breakpoint
CREATE INDEX "disclosures_actor" ON "disclosures" USING btree ("actor_id","id");--> statement-breakpoint
CREATE INDEX "media_post" ON "media" USING btree ("post_id");--> statement-breakpoint
CREATE INDEX "media_uploader" ON "media" USING btree ("uploader_id");--> statement-breakpoint
CREATE INDEX "circle_members_organization" ON "circle_members" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "partnerships_partner" ON "partnerships" USING btree ("partner_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "partnerships_one_standing" ON "partnerships" USING btree ("partner_id") WHERE "partnerships"."state" = 'active' and "partnerships"."practice_iri" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "partnerships_one_for_a_practice" ON "partnerships" USING btree ("partner_id","practice_iri") WHERE "partnerships"."state" = 'active' and "partnerships"."practice_iri" is not null;--> statement-breakpoint
CREATE INDEX "partnerships_terms" ON "partnerships" USING btree ("terms_id");--> statement-breakpoint
CREATE INDEX "remote_circles_owner" ON "remote_circles" USING btree ("owner_id");--> statement-breakpoint
-- The disclosure record is append-only: nobody, not even our own code, changes or removes a row.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END
$$;--> statement-breakpoint
CREATE TRIGGER "disclosures_append_only" BEFORE UPDATE OR DELETE ON "disclosures" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "disclosure_events_append_only" BEFORE UPDATE OR DELETE ON "disclosure_events" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
