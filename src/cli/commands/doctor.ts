import { defineCommand } from "citty";
import { examine } from "../../services/doctor.ts";
import { COMMON, withInstance } from "../session.ts";

const MARKS = { ok: "ok  ", warn: "look", fail: "FAIL" } as const;

/** `praxis doctor`: what is well and what is not; exit status 1 when something does not work. */
export const doctor = defineCommand({
  meta: { name: "doctor", description: "Check the instance and say what needs attention" },
  args: COMMON,
  run: ({ args }) =>
    withInstance(args, async ({ context, output }) => {
      const findings = await examine(context);
      const healthy = findings.every((finding) => finding.status !== "fail");
      output.answer(
        { healthy, findings },
        findings
          .map(({ check, status, detail }) => `${MARKS[status]}  ${check}: ${detail}`)
          .join("\n"),
      );
      if (!healthy) process.exitCode = 1;
    }),
});
