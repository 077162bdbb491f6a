import { beforeAll, describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import { check, type CheckedClient } from "../../support/checked-client.ts";
import { SOON, type ConformanceWorld } from "../../support/conformance-world.ts";
import { notification } from "../../support/mastodon-entities/notification.ts";
import { conversation, status } from "../../support/mastodon-entities/status.ts";
import { id } from "../../support/mastodon-entities/values.ts";
import { post } from "./asking.ts";

/** Event → what it brings. */
const BROUGHT: Readonly<Record<string, z.ZodType>> = {
  update: status,
  "status.update": status,
  delete: id,
  notification,
  conversation,
};

interface StreamedEvent {
  readonly name: string;
  readonly data: string;
}

/** What streams bring is what the same client would be answered. */
export function streamsAnswers(open: () => ConformanceWorld): void {
  describe("streams", () => {
    let world: ConformanceWorld;
    let rolf: CheckedClient;

    beforeAll(() => {
      world = open();
      ({ rolf } = world);
    });

    test("bring posts, notifications and letters as they are answered elsewhere", async () => {
      const heard: StreamedEvent[] = [];
      const streams = await Promise.all(["user", "direct"].map((name) => listen(name, heard)));
      const { handle } = world.members.ana.actor;
      const { id: told } = await post(rolf, { status: `@${handle} look #Handover` });
      await rolf("PUT", `/api/v1/statuses/${told}`, { status: `@${handle} look again` });
      await post(rolf, { status: `@${handle} psst`, visibility: "direct" });
      await vi.waitFor(() => expect(namesOf(heard)).toContain("update"), SOON);
      await rolf("DELETE", `/api/v1/statuses/${told}`);
      await vi.waitFor(() => expect(namesOf(heard)).toEqual(new Set(Object.keys(BROUGHT))), SOON);
      await Promise.all(streams.map((close) => close()));
      for (const { name, data } of heard) {
        const shape = BROUGHT[name];
        if (shape === undefined) throw new Error(`nobody knows the event ${name}`);
        check(`event ${name}`, shape, name === "delete" ? data : JSON.parse(data));
      }
    }, 60_000);

    /** Keeps what Ana's client hears; returns what closes the stream. */
    async function listen(stream: string, heard: StreamedEvent[]): Promise<() => Promise<void>> {
      const answer = await world.alpha.fetch(`/api/v1/streaming/${stream}`, {
        headers: { Authorization: `Bearer ${world.anaToken}` },
      });
      expect(answer.status).toBe(200);
      const reader = answer.body?.getReader();
      if (reader === undefined) throw new Error(`${stream} is not open`);
      const reading = keep(reader, heard);
      return async () => {
        await reader.cancel();
        await reading;
      };
    }
  });
}

function namesOf(heard: readonly StreamedEvent[]): ReadonlySet<string> {
  return new Set(heard.map(({ name }) => name));
}

async function keep(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  heard: StreamedEvent[],
): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    text += decoder.decode(value, { stream: true });
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const [, name, data] = /event: (.*)\ndata: (.*)$/s.exec(event) ?? [];
      if (name !== undefined && data !== undefined) heard.push({ name, data });
    }
  }
}
