import { AppError } from "../domain/errors.ts";
import { praxis } from "./command-line.ts";
import { DEMO_PASSWORD, type DemoPerson } from "./organizations.ts";
import { restOf, type Rest } from "./rest.ts";
import type { Site } from "./site.ts";
import type { Stage } from "./stage.ts";

/** An organization that is set up, and its REST API. */
export interface Founded {
  readonly site: Site;
  /** in the name of the organization */
  readonly api: Rest;
  /** in the name of its administrator */
  readonly adminApi: Rest;
}

/**
 * Sets one organization up with its members. What is there already stays: a set-up that was broken
 * off goes on where it stood.
 */
export async function foundOrganization(stage: Stage, site: Site): Promise<Founded> {
  const { organization } = site;
  const { admin, members } = organization;
  await unlessDone("already_set_up", () =>
    praxis(
      site,
      ["setup"],
      {
        name: organization.name,
        handle: organization.handle,
        followers: organization.followers,
        admin: admin.handle,
        "admin-name": admin.name,
        email: emailOf(site, admin),
        password: DEMO_PASSWORD,
      },
      stage.signal,
    ),
  );
  for (const { handle, name, role } of members) {
    const email = emailOf(site, { handle });
    const options = { name, role, email, password: DEMO_PASSWORD };
    await unlessDone("handle_taken", () =>
      praxis(site, ["member", "add", handle], options, stage.signal),
    );
  }
  const api = async (as: "organization" | "member"): Promise<Rest> => {
    const options = { member: admin.handle, as, scopes: "read write follow" };
    const { access_token } = await praxis<{ access_token: string }>(
      site,
      ["token", "create"],
      options,
      stage.signal,
    );
    return restOf(stage.http, site, access_token);
  };
  const founded = { site, api: await api("organization"), adminApi: await api("member") };
  const people = [admin, ...members].map(({ name }) => name.split(" ")[0]);
  stage.say(`${organization.name}: set up, with ${people.join(", ")}`);
  return founded;
}

/** With this and the password a person of the demo signs in. */
export function emailOf(site: Site, person: Pick<DemoPerson, "handle">): string {
  return `${person.handle}@${site.organization.handle}.example`;
}

async function unlessDone(code: string, step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== code) throw error;
  }
}
