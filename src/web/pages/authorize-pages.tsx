import { isEditor } from "../../domain/audience/policy.ts";
import { safeHref } from "../../platform/html/link.ts";
import type { AuthorizationRequest } from "../../services/authorization.ts";
import { OUT_OF_BAND } from "../../services/oauth-apps.ts";
import { displayName } from "../components/actor-card.tsx";
import { Choice, FormToken } from "../components/form-fields.tsx";
import type { MemberFrame } from "../frame.ts";
import { scopesInWords } from "../scope-words.ts";
import { text } from "../text.ts";

const words = text.applications;

interface ConsentPageProps {
  readonly frame: MemberFrame;
  readonly request: AuthorizationRequest;
  /** the request as it came, to be sent again with the decision */
  readonly parameters: Readonly<Record<string, string>>;
  /** where to sign in as somebody else */
  readonly otherwise: string;
}

/** Asks a member whether an application may act for them. */
export function ConsentPage({ frame, request, parameters, otherwise }: ConsentPageProps) {
  const { app, redirectUri, scopes } = request;
  const name = displayName(frame.member.actor);
  return (
    <>
      <header class="intro">
        <h1 dir="auto">{words.askTitle(app.name)}</h1>
        <p class="lead" dir="auto">
          {words.askLead(app.name, displayName(frame.organization.actor))}
        </p>
        {app.website === null ? null : (
          <p>
            {words.itsWebsite}{" "}
            <a href={safeHref(app.website)} rel="noopener noreferrer nofollow">
              {app.website}
            </a>
          </p>
        )}
      </header>
      <section class="allowed" aria-labelledby="may">
        <h2 id="may">{words.may}</h2>
        <ScopeList scopes={scopes} />
      </section>
      <form class="form" method="post" action="/oauth/authorize">
        <FormToken frame={frame} />
        {Object.entries(parameters).map(([field, value]) => (
          <input type="hidden" name={field} value={value} />
        ))}
        {isEditor(frame.member.role) ? <WhomChoice frame={frame} /> : <p>{words.asYou(name)}</p>}
        <p class="hint">
          {redirectUri === OUT_OF_BAND
            ? words.shownCode
            : words.afterwards(placeOf(redirectUri) ?? words.backToApp)}{" "}
          {words.takeBack}
        </p>
        <div class="actions">
          <button class="button" type="submit" name="decision" value="allow">
            {words.allow}
          </button>
          <button class="button plain" type="submit" name="decision" value="refuse">
            {words.refuse}
          </button>
        </div>
        <p class="small quiet">
          {words.signedInAs(name)} <a href={otherwise}>{words.somebodyElse}</a>
        </p>
      </form>
    </>
  );
}

function WhomChoice({ frame }: { readonly frame: MemberFrame }) {
  return (
    <fieldset class="choices">
      <legend>{words.as}</legend>
      <Choice
        name="as"
        value="member"
        label={words.myself(displayName(frame.member.actor))}
        checked
      />
      <Choice
        name="as"
        value="organization"
        label={words.organization(displayName(frame.organization.actor))}
        hint={words.organizationHint}
        checked={false}
      />
    </fieldset>
  );
}

/** What is allowed, one sentence each. */
export function ScopeList({ scopes }: { readonly scopes: readonly string[] }) {
  return (
    <ul class="scopes">
      {scopesInWords(scopes).map((sentence) => (
        <li>{sentence}</li>
      ))}
    </ul>
  );
}

/** Of an address on the web its host; an application's own scheme means nothing to people. */
function placeOf(redirectUri: string): string | null {
  const url = URL.parse(redirectUri);
  return url !== null && ["http:", "https:"].includes(url.protocol) ? url.host : null;
}

/** The code, for applications that cannot be called. */
export function CodePage({ app, code }: { readonly app: string; readonly code: string }) {
  return (
    <div class="intro">
      <h1>{words.codeTitle}</h1>
      <p class="lead" dir="auto">
        {words.codeLead(app)}
      </p>
      <pre class="command code" tabindex={0}>
        <code>{code}</code>
      </pre>
    </div>
  );
}
