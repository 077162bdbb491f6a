import { describe, expect, it } from "vitest";
import { nodeVersionProblem } from "../../../src/platform/node-version.ts";

describe("the check of the Node.js version", () => {
  it.each(["24.0.0", "24.21.0", "26.3.0", "100.0.0"])("accepts %s", (version) => {
    expect(nodeVersionProblem(version)).toBeNull();
  });

  it.each(["23.11.1", "20.20.2", "9.0.0"])("says what to do about %s", (version) => {
    const problem = nodeVersionProblem(version);
    expect(problem).toContain(`this is ${version}.`);
    expect(problem).toContain("npm rebuild node");
  });
});
