import { beforeAll, describe, expect, test } from "vitest";
import { type CheckedClient } from "../../support/checked-client.ts";
import { type ConformanceWorld } from "../../support/conformance-world.ts";
import { pdf, picture } from "../../support/media-samples.ts";
import { eventually, file, get, post, type Json, upload } from "./asking.ts";

/** The first bytes tell what it is; nobody plays it here. */
const FILM = Buffer.from("0000001c6674797069736f6d0000020069736f6d69736f326d703431", "hex");
const SOUND = Buffer.concat([Buffer.from("fffb9000", "hex"), Buffer.alloc(1000)]);
const BLURHASH = "LEHV6nWB2yk8pyo0adR*.7kCMdnj";

/** Posts with all that can be in them, and what is done with them. */
export function postsAnswers(open: () => ConformanceWorld): void {
  describe("posts", () => {
    let world: ConformanceWorld;
    let ana: CheckedClient;
    let rolf: CheckedClient;
    let eda: CheckedClient;
    let organization: CheckedClient;
    let visitor: CheckedClient;
    let ids: ConformanceWorld["ids"];

    beforeAll(() => {
      world = open();
      ({ ana, rolf, eda, organization, visitor, ids } = world);
    });

    /** what Ana shows everybody, with everything in it that there is */
    let rich: Json;

    test("files of every kind, before and in a post", async () => {
      const fields = { description: "The board", focus: "0.5,-0.25" };
      const image = await upload(ana, await picture(), "board.png", fields);
      const sound = (await ana("POST", "/api/v1/media", file(SOUND, "call.mp3"))).json;
      const film = await upload(ana, FILM, "pump.mp4");
      const paper = await upload(ana, pdf(), "handover.pdf");
      const files = [image, film, sound, paper];
      expect(files.map(({ type }) => type)).toEqual(["image", "video", "audio", "unknown"]);
      await ana("GET", `/api/v1/media/${image.id}`);
      await ana("PUT", `/api/v1/media/${image.id}`, { description: "The board at six" });
      const unwanted = await upload(ana, pdf(), "draft.pdf");
      await ana("DELETE", `/api/v1/media/${unwanted.id}`);
      rich = await post(ana, {
        status: "Board #Handover with @rolf and @ana@bravo.test https://alpha.test/",
        spoiler_text: "long",
        sensitive: true,
        language: "en",
        media_ids: files.map(({ id }) => id),
      });
      expect(rich.media_attachments).toHaveLength(4);
      expect(rich.mentions).toHaveLength(2);
    });

    test("files of others' posts", async () => {
      const note = world.mastodon.note(world.moe, "files", {
        sensitive: true,
        attachment: [
          {
            type: "Document",
            mediaType: "image/jpeg",
            url: "https://mastodon.test/files/1.jpg",
            name: "A pump",
            blurhash: BLURHASH,
            focalPoint: [0.1, -0.2],
            width: 640,
            height: 480,
          },
          { type: "Document", mediaType: "video/mp4", url: "https://mastodon.test/files/2.mp4" },
          { type: "Document", mediaType: "audio/mpeg", url: "https://mastodon.test/files/3.mp3" },
          {
            type: "Document",
            mediaType: "application/pdf",
            url: "https://mastodon.test/files/4.pdf",
          },
        ],
        tag: [
          { type: "Mention", href: world.members.ana.actor.iri, name: "@ana@alpha.test" },
          { type: "Hashtag", href: "https://mastodon.test/tags/pumps", name: "#Pumps" },
        ],
        cc: [world.members.ana.actor.iri],
      });
      await world.send(world.moe, "Create", note);
      const status = await get(ana, `/api/v1/statuses/${await world.arrived(String(note["id"]))}`);
      expect(status.media_attachments.map(({ type }: Json) => type)).toEqual([
        "image",
        "video",
        "audio",
        "unknown",
      ]);
    });

    test("a thread, with reactions, boosts and edits", async () => {
      const { id } = rich;
      const reply = await post(rolf, {
        status: "Seen.",
        in_reply_to_id: id,
        visibility: "unlisted",
      });
      await post(ana, { status: "Good.", in_reply_to_id: reply.id, visibility: "private" });
      const fan = world.mastodon.actor("fan");
      await world.send(fan, "Like", rich.uri);
      for (const client of [rolf, eda, organization]) {
        await client("POST", `/api/v1/statuses/${id}/favourite`);
      }
      for (const act of ["reblog", "bookmark", "mute"]) {
        await rolf("POST", `/api/v1/statuses/${id}/${act}`);
      }
      await organization("POST", `/api/v1/statuses/${id}/reblog`);
      await ana("POST", `/api/v1/statuses/${id}/pin`);
      await ana("PUT", `/api/v1/statuses/${id}`, {
        status: "Board #Handover at six",
        spoiler_text: "long",
        media_attributes: [{ id: rich.media_attachments[0].id, description: "At six" }],
      });
      for (const client of [ana, visitor]) {
        const shown = await get(client, `/api/v1/statuses/${reply.id}`);
        expect(shown.in_reply_to_account_id).toBe(ids.ana);
        await client("GET", `/api/v1/statuses?id[]=${id}&id[]=${reply.id}`);
        expect((await get(client, `/api/v1/statuses/${reply.id}/context`)).ancestors).toHaveLength(
          1,
        );
        expect(await get(client, `/api/v1/statuses/${id}/history`)).toHaveLength(2);
        expect(await get(client, `/api/v1/statuses/${id}/favourited_by`)).toHaveLength(4);
        expect(await get(client, `/api/v1/statuses/${id}/reblogged_by`)).toHaveLength(2);
        for (const query of ["", "?pinned=true", "?only_media=true", "?exclude_replies=true"]) {
          await client("GET", `/api/v1/accounts/${ids.ana}/statuses${query}`);
        }
      }
      expect(await get(ana, `/api/v1/accounts/${ids.alpha}/statuses`)).toMatchObject([
        { reblog: { id } },
      ]);
      await get(ana, `/api/v1/statuses/${id}/source`);
      await get(rolf, "/api/v1/bookmarks");
      await get(rolf, "/api/v1/favourites");
      for (const act of ["unfavourite", "unreblog", "unbookmark", "unmute"]) {
        await rolf("POST", `/api/v1/statuses/${id}/${act}`);
      }
      await rolf("POST", `/api/v1/statuses/${id}/favourite`);
      await ana("POST", `/api/v1/statuses/${id}/unpin`);
      await ana("POST", `/api/v1/statuses/${id}/pin`);
      const { url } = await get(visitor, `/api/v1/statuses/${id}`);
      await visitor("GET", `/api/oembed?url=${encodeURIComponent(url)}&maxwidth=300`);
    });

    test("what is planned", async () => {
      const image = await upload(ana, await picture(), "plan.png");
      const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
      const { id } = await post(ana, {
        status: "Soon",
        spoiler_text: "later",
        language: "en",
        sensitive: true,
        media_ids: [image.id],
        in_reply_to_id: rich.id,
        quote_approval_policy: "nobody",
        scheduled_at: at(1),
      });
      await post(ana, {
        status: "Which?",
        poll: { options: ["A", "B"], expires_in: 3600 },
        scheduled_at: at(2),
      });
      expect(await get(ana, "/api/v1/scheduled_statuses")).toHaveLength(2);
      await get(ana, `/api/v1/scheduled_statuses/${id}`);
      await ana("PUT", `/api/v1/scheduled_statuses/${id}`, { scheduled_at: at(3) });
      await ana("DELETE", `/api/v1/scheduled_statuses/${id}`);
    });

    test("what is deleted, to be written again", async () => {
      const { id } = await post(ana, { status: "Wrong *word*", spoiler_text: "cw" });
      const { json } = await ana("DELETE", `/api/v1/statuses/${id}`);
      expect(json).toMatchObject({ id, text: "Wrong *word*", spoiler_text: "cw" });
    });

    test("letters", async () => {
      const letter = await post(world.bravoAna, {
        status: "@ana@alpha.test between us",
        visibility: "direct",
      });
      const id = await world.arrived(letter.uri);
      await post(ana, {
        status: "@ana@bravo.test so be it",
        visibility: "direct",
        in_reply_to_id: id,
      });
      const [conversation] = await eventually(
        ana,
        "/api/v1/conversations",
        ({ length }) => length > 0,
      );
      expect(conversation).toMatchObject({ accounts: [{ id: ids.bravoAna }] });
      await ana("POST", `/api/v1/conversations/${conversation.id}/read`);
      await get(ana, "/api/v1/timelines/direct");
      await ana("DELETE", `/api/v1/conversations/${conversation.id}`);
    });
  });
}
