// Warnings of the selected node, and errors that stand on no parameter: those on one are named beside it.
import { IssueFix } from "../canvas/node-message.tsx";
import { useIssues } from "../use-session.ts";

export function NodeIssues({ id }: { id: string }) {
  const issues = useIssues(id).filter((issue) => issue.path?.[0] !== "params");
  if (issues.length === 0) return null;
  return (
    <section className="section issues">
      {issues.map((issue) => (
        <div
          key={`${issue.code} ${issue.port ?? ""}`}
          className={`message${issue.severity === "warning" ? " warning" : ""}`}
        >
          {issue.port && <b>{issue.port}: </b>}
          {issue.message.replace(`node ${id}: `, "")}
          <IssueFix id={id} issue={issue} />
        </div>
      ))}
    </section>
  );
}
