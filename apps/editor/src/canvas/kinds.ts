// What is drawn on the canvas, by the kinds that React Flow knows it under.
import { DotNode } from "./dot.tsx";
import { TypedEdge } from "./edge.tsx";
import { StepNode } from "./node.tsx";
import { NoteNode } from "./note.tsx";

export const nodeTypes = { step: StepNode, note: NoteNode, dot: DotNode };
export const edgeTypes = { typed: TypedEdge };
