// Asks the server what Run would do with the saved document.
import type { StoreApi } from "zustand/vanilla";
import type { Api } from "../api/client.ts";
import type { Outlook } from "./outlook.ts";

export interface Explainer {
  explain(): Promise<void>;
  /** What was asked last has been answered. */
  settled(): Promise<void>;
}

/** Asks what Run would do; an answer that a later question overtook is dropped. */
export function openExplainer(
  id: string,
  api: Api,
  outlook: StoreApi<Outlook>,
  signatures: () => Readonly<Record<string, number>>,
): Explainer {
  let asked = 0;
  let newest = Promise.resolve();

  async function ask(turn: number): Promise<void> {
    const explained = signatures();
    const answer = await api.explain(id).catch((cause: Error) => cause);
    if (turn !== asked) return;
    if (answer instanceof Error) {
      outlook.setState({ failure: answer.message });
      return;
    }
    const { facts, issues, reach } = answer;
    const steps = Object.fromEntries(answer.steps.map((step) => [step.node, step]));
    outlook.setState({ steps, facts, issues, reach, signatures: explained, failure: undefined });
  }

  return {
    explain: () => (newest = ask(++asked)),
    async settled() {
      for (let waited = 0; waited !== asked;) {
        waited = asked;
        await newest;
      }
    },
  };
}
