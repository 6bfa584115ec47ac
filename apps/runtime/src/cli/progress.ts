// What `heddle run` shows: on a terminal one line per node that redraws itself, elsewhere one line per change of state.
import type { RunRecord } from "@heddle/schema/api";
import type { Event } from "@heddle/schema/event";
import { count, duration } from "./words.ts";

export interface RunView {
  show(event: Event): void;
  end(run: RunRecord): void;
}

interface Line {
  state: string;
  detail: string;
  share: number | undefined;
}

const barWidth = 24;
const redrawMs = 80;

export function progressView(nodes: readonly string[]): RunView {
  return process.stdout.isTTY ? liveView(nodes) : plainView();
}

function applyEvent(line: Line, event: Event): void {
  switch (event.kind) {
    case "queued":
      Object.assign(line, { state: "queued", detail: "" });
      return;
    case "started":
      Object.assign(line, { state: "running", detail: "", share: 0 });
      return;
    case "progress":
      line.share = event.total ? Math.min(1, event.done / event.total) : undefined;
      line.detail = [
        event.total
          ? `${count(event.done)} of ${count(event.total)} ${event.unit}`
          : `${count(event.done)} ${event.unit}`,
        event.etaMs === undefined ? "" : `${duration(event.etaMs)} left`,
      ]
        .filter((part) => part !== "")
        .join(", ");
      return;
    case "cached":
      Object.assign(line, { state: "cached", detail: "", share: undefined });
      return;
    case "done":
      Object.assign(line, { state: "done", detail: duration(event.ms), share: undefined });
      return;
    case "failed":
      Object.assign(line, { state: "failed", detail: event.error, share: undefined });
      return;
    case "skipped":
      Object.assign(line, { state: "skipped", detail: event.because, share: undefined });
      return;
    case "cancelled":
      Object.assign(line, { state: "cancelled", detail: "", share: undefined });
      return;
    case "run":
    case "metric":
    case "log":
    case "preview":
      return;
    default:
      event satisfies never;
  }
}

function lineText(node: string, line: Line, width: number): string {
  const bar = line.share === undefined ? "" : `${"━".repeat(Math.round(line.share * barWidth)).padEnd(barWidth, "─")} `;
  return `${node.padEnd(width)}  ${line.state.padEnd(9)} ${bar}${line.detail}`.trimEnd();
}

function liveView(nodes: readonly string[]): RunView {
  const lines = new Map(nodes.map((node) => [node, { state: "", detail: "", share: undefined } as Line]));
  const width = Math.max(...nodes.map((node) => node.length));
  let drawn = 0;
  let last = 0;
  const draw = () => {
    const columns = process.stdout.columns || 80;
    const text = [...lines]
      .map(([node, line]) => `\u001b[2K${lineText(node, line, width).slice(0, columns - 1)}`)
      .join("\n");
    process.stdout.write(`${drawn > 0 ? `\u001b[${drawn}A\r` : ""}${text}\n`);
    drawn = lines.size;
    last = Date.now();
  };
  return {
    show(event) {
      if (!("node" in event)) return;
      const line = lines.get(event.node);
      if (line === undefined) return;
      applyEvent(line, event);
      if (event.kind !== "progress" || Date.now() - last > redrawMs) draw();
    },
    end(run) {
      draw();
      // A sentence that the terminal's width has cut is said again in full.
      for (const step of run.steps) if (step.error !== null) console.error(`${step.node}: ${step.error}`);
      console.log(`run ${run.id}: ${run.state}`);
    },
  };
}

function plainView(): RunView {
  return {
    show(event) {
      if (!("node" in event) || event.kind === "progress" || event.kind === "metric" || event.kind === "preview")
        return;
      if (event.kind === "log") {
        console.log(`${event.node}: ${event.line}`);
        return;
      }
      const line: Line = { state: "", detail: "", share: undefined };
      applyEvent(line, event);
      console.log(`${event.node}: ${line.state}${line.detail === "" ? "" : ` (${line.detail})`}`);
    },
    end(run) {
      console.log(`run ${run.id}: ${run.state}`);
    },
  };
}
