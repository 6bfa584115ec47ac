// What may stand over the editor of an open graph.
import { ConflictDialog } from "./conflict-dialog.tsx";
import { RunDialog } from "./run-dialog.tsx";
import { Shortcuts } from "./shortcuts.tsx";

export function Dialogs() {
  return (
    <>
      <Shortcuts />
      <ConflictDialog />
      <RunDialog />
    </>
  );
}
