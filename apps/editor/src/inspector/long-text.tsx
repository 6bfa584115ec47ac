// A text of several lines: as tall as what it holds, within reason, and in a window of its own on request.
import { Dialog } from "@base-ui/react/dialog";
import { useState, type ComponentProps } from "react";
import { Icon } from "../theme/glyphs.tsx";
import { count, plural } from "../theme/words.ts";

interface LongTextProps {
  readonly label: string;
  readonly code: boolean;
  /** What the small and the large field share. */
  readonly field: ComponentProps<"textarea"> & { readonly value: string };
}

export function LongText({ label, code, field }: LongTextProps) {
  const [open, setOpen] = useState(false);
  const className = `field${code ? " mono" : ""}`;
  const { id, ...shared } = field;
  return (
    <div className="long-text">
      <textarea {...shared} id={id} className={className} rows={3} />
      <button
        type="button"
        className="button icon long-text-open"
        aria-label={`Edit ${label} in a larger window`}
        title="Edit in a larger window"
        onClick={() => setOpen(true)}
      >
        <Icon name="expand" size={12} />
      </button>
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Portal>
          <Dialog.Backdrop className="backdrop" />
          <Dialog.Popup className="dialog roomy">
            <Dialog.Title render={<h2 />}>{label}</Dialog.Title>
            <textarea {...shared} className={className} aria-label={label} />
            <div className="dialog-actions">
              <span className="faint" data-number>
                {`${plural(field.value === "" ? 0 : field.value.split("\n").length, "line")}, ${count(field.value.length)} characters`}
              </span>
              <span className="grow" />
              <Dialog.Close className="button primary">Done</Dialog.Close>
            </div>
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </div>
  );
}
