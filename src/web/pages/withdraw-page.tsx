import type { Visible } from "../../domain/audience/policy.ts";
import type { PostRecord } from "../../services/records.ts";
import { FormToken } from "../components/form-fields.tsx";
import type { MemberFrame } from "../frame.ts";
import { text } from "../text.ts";

const words = text.publishing.write;

/** Asks once more before a practice is withdrawn from everyone who has it. */
export function WithdrawPage({
  frame,
  post,
}: {
  readonly frame: MemberFrame;
  readonly post: Visible<PostRecord>;
}) {
  const path = new URL(post.url).pathname;
  return (
    <>
      <header class="intro">
        <h1>{words.withdrawTitle}</h1>
        <p class="lead" dir="auto">
          {post.title}
        </p>
      </header>
      <p>{words.withdrawHint}</p>
      <form method="post" action={`${path}/withdraw`}>
        <FormToken frame={frame} />
        <div class="actions">
          <button class="button" type="submit">
            {words.withdrawNow}
          </button>
          <a class="button plain" href={path}>
            {words.keep}
          </a>
        </div>
      </form>
    </>
  );
}
