import { Temporal } from "@js-temporal/polyfill";

// Fedify expects the global, which Node 24 does not have yet. Import this file before Fedify.
if (!("Temporal" in globalThis)) {
  Object.defineProperty(globalThis, "Temporal", { value: Temporal, configurable: true });
}
