import { Hono } from "hono";
import { parseHost } from "../../domain/moderation.ts";
import { AppError } from "../../domain/errors.ts";
import type { Context } from "../../services/context.ts";
import { requireAdmin } from "../../services/members.ts";
import {
  allowOrigin,
  blockOrigin,
  disallowOrigin,
  listOrigins,
  previewChange,
  setAllowListOnly,
  unblockOrigin,
} from "../../services/origins.ts";
import type { Problems } from "../components/form-fields.tsx";
import { readForm, type Form } from "../form.ts";
import type { MemberFrame, WebContext, WebEnv } from "../frame.ts";
import {
  ConfirmOriginPage,
  EMPTY_RULE,
  OriginsPage,
  type RuleFields,
} from "../pages/origins-page.tsx";
import { privatePage } from "../render.tsx";
import { text } from "../text.ts";
import { memberFrame, signedIn } from "./member.tsx";

const PAGE = "/admin/origins";

/** Rules about whole hosts, for administrators. */
export function originRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  for (const path of [PAGE, `${PAGE}/*`]) app.use(path, signedIn);

  async function overview(
    c: WebContext,
    fields: RuleFields,
    problems: Problems,
  ): Promise<Response> {
    const frame = adminFrame(c);
    return privatePage(
      c,
      { title: text.origins.title },
      <OriginsPage
        frame={frame}
        list={await listOrigins(context, frame.member)}
        fields={fields}
        problems={problems}
      />,
      Object.keys(problems).length === 0 ? 200 : 422,
    );
  }

  /** The page that asks once more, when anybody would be cut off; null when there is nothing to ask. */
  async function askFirst(
    c: WebContext,
    form: Form,
    asked: {
      readonly change: "block" | "disallow" | "allow-list";
      readonly host?: string;
      readonly fields: Readonly<Record<string, string>>;
    },
  ): Promise<Response | null> {
    if (form("confirmed") === "yes") return null;
    const frame = adminFrame(c);
    const { change, host = "" } = asked;
    const intent = change === "allow-list" ? { kind: change, on: true } : { kind: change, host };
    const cutOff = await previewChange(context, frame.member, intent);
    // The switch is asked about in any case: it decides about all who are to come.
    if (cutOff.hosts === 0 && change !== "allow-list") return null;
    return privatePage(
      c,
      { title: text.origins.confirm[change].title(host) },
      <ConfirmOriginPage
        frame={frame}
        change={change}
        host={host}
        cutOff={cutOff}
        action={c.req.path}
        fields={asked.fields}
      />,
    );
  }

  app.get(PAGE, (c) => overview(c, EMPTY_RULE, {}));

  app.post(PAGE, async (c) => {
    const { member } = adminFrame(c);
    const form = await readForm(c);
    const fields = { host: form("host").trim(), what: form("what"), reason: form("reason").trim() };
    const { what, reason } = fields;
    if (what !== "block" && what !== "allow") {
      return overview(c, fields, { what: text.origins.problems.what });
    }
    try {
      const host = parseHost(fields.host);
      if (what === "allow") await allowOrigin(context, member, host);
      else {
        const question = await askFirst(c, form, { change: "block", host, fields });
        if (question !== null) return question;
        await blockOrigin(context, member, host, reason);
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      const field = error.code === "reason_too_long" ? "reason" : "host";
      return overview(c, fields, { [field]: error.safe });
    }
    return c.redirect(PAGE, 303);
  });

  app.post(`${PAGE}/unblock`, async (c) => {
    const { member } = adminFrame(c);
    const form = await readForm(c);
    await unblockOrigin(context, member, form("host"));
    return c.redirect(PAGE, 303);
  });

  app.post(`${PAGE}/disallow`, async (c) => {
    const { member } = adminFrame(c);
    const form = await readForm(c);
    const host = parseHost(form("host"));
    const question = await askFirst(c, form, { change: "disallow", host, fields: { host } });
    if (question !== null) return question;
    await disallowOrigin(context, member, host);
    return c.redirect(PAGE, 303);
  });

  app.post(`${PAGE}/allow-list`, async (c) => {
    const { member } = adminFrame(c);
    const form = await readForm(c);
    const on = form("mode") === "on";
    const fields = { mode: "on" };
    const question = on ? await askFirst(c, form, { change: "allow-list", fields }) : null;
    if (question !== null) return question;
    await setAllowListOnly(context, member, on);
    return c.redirect(PAGE, 303);
  });

  return app;
}

/** @throws AppError `admins_only` */
function adminFrame(c: WebContext): MemberFrame {
  const frame = memberFrame(c);
  requireAdmin(frame.member);
  return frame;
}
