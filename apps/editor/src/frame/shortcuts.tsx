import { Dialog } from "@base-ui/react/dialog";
import { interfaceStore } from "../interface-store.ts";
import { useInterface } from "../use-session.ts";

const groups = [
  {
    name: "Graph",
    keys: [
      ["Ctrl ↵", "Run everything"],
      ["Shift ↵", "Run to the selected nodes"],
      ["Ctrl Z", "Undo"],
      ["Ctrl Shift Z", "Redo"],
      ["Ctrl S", "Save now"],
      ["N", "Write a note on the canvas"],
      ["R", "Put a dot on the selected edge"],
      ["T", "Tidy the selection or everything"],
    ],
  },
  {
    name: "Nodes",
    keys: [
      ["/", "Search nodes; ↵ adds one"],
      ["Arrows", "Select the next node that way"],
      ["Alt Arrows", "Move the selected nodes"],
      ["C", "Connect or disconnect an output"],
      ["Shift C", "Connect or disconnect an input"],
      ["↵", "Edit the parameters"],
      ["F2", "Rename"],
      ["Delete", "Remove the selection"],
    ],
  },
  {
    name: "Selection",
    keys: [
      ["Ctrl A", "Select all"],
      ["Shift drag", "Select by a box"],
      ["Ctrl C, X, V", "Copy, cut, paste as JSON text"],
      ["Ctrl D", "Duplicate"],
      ["Esc", "Leave a field; select nothing"],
    ],
  },
  {
    name: "View",
    keys: [
      ["F", "Fit everything"],
      ["+  −  0", "Zoom in, out, to 100 %"],
      ["[  ]  \\", "Palette, inspector, results"],
      ["?", "This list"],
    ],
  },
] as const;

export function Shortcuts() {
  const open = useInterface((state) => state.dialog === "shortcuts");
  return (
    <Dialog.Root
      open={open}
      onOpenChange={(next) => interfaceStore.setState({ dialog: next ? "shortcuts" : undefined })}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog shortcuts">
          <Dialog.Title render={<h2 />}>Shortcuts</Dialog.Title>
          <div className="shortcut-groups">
            {groups.map((group) => (
              <section key={group.name}>
                <h3>{group.name}</h3>
                <dl>
                  {group.keys.map(([keys, words]) => (
                    <div key={keys}>
                      <dt>{words}</dt>
                      <dd>
                        <kbd>{keys}</kbd>
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
          <div className="dialog-actions">
            <Dialog.Close className="button">Close</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
