import { expect, test } from "vitest";
import { readDemoConfig } from "../../src/config/demo.ts";

test("without settings the demo lies in demo-data and listens on three ports from 3001", () => {
  const config = readDemoConfig({ PRAXIS_DEMO_PORTS: "", PRAXIS_DEMO_DATA: "" });
  expect(config.ports).toEqual([3001, 3002, 3003]);
  expect(config.dataDir).toMatch(/\/demo-data$/);
});

test("its folder and its ports can be chosen", () => {
  const config = readDemoConfig({ PRAXIS_DEMO_PORTS: "4001, 4002,5003", PRAXIS_DEMO_DATA: "/d" });
  expect(config.ports).toEqual([4001, 4002, 5003]);
  expect(config.dataDir).toBe("/d");
});

test.each(["4001", "4001,4002", "4001,4001,4002", "1,2,3,4", "a,b,c", "0,1,2", "4001,4002,65536"])(
  "the ports %s are refused with an example of what is right",
  (ports) => {
    expect(() => readDemoConfig({ PRAXIS_DEMO_PORTS: ports })).toThrow(/such as 3001,3002,3003/);
  },
);

test("the demo's processes inherit nothing that would set up another instance", () => {
  const { environment } = readDemoConfig({
    PATH: "/bin",
    NODE_OPTIONS: "--trace-warnings",
    PRAXIS_ORIGIN: "https://alpha.example",
    PRAXIS_SECRET_KEY: "x",
    DATABASE_URL: "postgres://production/praxis",
    PORT: "80",
    HOST: "0.0.0.0",
    SMTP_URL: "smtp://mail",
  });
  expect(environment).toEqual({ PATH: "/bin", NODE_OPTIONS: "--trace-warnings" });
});
