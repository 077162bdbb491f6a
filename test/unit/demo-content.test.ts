import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { practiceFromFile } from "../../src/cli/practice-file.ts";
import { DEMO_ORGANIZATIONS } from "../../src/demo/organizations.ts";
import { checkDraft } from "../../src/domain/practice.ts";
import { parseFrontMatter } from "../../src/platform/markdown/front-matter.ts";
import { readGivenPractice } from "../../src/services/practice-input.ts";

const CONTENT = join(import.meta.dirname, "../../src/demo/content");

const practices = DEMO_ORGANIZATIONS.flatMap((organization) =>
  organization.practices.map((practice) => ({ organization, ...practice })),
);

test.each(practices)("$file can be published", async ({ organization, file, editor }) => {
  const text = await readFile(join(CONTENT, organization.handle, file), "utf8");
  const { draft } = readGivenPractice(practiceFromFile(parseFrontMatter(text), undefined));
  const label = draft.label ?? "TLP:CLEAR";
  const { summary, topics, benefits, credits } = checkDraft({ ...draft, label });
  expect([summary.length > 80, topics.length > 0, benefits.length > 0]).toEqual([true, true, true]);
  const people = [organization.admin, ...organization.members];
  expect(people.map((person) => person.handle)).toEqual(expect.arrayContaining([...credits]));
  expect(people.find((person) => person.handle === editor)?.role).toMatch(/editor|admin/);
});

test.each(DEMO_ORGANIZATIONS)("$name uses all files of its folder", async (organization) => {
  const files = organization.practices.flatMap(({ file, addition }) => [file, addition ?? file]);
  const terms = organization.proposes === undefined ? [] : [organization.proposes.terms];
  expect(await readdir(join(CONTENT, organization.handle))).toEqual(
    [...new Set([...files, ...terms])].toSorted(),
  );
});

test("there are practices, lessons and questions, for everybody and for followers only", async () => {
  const all = await Promise.all(
    practices.map(async ({ organization, file }) => {
      const text = await readFile(join(CONTENT, organization.handle, file), "utf8");
      return readGivenPractice(practiceFromFile(parseFrontMatter(text), undefined));
    }),
  );
  expect(new Set(all.map(({ draft }) => draft.kind))).toEqual(
    new Set(["practice", "lesson", "question"]),
  );
  expect(new Set(all.map(({ audience }) => audience[0]))).toEqual(new Set(["public", "followers"]));
});
