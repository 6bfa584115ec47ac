// The graph's earlier runs; choosing one shows its curves, logs and results on the canvas again.
import type { RunRecord } from "@heddle/schema/api";
import { useEffect, useState } from "react";
import { reporting } from "../interface-store.ts";
import { ago, duration, plural } from "../theme/words.ts";
import { useRun, useSession } from "../use-session.ts";

const shownRuns = 12;

function words(run: RunRecord): string {
  if (run.state !== "done") return run.state;
  const worked = run.steps.filter((step) => step.state === "done").length;
  return worked === 0 ? "all cached" : `${plural(worked, "step")} run`;
}

export function Runs() {
  const shown = useRun((state) => state.run);
  const state = useRun((state) => state.state);
  // Asked again when a run starts or ends.
  return <RunList key={`${shown} ${state}`} shown={shown} />;
}

function RunList({ shown }: { shown: string | undefined }) {
  const session = useSession();
  const [runs, setRuns] = useState<readonly RunRecord[]>([]);
  useEffect(() => {
    reporting(session.api.runs(session.id).then((answer) => setRuns(answer.runs)));
  }, [session]);
  if (runs.length === 0) return null;
  const newestFirst = runs.toSorted((left, right) => right.created.localeCompare(left.created));
  return (
    <section className="section">
      <h4>Runs</h4>
      <ul className="run-list">
        {newestFirst.slice(0, shownRuns).map((run) => (
          <li key={run.id}>
            <button aria-pressed={run.id === shown} data-state={run.state} onClick={() => session.show(run)}>
              <span>{ago(Date.parse(run.created))}</span>
              <span className="faint">{words(run)}</span>
              <span className="faint">{run.ended && duration(Date.parse(run.ended) - Date.parse(run.created))}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
