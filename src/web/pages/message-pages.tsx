import type { Withdrawal } from "../../services/withdrawals.ts";
import { displayName } from "../components/actor-card.tsx";
import { formatDay, text } from "../text.ts";

/** Before set-up. */
export function NotSetUpPage() {
  return (
    <div class="intro">
      <h1>{text.notSetUp.title}</h1>
      <p class="lead">{text.notSetUp.body}</p>
      <p>{text.notSetUp.hint}</p>
      <SetupCommand />
    </div>
  );
}

function SetupCommand() {
  return (
    <pre class="command" tabindex={0}>
      <code>{text.notSetUp.command}</code>
    </pre>
  );
}

/** The one answer to "missing" and "hidden"; nothing on it depends on what was asked for. */
export function NotFoundPage() {
  return (
    <div class="intro">
      <h1>{text.errors.notFoundTitle}</h1>
      <p class="lead">{text.errors.notFound}</p>
      <p>
        <a href="/">{text.errors.notFoundHint}</a>
      </p>
    </div>
  );
}

/** For those who could see it before: that it is gone, and nothing of what it was. */
export function WithdrawnPage({ withdrawal }: { readonly withdrawal: Withdrawal }) {
  const { owner, withdrawnAt } = withdrawal;
  const words = text.publishing.withdrawn;
  return (
    <div class="intro">
      <h1>{words.title}</h1>
      <p class="lead" dir="auto">
        {words.message(displayName(owner), formatDay(withdrawnAt))}
      </p>
      <p>{words.hint}</p>
    </div>
  );
}

/** Says what went wrong, in a sentence that is safe to show. */
export function ErrorPage({
  title,
  message,
}: {
  readonly title: string;
  readonly message: string;
}) {
  return (
    <div class="intro" role="alert">
      <h1>{title}</h1>
      <p class="lead">{message}</p>
    </div>
  );
}

/** The set-up link was used, or is too old, or was never made. */
export function SetupLinkPage({ done }: { readonly done: boolean }) {
  return done ? (
    <div class="intro">
      <h1>{text.setup.doneTitle}</h1>
      <p class="lead">{text.setup.done}</p>
      <p>
        <a class="button" href="/sign-in">
          {text.signIn.title}
        </a>
      </p>
    </div>
  ) : (
    <div class="intro">
      <h1>{text.setup.invalidTitle}</h1>
      <p class="lead">{text.setup.invalid}</p>
      <SetupCommand />
    </div>
  );
}
