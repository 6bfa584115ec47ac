// One of a few values: segments where they fit beside each other, a list to open where they do not.
import { Select } from "@base-ui/react/select";
import type { KeyboardEvent } from "react";
import { Icon } from "../theme/glyphs.tsx";
import type { FieldProps } from "./field.tsx";

type Option = string | number | boolean | null;

/** `cosine` → "Cosine", `keep_start` → "Keep start"; abbreviations and names with digits or capitals (bfd, q4_0, BF16) stay as they are. */
export function optionWord(option: Option): string {
  if (option === null) return "None";
  const word = String(option);
  const isWord = /^[a-z]+([-_ ][a-z]+)*$/.test(word) && /^[a-z]*[aeiou]/.test(word);
  return isWord ? word.charAt(0).toUpperCase() + word.slice(1).replaceAll(/[-_]/g, " ") : word;
}

export function ChoiceField(props: FieldProps & { nullable: boolean; options: readonly Option[] }) {
  const { id, label, schema, nullable, set, describedBy } = props;
  const options: readonly Option[] = nullable ? [null, ...props.options] : props.options;
  const value = props.value === undefined ? (schema.default as Option | undefined) : (props.value as Option);
  // About 7 px a letter and 14 px around each word, in a control 166 px wide.
  const width = options.reduce<number>((sum, option) => sum + optionWord(option).length * 7 + 14, 0);
  if (schema.widget === "segments" ? width <= 190 : width <= 166) {
    const move = (event: KeyboardEvent<HTMLElement>, index: number) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const next = by === undefined ? undefined : options[(index + by + options.length) % options.length];
      if (next === undefined) return;
      event.preventDefault();
      set(next);
      const buttons = event.currentTarget.parentElement?.querySelectorAll<HTMLElement>("button");
      buttons?.[options.indexOf(next)]?.focus();
    };
    return (
      <div className="segments" role="radiogroup" aria-label={label} aria-describedby={describedBy} id={id}>
        {options.map((option, index) => (
          <button
            key={String(option)}
            role="radio"
            aria-checked={option === value}
            tabIndex={option === value || (index === 0 && !options.some((other) => other === value)) ? 0 : -1}
            onClick={() => set(option)}
            onKeyDown={(event) => move(event, index)}
          >
            {optionWord(option)}
          </button>
        ))}
      </div>
    );
  }
  return (
    <Select.Root<Option>
      value={value ?? null}
      onValueChange={(next) => set(next)}
      items={options.map((option) => ({ value: option, label: optionWord(option) }))}
    >
      <Select.Trigger
        id={id}
        className="field select"
        data-changed={props.changed || undefined}
        aria-label={label}
        aria-describedby={describedBy}
      >
        <Select.Value>
          {(chosen: Option) => (chosen === null && !nullable ? "Choose" : optionWord(chosen))}
        </Select.Value>
        <Select.Icon>
          <Icon name="chevron" size={13} />
        </Select.Icon>
      </Select.Trigger>
      <Select.Portal>
        <Select.Positioner className="popup-layer" sideOffset={4} alignItemWithTrigger={false}>
          <Select.Popup className="popup">
            {options.map((option) => (
              <Select.Item key={String(option)} value={option} className="option">
                <Select.ItemText>{optionWord(option)}</Select.ItemText>
              </Select.Item>
            ))}
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  );
}
