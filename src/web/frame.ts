import type { Context as HonoContext } from "hono";
import type { Viewer } from "../domain/audience/policy.ts";
import type { Member } from "../services/members.ts";
import type { ActorRecord } from "../services/records.ts";
import type { Organization } from "../services/organization.ts";

/** What every page knows of where it stands and who looks. */
export interface Frame {
  /** null before set-up */
  readonly organization: Organization | null;
  /** null for a visitor who has not signed in */
  readonly member: Member | null;
  /** somebody of another server who has signed in there; they read what is meant for them */
  readonly guest: ActorRecord | null;
  /** the member; else the guest; else anybody */
  readonly viewer: Viewer;
  readonly origin: string;
  readonly host: string;
  readonly path: string;
  /** proves that a form came from a page of ours; the same for a whole session */
  readonly formToken: string;
}

/** The frame of a member's page: who signed in, and for whom they work. */
export interface MemberFrame extends Frame {
  readonly organization: Organization;
  readonly member: Member;
}

/** The frame once the organization exists. */
export interface OrganizationFrame extends Frame {
  readonly organization: Organization;
}

export interface WebEnv {
  Variables: {
    frame: Frame;
    /** set by a page whose form ends at another website or in an application */
    formLeadsOut?: boolean;
  };
}

export type WebContext = HonoContext<WebEnv>;
