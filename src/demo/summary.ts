import { relative } from "node:path";
import { emailOf } from "./found.ts";
import { DEMO_PASSWORD } from "./organizations.ts";
import type { Site } from "./site.ts";

/** What the visitor is told when everything runs. */
export function summary(sites: readonly Site[], dataDir: string): string {
  const width = Math.max(...sites.map(({ organization }) => organization.name.length));
  const [alpha, bravo, charlie] = sites;
  if (alpha === undefined || bravo === undefined || charlie === undefined) return "";
  const lines = [
    "",
    "Three organizations are running and follow each other:",
    "",
    ...sites.map(({ organization, origin }) => `  ${organization.name.padEnd(width)}  ${origin}`),
    "",
    `Sign in with one of these addresses; the password is always ${DEMO_PASSWORD} (for this demo only):`,
    "",
    ...sites.map((site) => {
      const { name, admin, members } = site.organization;
      const people = [admin, ...members].map(
        (person) => `${emailOf(site, person)} (${person.role})`,
      );
      return `  ${name.padEnd(width)}  ${people.join(", ")}`;
    }),
    "",
    `${alpha.organization.name} and ${bravo.organization.name} are partners. The newest practice of ${alpha.organization.name} is for`,
    `${bravo.organization.name} alone: sign in there to read it, then look for it anywhere else.`,
    "",
    "Three things to try:",
    "",
    `  1. Read what others have learned. Open ${bravo.origin}/sign-in as ${emailOf(bravo, bravo.organization.admin)}:`,
    `     the practices of ${alpha.organization.name} are there, whole. One of them is for followers only:`,
    `     ${bravo.organization.admin.name} follows ${alpha.organization.name} and sees it; visitors of ${alpha.origin} do not.`,
    `  2. Let somebody in. ${bravo.organization.name} waits for ${charlie.organization.name}: open ${charlie.origin}/followers`,
    `     as ${emailOf(charlie, charlie.organization.admin)} and approve the request.`,
    `  3. Publish something, in another terminal:`,
    "",
    `       printf '# Hello\\n\\nOur first practice.\\n' > hello.md`,
    `       ${settingsOf(charlie, dataDir).join(" \\\n       ")} \\`,
    "       npm run --silent praxis -- practice publish hello.md",
    "",
    `     It is at ${alpha.organization.name} within a second, and at ${bravo.organization.name} if you approved it.`,
    "",
    `Ctrl-C ends the demo. It starts again where you left it; to begin anew: rm -r ${shorten(dataDir)}`,
  ];
  return lines.join("\n");
}

/** What the command line has to be told to work for an organization of the demo, for a shell. */
function settingsOf({ organization, origin }: Site, dataDir: string): string[] {
  return [
    `PRAXIS_DATA=${shorten(dataDir)}/${organization.handle}`,
    `PRAXIS_ORIGIN=${origin} PRAXIS_ALLOW_PRIVATE_NETWORK=on`,
  ];
}

function shorten(dataDir: string): string {
  const path = relative(process.cwd(), dataDir);
  return path === "" || path.startsWith("..") ? dataDir : path;
}
