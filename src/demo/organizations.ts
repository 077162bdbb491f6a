import type { FollowPolicy } from "../domain/follow.ts";

/** Everybody's password in the demo. */
export const DEMO_PASSWORD = "praxis-demo";

export interface DemoPerson {
  readonly handle: string;
  readonly name: string;
  readonly role: "reader" | "author" | "editor" | "admin";
}

/** A file below `content/<handle of the organization>/` and who publishes it. */
export interface DemoPractice {
  readonly file: string;
  readonly editor: string;
  /** the partner that it is for, and nobody else; without one the file says whom it is for */
  readonly partner?: DemoOrganization["handle"];
  /** a file whose text is appended in a second revision, with its change note */
  readonly addition?: string;
}

export interface DemoOrganization {
  readonly handle: "alpha" | "bravo" | "charlie";
  readonly name: string;
  readonly followers: FollowPolicy;
  readonly admin: DemoPerson;
  readonly members: readonly DemoPerson[];
  /** in the order of publication */
  readonly practices: readonly DemoPractice[];
  /** other organizations that it asks to follow before anything is published */
  readonly follows: readonly DemoOrganization["handle"][];
  /** whom its administrator follows personally as well: organizations that are open to everybody */
  readonly adminFollows: readonly DemoOrganization["handle"][];
  /** whose requests it approves; all others wait for the visitor */
  readonly approves: readonly DemoOrganization["handle"][];
  /** the partnership that it proposes, and the file with its terms */
  readonly proposes?: { readonly partner: DemoOrganization["handle"]; readonly terms: string };
}

/** The three organizations, in the order of their ports. */
export const DEMO_ORGANIZATIONS: readonly [DemoOrganization, DemoOrganization, DemoOrganization] = [
  {
    handle: "alpha",
    name: "Alpha Power",
    followers: "open",
    admin: { handle: "ana", name: "Ana Alves", role: "admin" },
    members: [
      { handle: "tomas", name: "Tomas Lindqvist", role: "editor" },
      { handle: "ines", name: "Ines Okafor", role: "author" },
    ],
    practices: [
      { file: "grid-incident-review.md", editor: "ana" },
      { file: "turbine-borescope-inspection.md", editor: "tomas" },
      {
        file: "night-shift-handover.md",
        editor: "tomas",
        addition: "night-shift-handover.revision-2.md",
      },
      { file: "vibration-alarms-question.md", editor: "ana" },
      { file: "transformer-near-miss.md", editor: "ana", partner: "bravo" },
    ],
    follows: ["bravo", "charlie"],
    adminFollows: ["bravo"],
    approves: [],
    proposes: { partner: "bravo", terms: "partnership-terms.md" },
  },
  {
    handle: "bravo",
    name: "Bravo Wind",
    followers: "open",
    admin: { handle: "bo", name: "Bo Brandt", role: "admin" },
    members: [
      { handle: "marit", name: "Marit Solberg", role: "editor" },
      { handle: "yusuf", name: "Yusuf Demir", role: "reader" },
    ],
    practices: [
      { file: "blade-leading-edge-repair.md", editor: "marit" },
      { file: "spare-parts-lesson.md", editor: "bo" },
      { file: "first-thirty-days-technicians.md", editor: "marit" },
    ],
    follows: ["alpha", "charlie"],
    adminFollows: ["alpha"],
    approves: [],
  },
  {
    handle: "charlie",
    name: "Charlie Clinics",
    followers: "approve",
    admin: { handle: "chen", name: "Chen Wei", role: "admin" },
    members: [
      { handle: "fatima", name: "Fatima Haddad", role: "editor" },
      { handle: "lars", name: "Lars Nyberg", role: "author" },
    ],
    practices: [
      { file: "downtime-drill.md", editor: "fatima" },
      { file: "phishing-lesson.md", editor: "chen" },
      { file: "backup-power-question.md", editor: "chen" },
    ],
    follows: ["alpha", "bravo"],
    adminFollows: ["alpha"],
    approves: ["alpha"],
  },
];
