import type { CutOff, OriginList, OriginRecord } from "../../services/origins.ts";
import { displayName } from "../components/actor-card.tsx";
import { Day } from "../components/day.tsx";
import {
  Choice,
  ErrorSummary,
  Field,
  FormToken,
  PostButton,
  type Problems,
} from "../components/form-fields.tsx";
import type { MemberFrame } from "../frame.ts";
import { text } from "../text.ts";

const words = text.origins;

/** What was typed into the form for a new rule. */
export interface RuleFields {
  readonly host: string;
  readonly what: string;
  readonly reason: string;
}

export const EMPTY_RULE: RuleFields = { host: "", what: "", reason: "" };

interface OriginsPageProps {
  readonly frame: MemberFrame;
  readonly list: OriginList;
  readonly fields: RuleFields;
  readonly problems: Problems;
}

/** The rules about whole hosts, the switch between the two modes, and the form for a new rule. */
export function OriginsPage({ frame, list, fields, problems }: OriginsPageProps) {
  const { allowListOnly, origins } = list;
  return (
    <>
      <header class="intro">
        <h1>{words.title}</h1>
        <p class="lead">{words.lead(displayName(frame.organization.actor))}</p>
      </header>
      <ErrorSummary problems={problems} />
      <section aria-labelledby="mode-title">
        <h2 id="mode-title">{words.mode}</h2>
        <p>{allowListOnly ? words.listed : words.all}</p>
        <form method="post" action="/admin/origins/allow-list">
          <FormToken frame={frame} />
          <input type="hidden" name="mode" value={allowListOnly ? "off" : "on"} />
          <button class="button plain" type="submit">
            {allowListOnly ? words.turnOff : words.turnOn}
          </button>
        </form>
      </section>
      <section aria-labelledby="rules-title">
        <h2 id="rules-title">{words.rules}</h2>
        {origins.length === 0 ? (
          <p class="quiet none">{words.none}</p>
        ) : (
          <RuleTable frame={frame} origins={origins} />
        )}
      </section>
      <RuleForm frame={frame} fields={fields} problems={problems} />
    </>
  );
}

function RuleTable({
  frame,
  origins,
}: {
  readonly frame: MemberFrame;
  readonly origins: readonly OriginRecord[];
}) {
  return (
    <div class="scroll" role="group" aria-labelledby="rules-title" tabindex={0}>
      <table class="rules">
        <thead>
          <tr>
            {Object.values(words.columns).map((column) => (
              <th scope="col">{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {origins.map(({ host, rule, reason, createdAt }) => (
            <tr>
              <th scope="row">{host}</th>
              <td>{words.rule[rule]}</td>
              <td>{reason}</td>
              <td>
                <Day date={createdAt} />
              </td>
              <td>
                <PostButton
                  frame={frame}
                  action={`/admin/origins/${rule === "blocked" ? "unblock" : "disallow"}`}
                  fields={{ host }}
                  label={rule === "blocked" ? words.unblock : words.disallow}
                  about={host}
                  plain
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RuleForm({ frame, fields, problems }: Omit<OriginsPageProps, "list">) {
  return (
    <section aria-labelledby="add-title">
      <h2 id="add-title">{words.add}</h2>
      <form class="form" method="post" action="/admin/origins" novalidate>
        <FormToken frame={frame} />
        <Field
          name="host"
          label={words.host}
          hint={words.hostHint}
          value={fields.host}
          maxlength={300}
          autocomplete="off"
          problem={problems["host"]}
          plain
        />
        <fieldset class="choices" id="what">
          <legend>{words.what}</legend>
          {problems["what"] === undefined ? null : <p class="problem">{problems["what"]}</p>}
          {(["block", "allow"] as const).map((value) => (
            <Choice
              name="what"
              value={value}
              label={words[value]}
              hint={words[`${value}Hint`]}
              checked={fields.what === value}
            />
          ))}
        </fieldset>
        <Field
          name="reason"
          label={words.reason}
          hint={words.reasonHint}
          value={fields.reason}
          maxlength={500}
          problem={problems["reason"]}
          optional
        />
        <button class="button" type="submit">
          {words.submit}
        </button>
      </form>
    </section>
  );
}

/** Asks once more before somebody is cut off, and says who. */
export function ConfirmOriginPage({
  frame,
  change,
  host,
  cutOff,
  action,
  fields,
}: {
  readonly frame: MemberFrame;
  readonly change: "block" | "disallow" | "allow-list";
  readonly host: string;
  readonly cutOff: CutOff;
  /** where the confirmed form goes, and what it says */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}) {
  const { title, cutOff: sentence, button } = words.confirm[change];
  return (
    <>
      <header class="intro">
        <h1>{title(host)}</h1>
        <p class="lead">{sentence(cutOff, host)}</p>
      </header>
      <ul>
        {words.confirm.effects.map((effect) => (
          <li>{effect}</li>
        ))}
      </ul>
      <form method="post" action={action}>
        <FormToken frame={frame} />
        {Object.entries({ ...fields, confirmed: "yes" }).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <div class="actions">
          <button class="button" type="submit">
            {button}
          </button>
          <a class="button plain" href="/admin/origins">
            {words.confirm.cancel}
          </a>
        </div>
      </form>
    </>
  );
}
