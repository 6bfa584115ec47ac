// The plan of one node: why it will run or not, down to the values that changed; how it is cached; how long it takes.
import type { Explanation } from "@heddle/schema/api";
import type { Determinism, NodeSpec } from "@heddle/schema/node";
import { run } from "../frame/commands.ts";
import { reporting } from "../interface-store.ts";
import { hostLines, isAsking, missingKeys, reachWords, within } from "../run/reach.ts";
import { isLive } from "../run/run-store.ts";
import { brief, bytes, duration } from "../theme/words.ts";
import { useExplanation, useOutlook, useRun, useSession } from "../use-session.ts";

const determinismWords: Readonly<Record<Determinism, string>> = {
  pure: "The same inputs and parameters always give the same bytes.",
  seeded: "The same inputs, parameters and seed give the same result.",
  frozen: "The first result stays until you ask for a new sample.",
  volatile: "Runs every time; nothing is kept.",
};

const shapeWords = {
  map: "Row by row: new rows alone are computed.",
  whole: "All at once, in a process of its own.",
  service: "Starts a server that stays.",
} as const;

export function PlanTab({ id, spec }: { id: string; spec: NodeSpec }) {
  const session = useSession();
  const explanation = useExplanation(id);
  const failure = useOutlook((state) => state.failure);
  const reach = useOutlook((state) => state.reach);
  const reached = reachWords(reach, id);
  const own = within(reach, new Set([id]));
  const asks = hostLines(own).some(isAsking) || missingKeys(own).length > 0;
  const live = useRun((state) => isLive(state.state));
  return (
    <>
      <section className="section">
        <h4>{explanation?.state === "cached" ? "Why it will not run" : "Why it will run"}</h4>
        {explanation ? (
          <Why explanation={explanation} />
        ) : (
          <p className="muted">{failure ?? "Known once the graph has no issues and is saved."}</p>
        )}
      </section>
      {reached && (
        <section className="section">
          <h4>What it reaches</h4>
          <p className="why">{reached}</p>
          {asks && <p className="muted">Not all of it is allowed yet: Run asks first.</p>}
        </section>
      )}
      <section className="section facts-list">
        <h4>Where it runs</h4>
        <Line label="Caching">{determinismWords[spec.determinism]}</Line>
        <Line label="Work">{shapeWords[spec.shape]}</Line>
        {explanation?.ms !== undefined && (
          <Line label="Takes">about {duration(explanation.ms)}, from earlier runs</Line>
        )}
        {explanation?.key && (
          <Line label="Key">
            <code title={explanation.key}>{explanation.key.slice(0, 16)}</code>
          </Line>
        )}
        {Object.entries(explanation?.outputs ?? {}).map(([port, output]) => (
          <Line key={port} label={port}>
            <code title={output.digest}>{output.digest.slice(0, 12)}</code>{" "}
            <span className="faint">{bytes(output.size)}</span>
          </Line>
        ))}
      </section>
      <section className="section">
        <div className="button-row">
          <button className="button" disabled={live} onClick={() => run(session, [id])}>
            Run to here
          </button>
          {explanation?.state === "cached" && (
            <button className="button" disabled={live} onClick={() => run(session, [id], [id])}>
              {spec.determinism === "frozen" ? "New sample" : "Run again"}
            </button>
          )}
          {spec.peeks && (
            <button
              className="button"
              onClick={() => reporting(session.lookUp())}
              title="Asks outside sources for columns and versions"
            >
              Look at the source
            </button>
          )}
        </div>
      </section>
    </>
  );
}

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="fact-line">
      <span>{label}</span>
      <div>{children}</div>
    </div>
  );
}

function Why({ explanation }: { explanation: Explanation }) {
  const { sentence, changes } = explanation;
  // A parameter's name at the start keeps its small letter: it is a name.
  const isNamed = changes.some(({ name }) => sentence.startsWith(`${name} `));
  return (
    <>
      <p className="why">{isNamed ? sentence : sentence.charAt(0).toUpperCase() + sentence.slice(1)}</p>
      {changes.length > 0 && (
        <ul className="changes">
          {changes.map((change) => (
            <li key={`${change.what} ${change.name}`}>
              <span className="faint">{change.what}</span>{" "}
              <code>
                {change.name} {brief(change.before, 22)} → {brief(change.after, 22)}
              </code>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
