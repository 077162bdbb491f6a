import { describe, expect, it } from "vitest";
import { labelOf } from "../../src/domain/stream.ts";
import { readStream } from "../../src/api/mastodon/streaming/open-stream.ts";
import { tokenOf } from "../../src/api/mastodon/streaming/token.ts";
import { readEvent } from "../../src/persistence/events.ts";

describe("an event", () => {
  it("is read with its ids by name", () => {
    expect(readEvent("post:7")).toEqual({ kind: "post", post: 7n });
    expect(readEvent("unboost:1:2:3")).toEqual({ kind: "unboost", boost: 1n, actor: 2n, post: 3n });
    expect(readEvent("notification:4:5")).toEqual({
      kind: "notification",
      actor: 4n,
      notification: 5n,
    });
  });

  it.each(["", "post", "post:", "post:x", "post:1:2", "later:1", "constructor:1", "filters:-1"])(
    "of another version, or none, is passed over: %j",
    (payload) => {
      expect(readEvent(payload)).toBeNull();
    },
  );
});

describe("a stream", () => {
  it.each([
    [{ stream: "user:notification" }, ["user:notification"]],
    [{ stream: "public:remote:media" }, ["public:remote:media"]],
    [{ stream: "hashtag", tag: "#Safety" }, ["hashtag", "safety"]],
    [{ stream: "list", list: "12" }, ["list", "12"]],
  ])("%j is called %j", (asked, label) => {
    expect(labelOf(readStream(asked))).toEqual(label);
  });

  it.each([
    [{}, 400],
    [{ stream: "toString" }, 400],
    [{ stream: "hashtag", tag: "a b" }, 400],
    [{ stream: "list", list: "mine" }, 404],
  ])("%j is none", (asked, status) => {
    expect(() => readStream(asked)).toThrow(expect.objectContaining({ status }));
  });
});

describe("the token of a stream", () => {
  it("is taken from the header before the query, and from there before the protocol", () => {
    const places = { authorization: "Bearer a", query: "b", protocol: "c, d" };
    expect(tokenOf(places)).toBe("a");
    expect(tokenOf({ ...places, authorization: undefined })).toBe("b");
    expect(tokenOf({ protocol: "c, d" })).toBe("c");
    expect(tokenOf({})).toBeNull();
    expect(tokenOf({ query: "with space" })).toBeNull();
  });
});
