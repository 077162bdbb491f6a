import { AppError } from "../domain/errors.ts";
import { FOLLOW_POLICIES } from "../domain/follow.ts";
import { checkLocalHandle } from "../domain/handle.ts";
import type { SetupInput } from "../services/setup.ts";
import type { Problems } from "./components/form-fields.tsx";
import type { Form } from "./form.ts";
import { text } from "./text.ts";

/** What somebody typed on the first-run page; passwords are never given back. */
export interface SetupFields {
  readonly name: string;
  readonly handle: string;
  readonly admin: string;
  readonly adminName: string;
  readonly email: string;
  readonly followers: string;
}

export const EMPTY_SETUP: SetupFields = {
  name: "",
  handle: "",
  admin: "",
  adminName: "",
  email: "",
  followers: "approve",
};

const SHORTEST_PASSWORD = 8;

/**
 * Reads the form: all problems at once, by the id of the field that each belongs to. What passes may
 * still be refused by `setUp`.
 */
export function readSetupForm(form: Form): {
  fields: SetupFields;
  input: SetupInput;
  problems: Problems;
} {
  const fields: SetupFields = {
    name: form("name").trim(),
    handle: form("handle").trim().replace(/^@/, ""),
    admin: form("admin").trim().replace(/^@/, ""),
    adminName: form("admin_name").trim(),
    email: form("email").trim(),
    followers: form("followers"),
  };
  const password = form("password");
  const followers = FOLLOW_POLICIES.find((policy) => policy === fields.followers);
  const problems: Record<string, string> = {};
  const wrong = text.setup.problems;

  if (fields.name === "") problems["name"] = wrong.name;
  if (fields.name.length > 100) problems["name"] = wrong.nameTooLong;
  const handleProblem = problemWithHandle(fields.handle, wrong.handle);
  if (handleProblem !== null) problems["handle"] = handleProblem;
  if (followers === undefined) problems["followers-approve"] = wrong.followers;
  const adminProblem = problemWithHandle(fields.admin, wrong.admin);
  if (adminProblem !== null) problems["admin"] = adminProblem;
  else if (fields.admin.toLowerCase() === fields.handle.toLowerCase()) {
    problems["admin"] = wrong.sameHandle;
  }
  if (fields.adminName.length > 100) problems["admin_name"] = wrong.adminName;
  if (!/^[^\s@]{1,64}@[^\s@]{1,190}$/.test(fields.email)) problems["email"] = wrong.email;
  if (password.length < SHORTEST_PASSWORD) problems["password"] = wrong.password;
  else if (password.length > 1000) problems["password"] = wrong.passwordTooLong;
  else if (password !== form("password_again")) problems["password_again"] = wrong.passwordAgain;

  return {
    fields,
    input: {
      ...fields,
      adminName: fields.adminName || undefined,
      password,
      followers: followers ?? "approve",
    },
    problems,
  };
}

function problemWithHandle(handle: string, missing: string): string | null {
  if (handle === "") return missing;
  try {
    checkLocalHandle(handle);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.safe;
    throw error;
  }
}
