import { readFile } from "node:fs/promises";
import { parseFrontMatter } from "../platform/markdown/front-matter.ts";
import { letsFollow } from "./follow.ts";
import type { Founded } from "./found.ts";
import { praxis } from "./command-line.ts";
import type { DemoPractice } from "./organizations.ts";
import { waitFor } from "./poll.ts";
import type { PracticeJson, Rest } from "./rest.ts";
import { contentPath, type Site } from "./site.ts";
import type { Stage } from "./stage.ts";

const PATIENCE_S = 60;
const LIST = "/practices?limit=100";

/** Publishes what an organization has to say and is not there yet. */
export async function publishPractices(stage: Stage, { site, api }: Founded): Promise<void> {
  const { organization } = site;
  for (const practice of organization.practices) {
    const id = await publish(stage, site, api, practice);
    if (practice.addition !== undefined) await addTo(site, api, id, practice.addition);
  }
  stage.say(`${organization.name}: ${organization.practices.length} practices published`);
}

/** Returns the id of the practice, published now or before. */
async function publish(
  { signal, sites }: Stage,
  site: Site,
  api: Rest,
  { file, editor, partner }: DemoPractice,
): Promise<string> {
  const path = contentPath(site.organization, file);
  const { title } = parseFrontMatter(await readFile(path, "utf8")).data;
  const present = (await api.get<PracticeJson[]>(LIST)).find((each) => each.title === title);
  if (present !== undefined) return present.id;
  const address = sites.find(({ organization }) => organization.handle === partner)?.address;
  const { id } = await praxis<{ id: string }>(
    site,
    ["practice", "publish", path],
    { editor, ...(address === undefined ? {} : { audience: `partner:${address}` }) },
    signal,
  );
  return id;
}

/** A second revision: the text so far, with more below it. */
async function addTo(site: Site, api: Rest, id: string, file: string): Promise<void> {
  const { content, revision } = await api.get<PracticeJson>(`/practices/${id}`);
  if (revision > 1) return;
  const addition = parseFrontMatter(await readFile(contentPath(site.organization, file), "utf8"));
  await api.send("PATCH", `/practices/${id}`, {
    content: `${content.trimEnd()}\n${addition.body}`,
    change_note: addition.data["change_note"],
  });
}

/** Waits until everybody has what those whom they follow have published, in its newest text. */
export async function waitForArrival(stage: Stage, all: readonly Founded[]): Promise<void> {
  await Promise.all(
    all.map(async (author) => {
      const { organization } = author.site;
      const published = await practicesOf(author, author);
      const readers = all.filter(
        (reader) =>
          reader.site.organization.follows.includes(organization.handle) &&
          letsFollow(author, reader),
      );
      for (const reader of readers) {
        const { name, handle } = reader.site.organization;
        const isPartner = organization.proposes?.partner === handle;
        const meant = published.filter(
          ({ audience }) => isPartner || audience.some((atom) => !atom.startsWith("partner:")),
        );
        await waitFor(
          `${name} has the practices of ${organization.name}`,
          async () => {
            const arrived = await practicesOf(author, reader);
            const complete = meant.every((practice) =>
              arrived.some(
                (each) => each.uri === practice.uri && each.updated_at === practice.updated_at,
              ),
            );
            return complete ? true : null;
          },
          { seconds: PATIENCE_S, signal: stage.signal },
        );
        stage.say(`${name} has ${meant.length} practices of ${organization.name}`);
      }
    }),
  );
}

/** The practices of `author` as they are at `reader`'s instance. */
function practicesOf(author: Founded, reader: Founded): Promise<PracticeJson[]> {
  const organization = encodeURIComponent(author.site.address);
  return reader.api.get(`${LIST}&organization=${organization}`);
}
