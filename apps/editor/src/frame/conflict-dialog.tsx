// Two windows edited one graph: the user chooses which version stays. Undo brings the other back.
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useStore } from "zustand";
import { reporting } from "../interface-store.ts";
import { useSession } from "../use-session.ts";
import { exportFile } from "./commands.ts";

export function ConflictDialog() {
  const session = useSession();
  const state = useStore(session.autosave);
  return (
    <AlertDialog.Root open={state.kind === "conflict"}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog">
          <AlertDialog.Title render={<h2 />}>This graph was changed elsewhere</AlertDialog.Title>
          <AlertDialog.Description>
            Another window or a program saved a newer version while you were editing. Keep yours and replace it, or open
            theirs; undo then brings yours back.
          </AlertDialog.Description>
          <div className="dialog-actions">
            <button className="button" onClick={() => exportFile(session)}>
              Export mine
            </button>
            <span className="grow" />
            <button className="button" onClick={() => reporting(session.settleConflict("theirs"))}>
              Open theirs
            </button>
            <button className="button primary" onClick={() => reporting(session.settleConflict("mine"))}>
              Keep mine
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
