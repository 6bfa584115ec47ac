// What a user's hands do in the editor: nodes from the palette, wires, parameters; with the mouse or with nothing but the keyboard.
import type { Locator, Page } from "playwright-core";

/** A port: the node's title, and the port's name. */
export type PortOf = readonly [title: string, port: string];

export interface Hands {
  /** Searches the palette for these words and adds what is found first, which must have this title. It is selected afterwards. */
  add(words: string, title: string): Promise<void>;
  select(title: string): Promise<void>;
  rename(title: string): Promise<void>;
  /** Draws an edge to an input of the selected node. */
  wire(from: PortOf, input: string): Promise<void>;
  /** Goes to a parameter of the selected node, opening what is folded. What is typed next goes there. */
  param(label: string): Promise<void>;
  /** Writes a parameter of the selected node. */
  write(label: string, text: string): Promise<void>;
  /** Chooses one of a few values. */
  choose(label: string, option: string): Promise<void>;
  press(button: string): Promise<void>;
  /** Goes to a control outside of the inspector. */
  reach(control: Locator): Promise<void>;
}

export function nodeOf(page: Page, title: string): Locator {
  return page.locator(".node", { has: page.locator(".node-head b", { hasText: new RegExp(`^${title}$`) }) });
}

async function mustBeFirst(page: Page, list: string, title: string): Promise<void> {
  const first = await page.locator(`${list} [role=option]`).first().locator("span").first().textContent();
  if (first !== title) throw new Error(`the search finds ${first} first, not ${title}`);
}

/** A control of the inspector by its label; `Example 1 > Name 1` is that of the group Example 1. */
function controlOf(page: Page, label: string): Locator {
  return label
    .split(" > ")
    .reduce((inside, part) => inside.getByLabel(part, { exact: true }), page.locator(".inspector"))
    .first();
}

function buttonOf(page: Page, name: string): Locator {
  const [button = "", group] = name.split(" > ").toReversed();
  const inside =
    group === undefined ? page : page.locator(".inspector").getByRole("group", { name: group, exact: true });
  return inside.getByRole("button", { name: button, exact: true }).first();
}

/** Nothing but keys. */
export function keyboardOf(page: Page): Hands {
  const { keyboard } = page;

  async function until(isSo: () => Promise<boolean>, key: string): Promise<void> {
    for (let presses = 0; !(await isSo()); presses += 1) {
      if (presses > 40) throw new Error(`no number of ${key} leads there`);
      await keyboard.press(key);
    }
  }

  /** Tab, until what has the focus is this. */
  async function tabTo(target: Locator, key = "Tab"): Promise<void> {
    for (let presses = 0; presses < 150; presses += 1) {
      const found = await target
        .first()
        .evaluate((element) => element === document.activeElement)
        .catch(() => false);
      if (found) return;
      await keyboard.press(key);
    }
    throw new Error(`no number of Tabs leads to ${target}`);
  }

  const hands: Hands = {
    async add(words, title) {
      await keyboard.press("/");
      await page.locator("#palette-search:focus").waitFor();
      await keyboard.type(words);
      await mustBeFirst(page, "#palette-list", title);
      await keyboard.press("Enter");
      await keyboard.press("Escape");
      await nodeOf(page, title).first().waitFor();
    },
    async select(title) {
      await tabTo(page.locator(".react-flow__node", { has: nodeOf(page, title) }));
      await keyboard.press("Space");
    },
    async rename(title) {
      await keyboard.press("F2");
      await page.locator(".inspector-title input:focus").waitFor();
      await keyboard.press("Control+A");
      await keyboard.type(title);
      await keyboard.press("Escape");
    },
    async wire([title, port], input) {
      await keyboard.press("Shift+C");
      const menu = page.locator(".fit-menu");
      await menu.waitFor();
      const ports = menu.getByRole("radiogroup");
      if ((await ports.count()) > 0) {
        for (let turns = 0; (await ports.locator("[aria-checked=true]").textContent()) !== input; turns += 1) {
          if (turns > 20) throw new Error(`the menu has no port ${input}`);
          await keyboard.press("ArrowRight");
        }
      }
      await keyboard.type(`${title} ${port}`);
      await mustBeFirst(page, "#fit-list", title);
      await keyboard.press("Enter");
      await menu.waitFor({ state: "detached" });
    },
    async param(label) {
      await keyboard.press("Enter");
      await tabTo(controlOf(page, label));
    },
    async write(label, text) {
      await hands.param(label);
      await keyboard.press("Control+A");
      await keyboard.type(text);
      // The first may close what completes the text.
      const field = page.locator(".inspector :focus");
      await until(async () => (await field.count()) === 0, "Escape");
    },
    async choose(label, option) {
      await keyboard.press("Enter");
      const control = controlOf(page, label);
      if ((await control.getAttribute("role")) === "radiogroup") {
        const chosen = control.locator("[aria-checked=true]");
        await tabTo(chosen);
        await until(async () => (await chosen.textContent()) === option, "ArrowRight");
        return;
      }
      await tabTo(control);
      await keyboard.press("Enter");
      await page.locator("[role=option][data-highlighted]").waitFor();
      const marked = page.locator("[role=option][data-highlighted]");
      await until(async () => (await marked.textContent()) === option, "ArrowDown");
      await keyboard.press("Enter");
      await marked.waitFor({ state: "detached" });
    },
    reach: (control) => tabTo(control),
    async press(button) {
      await tabTo(buttonOf(page, button));
      await keyboard.press("Enter");
    },
  };
  return hands;
}

/** Where it is once it has come to rest: the canvas moves when it is fitted. */
async function middleOf(port: Locator): Promise<{ x: number; y: number }> {
  for (let before = await port.boundingBox(); ;) {
    await port.page().waitForTimeout(80);
    const box = await port.boundingBox();
    if (box === null) throw new Error(`${port} is not in view`);
    if (box.x === before?.x && box.y === before.y) return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    before = box;
  }
}

/** The mouse, and keys for text only. */
export function mouseOf(page: Page): Hands {
  const fit = () => page.getByRole("button", { name: "Fit", exact: true }).click();

  /** What is folded away is opened first. */
  async function reachable(label: string): Promise<Locator> {
    const control = controlOf(page, label);
    const fold = page.locator(".inspector .fold[aria-expanded=false]");
    if ((await control.count()) === 0 && (await fold.count()) > 0) await fold.click();
    await control.scrollIntoViewIfNeeded();
    return control;
  }

  const hands: Hands = {
    async add(words, title) {
      await page.locator("#palette-search").click();
      await page.keyboard.type(words);
      await mustBeFirst(page, "#palette-list", title);
      await page.getByRole("button", { name: `Add ${title}`, exact: true }).click();
      await nodeOf(page, title).first().waitFor();
      await page.locator("#palette-search").fill("");
    },
    async select(title) {
      await fit();
      await nodeOf(page, title).locator(".node-head").click();
    },
    async rename(title) {
      await page.getByRole("tab", { name: "Notes" }).click();
      await page.getByLabel("Title").fill(title);
    },
    async wire([title, port], input) {
      const selected = page.locator(".node[data-selected]");
      await fit();
      await page.waitForTimeout(60);
      const from = await middleOf(nodeOf(page, title).getByLabel(new RegExp(`^output ${port},`)));
      const to = await middleOf(selected.getByLabel(new RegExp(`^input ${input},`)));
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
      await page.mouse.move(to.x, to.y, { steps: 4 });
      await page.mouse.up();
      await selected.getByLabel(new RegExp(`^input ${input},.*, connected`)).waitFor();
    },
    async param(label) {
      await (await reachable(label)).click();
    },
    async write(label, text) {
      await (await reachable(label)).fill(text);
    },
    async choose(label, option) {
      const control = await reachable(label);
      if ((await control.getAttribute("role")) === "radiogroup") {
        await control.getByRole("radio", { name: option, exact: true }).click();
        return;
      }
      await control.click();
      await page.getByRole("option", { name: option, exact: true }).click();
    },
    press: (button) => buttonOf(page, button).click(),
    reach: (control) => control.click(),
  };
  return hands;
}
