import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refused } from "../document/apply";
import { after, start } from "../document/history";
import type { Change } from "../document/types";
import { EMPTY, type Tab, World } from "./world";

let world: World;

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});
afterEach(() => void vi.useRealTimers());

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const theirs = (): string[] => world.server.history.present.graph.nodes.map(({ id }) => id);
const sizes = (): number[][] => world.server.requests.map(({ first, changes }) => [first, changes.length]);

async function open(client = "a"): Promise<Tab> {
  const tab = world.tab(client);
  await pass(50);
  await tab.network.ready;
  return tab;
}

it("a network is ready when there is something to show", async () => {
  world.server.edit("a", "x");
  const tab = world.tab("a");
  const shown = tab.network.ready.then(() => tab.network.get());
  await pass(50);
  expect(await shown).toMatchObject({ rev: 2, sync: "saved", checked: false }); // the first check may take seconds
  expect(tab.network.get()).toMatchObject({ rev: 2, checked: true });
});

describe("an edit", () => {
  it("is carried out at once, sent in the same turn, and checked when its report is here", async () => {
    const tab = await open();
    expect(tab.network.get()).toMatchObject({ sync: "saved", checked: true, rev: 1 });
    tab.insert("one");
    expect(tab.ids).toEqual(["one"]);
    expect(tab.network.get()).toMatchObject({ sync: "saving", checked: false, undo: 1 });
    await pass(5);
    expect(theirs()).toEqual(["one"]);
    await pass(5);
    expect(tab.network.get()).toMatchObject({ sync: "saved", checked: true, rev: 2, undo: 1 });
    expect(Object.keys(tab.network.get().report?.nodes ?? {})).toEqual(["one"]);
  });

  it("waits while another is on its way, and then goes with all that wait", async () => {
    const tab = await open();
    for (const id of ["a", "b", "c"]) {
      tab.insert(id);
      await pass(1);
    }
    await pass(50);
    expect(sizes()).toEqual([[1, 1], [2, 2]]); // prettier-ignore
    expect(theirs()).toEqual(["a", "b", "c"]);
    expect(tab.network.get().sync).toBe("saved");
  });

  it("that is refused here is thrown, and nothing is sent", async () => {
    const tab = await open();
    tab.insert("a");
    await pass(50);
    expect(() => tab.insert("a")).toThrow(Refused);
    await pass(50);
    expect(world.server.requests).toHaveLength(1);
    expect(tab.network.get().sync).toBe("saved");
  });

  it("leaves untouched nodes and reports the same objects, however whole the answer is", async () => {
    const tab = await open();
    tab.insert("a");
    tab.insert("b");
    await pass(50);
    const before = tab.network.get();
    world.server.edit("a", "outline");
    tab.network.do([{ op: "set_params", node: "b", params: { p: 0.5 } }]);
    await pass(50);
    const now = tab.network.get();
    expect(tab.ids).toEqual(["a", "b", "outline"]);
    expect(now.document.graph.nodes[0]).toBe(before.document.graph.nodes[0]);
    expect(now.report?.nodes["a"]).toBe(before.report?.nodes["a"]);
    expect(now.report?.nodes["b"]).not.toEqual(before.report?.nodes["b"]);
  });

  it("is a new object of what is shown, and nothing else is", async () => {
    const tab = await open();
    const before = tab.network.get();
    tab.network.follow(1);
    tab.happens("look");
    await pass(50);
    expect(tab.network.get()).toBe(before);
  });
});

describe("a bad wire", () => {
  it("loses an answer: the edit is sent again and carried out once", async () => {
    const tab = await open();
    world.fate = () => ({ there: 5, back: 5, lost: "answer" });
    tab.insert("a");
    await pass(20);
    expect(theirs()).toEqual(["a"]);
    expect(tab.network.get().sync).toBe("offline");
    world.fate = () => ({ there: 5, back: 5 });
    tab.insert("b");
    await pass(600);
    expect(theirs()).toEqual(["a", "b"]);
    expect(tab.ids).toEqual(["a", "b"]);
    expect(tab.network.get()).toMatchObject({ sync: "saved", checked: true, undo: 2 });
  });

  it("loses a request: it is sent after 0.5, 1, 2, 4, 4 seconds", async () => {
    const tab = await open();
    const times: number[] = [];
    world.fate = () => {
      times.push(Date.now());
      return { there: 0, back: 0, lost: "request" };
    };
    tab.insert("a");
    await pass(12_000);
    const [first = 0] = times;
    expect(times.map((time) => Math.round((time - first) / 500) / 2)).toEqual([0, 0.5, 1.5, 3.5, 7.5, 11.5]);
    expect(tab.network.get()).toMatchObject({ sync: "offline", checked: false });
  });

  it("brings a request after one that was sent later", async () => {
    const tab = await open();
    world.fate = () => ({ there: 40_000, back: 5 }); // longer than anybody waits
    tab.insert("a");
    await pass(1000);
    world.fate = () => ({ there: 5, back: 5 });
    tab.insert("b");
    await pass(31_000);
    expect(theirs()).toEqual(["a", "b"]);
    tab.insert("c");
    await pass(20_000); // the late request arrives
    expect(theirs()).toEqual(["a", "b", "c"]);
    expect(tab.ids).toEqual(["a", "b", "c"]);
    expect(tab.network.get().sync).toBe("saved");
  });

  it("is cut for ten seconds while edits go on, and mends at once when the browser says so", async () => {
    const tab = await open();
    tab.offline = true;
    for (let index = 0; index < 20; index += 1) {
      tab.insert(`n${index}`);
      await pass(500);
    }
    expect(tab.ids).toHaveLength(20);
    expect(tab.network.get()).toMatchObject({ sync: "offline", undo: 20 });
    expect(theirs()).toEqual([]);
    tab.offline = false;
    tab.happens("online");
    await pass(20);
    expect(theirs()).toEqual(tab.ids);
    expect(tab.network.get()).toMatchObject({ sync: "saved", checked: true });
    expect(world.stored.size).toBe(0);
  });

  it("answers with a page instead of JSON while the server starts: that is no refusal", async () => {
    const tab = await open();
    const answer = world.server.answer.bind(world.server);
    vi.spyOn(Response.prototype, "json").mockRejectedValueOnce(new SyntaxError("Unexpected token <"));
    tab.insert("a");
    await pass(20);
    expect(tab.network.get().sync).toBe("offline");
    world.server.answer = answer;
    await pass(600);
    expect(tab.network.get().sync).toBe("saved");
    expect(theirs()).toEqual(["a"]);
  });
});

describe("a full disk", () => {
  it("is told, and the edits are kept until there is room", async () => {
    const tab = await open();
    world.server.full = true;
    tab.insert("a");
    await pass(5000);
    expect(tab.network.get()).toMatchObject({ sync: "offline", refusal: "The disk is full." });
    world.server.full = false;
    await pass(5000);
    expect(theirs()).toEqual(["a"]);
  });
});

describe("undo", () => {
  it("is instant where the step was made here", async () => {
    const tab = await open();
    tab.insert("a");
    tab.insert("b");
    tab.network.undo();
    expect(tab.ids).toEqual(["a"]);
    tab.network.redo();
    expect(tab.ids).toEqual(["a", "b"]);
    tab.network.undo();
    await pass(100);
    expect(theirs()).toEqual(["a"]);
    expect(tab.network.get()).toMatchObject({ undo: 1, redo: 1, sync: "saved" });
  });

  it.each([true, false])("of what was done before the reload comes from the server (told at once: %s)", async (told) => {
    world.server.tellsSteps = told;
    world.server.edit("a", "x");
    world.server.edit("a", "y");
    const tab = await open();
    expect(tab.network.get()).toMatchObject({ undo: 2, redo: 0 });
    tab.network.undo();
    expect(tab.network.get()).toMatchObject({ undo: 1, redo: 1, checked: false });
    tab.insert("z");
    expect(tab.network.get()).toMatchObject({ undo: 2, redo: 0 });
    await pass(100);
    expect(tab.ids).toEqual(["x", "z"]);
    expect(theirs()).toEqual(["x", "z"]);
    expect(tab.network.get()).toMatchObject({ undo: 2, redo: 0, checked: true, sync: "saved" });
    tab.network.undo();
    tab.network.undo();
    await pass(100);
    tab.network.redo();
    await pass(100);
    expect(tab.ids).toEqual(["x"]);
    expect(theirs()).toEqual(["x"]);
  });

  it("does nothing where there is no step", async () => {
    const tab = await open();
    tab.network.undo();
    tab.network.redo();
    await pass(100);
    expect(world.server.requests).toEqual([]);
  });
});

describe("the outline of the same tab", () => {
  it("edits while an edit of the canvas is on its way: both stay", async () => {
    const tab = await open();
    tab.insert("canvas");
    world.server.edit("a", "outline");
    await pass(50);
    expect(theirs()).toEqual(["outline", "canvas"]);
    expect(tab.ids).toEqual(["outline", "canvas"]);
    expect(tab.network.get()).toMatchObject({ sync: "saved", undo: 2 });
  });

  it("edits, and the canvas follows without a word of another tab", async () => {
    const tab = await open();
    const elsewhere = vi.fn();
    tab.network.onElsewhere(elsewhere);
    world.server.edit("a", "outline");
    tab.network.follow(world.server.rev);
    await pass(50);
    expect(tab.ids).toEqual(["outline"]);
    expect(elsewhere).not.toHaveBeenCalled();
  });

  it("takes a name that an edit of the canvas takes too: the second is dropped and said, what follows stays", async () => {
    const tab = await open();
    tab.insert("first");
    tab.insert("same");
    await pass(1);
    tab.insert("last");
    world.server.edit("a", "same");
    await pass(100);
    expect(tab.network.get()).toMatchObject({ sync: "saved", refusal: expect.stringContaining("same") });
    expect(tab.ids).toEqual(theirs());
    expect([...theirs()].sort()).toEqual(["first", "last", "same"]);
    tab.network.forgetRefusal();
    expect(tab.network.get().refusal).toBeNull();
  });
});

describe("another tab", () => {
  it("wrote first: edits stay here and nothing is sent until the person decides to take theirs", async () => {
    const tab = await open();
    world.server.edit("b", "other");
    tab.insert("mine");
    await pass(50);
    expect(tab.network.get().sync).toBe("conflict");
    tab.insert("more");
    await pass(10_000);
    expect(world.server.requests).toHaveLength(1);
    expect(tab.ids).toEqual(["mine", "more"]);
    void tab.network.adopt();
    await pass(50);
    expect(tab.ids).toEqual(["other"]);
    expect(tab.network.get()).toMatchObject({ sync: "saved", checked: true });
    expect(world.stored.size).toBe(0);
    tab.insert("again");
    await pass(50);
    expect(theirs()).toEqual(["other", "again"]);
  });

  it("wrote first: this version can be kept as a copy", async () => {
    const tab = await open();
    world.server.edit("b", "other");
    tab.insert("mine");
    await pass(50);
    const copied = tab.network.copy("mine (copy)");
    await pass(100);
    expect(await copied).toBe("copy");
    expect(world.server.created[0]?.graph.nodes.map(({ id }) => id)).toEqual(["mine"]);
    expect(world.server.created[0]?.title).toBe("mine (copy)");
    expect(tab.ids).toEqual(["other"]);
    expect(tab.network.get().sync).toBe("saved");
  });

  it("wrote while nothing waits here: a look at the page takes it over and says so", async () => {
    const tab = await open();
    const elsewhere = vi.fn();
    tab.network.onElsewhere(elsewhere);
    world.server.edit("b", "other");
    tab.happens("look");
    await pass(50);
    expect(tab.ids).toEqual(["other"]);
    expect(elsewhere).toHaveBeenCalledOnce();
    tab.happens("look");
    await pass(50);
    expect(elsewhere).toHaveBeenCalledOnce();
  });
});

describe("a network that", () => {
  it("is gone is said to be, and its edits can be kept as a copy", async () => {
    const tab = await open();
    world.server.missing = true;
    tab.insert("mine");
    await pass(50);
    expect(tab.network.get().sync).toBe("missing");
    expect(tab.ids).toEqual(["mine"]);
    void tab.network.copy("mine (copy)");
    await pass(50);
    expect(world.server.created).toHaveLength(1);
  });

  it("never was is said to be missing", async () => {
    world.server.missing = true;
    const tab = await open();
    expect(tab.network.get().sync).toBe("missing");
  });

  it("is older than what is held here is another one", async () => {
    const tab = await open();
    for (const id of ["a", "b", "c"]) tab.insert(id);
    await pass(50);
    world.server.replaceBy(2);
    tab.happens("look");
    await pass(50);
    expect(tab.network.get().sync).toBe("conflict");
    expect(tab.ids).toEqual(["a", "b", "c"]);
  });
});

describe("a page that ends", () => {
  it("with edits on their way has sent them, and the next one finds them there", async () => {
    const tab = await open();
    tab.insert("a");
    tab.end();
    const next = await open("b");
    expect(next.ids).toEqual(["a"]);
    expect(world.stored.size).toBe(0);
  });

  it.each([0, 1, 2])("without the server leaves its edits to the next one, %i of them arrived unheard", async (arrived) => {
    const tab = await open();
    world.fate = () => ({ there: 0, back: 0, lost: "answer" });
    for (let index = 0; index < arrived; index += 1) tab.insert(`n${index}`);
    await pass(10);
    tab.offline = true;
    for (let index = arrived; index < 3; index += 1) tab.insert(`n${index}`);
    await pass(3000);
    tab.end(true);
    world.fate = () => ({ there: 5, back: 5 });
    const next = await open("b");
    expect(next.ids).toEqual(["n0", "n1", "n2"]);
    expect(theirs()).toEqual(["n0", "n1", "n2"]);
    expect(next.network.get()).toMatchObject({ sync: "saved", undo: 3 });
    expect(world.stored.size).toBe(0);
  });

  it("leaves more edits than go into one request", async () => {
    const tab = await open();
    tab.offline = true;
    for (let index = 0; index < 450; index += 1) tab.insert(`n${index}`);
    await pass(100);
    tab.end();
    const next = await open("b");
    expect(sizes()).toEqual([[1, 200], [201, 200], [401, 50]]); // prettier-ignore
    expect(next.ids).toHaveLength(450);
  });

  it("leaves edits that do not fit any more: they are shown and wait for a decision, reload after reload", async () => {
    const tab = await open();
    tab.offline = true;
    tab.insert("mine");
    await pass(100);
    tab.end();
    world.server.edit("c", "other");
    const next = await open("b");
    expect(next.network.get().sync).toBe("conflict");
    expect(next.ids).toEqual(["other", "mine"]);
    next.end();
    const third = await open("d");
    expect(third.network.get().sync).toBe("conflict");
    expect(third.ids).toEqual(["other", "mine"]);
    void third.network.adopt();
    await pass(50);
    expect(third.ids).toEqual(["other"]);
    expect(world.stored.size).toBe(0);
  });

  it("is no reason to take the edits of a living one", async () => {
    const tab = await open();
    tab.offline = true;
    tab.insert("mine");
    await pass(100);
    const other = await open("b");
    expect(other.ids).toEqual([]);
    expect(world.stored.size).toBe(1);
    tab.offline = false;
    tab.happens("online");
    await pass(50);
    expect(theirs()).toEqual(["mine"]);
    other.happens("look");
    await pass(50);
    expect(other.ids).toEqual(["mine"]);
  });
});

/** A generator of numbers from 0 to 1 (mulberry32). */
function chance(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("whatever happens", () => {
  const seeds = Array.from({ length: 20 }, (_, index) => index);

  it.each(seeds)("every change arrives once and in order, here as there (schedules %i x 50)", async (block) => {
    for (let seed = block * 50; seed < block * 50 + 50; seed += 1) {
      world = new World();
      const next = chance(seed);
      const bad = next() * 0.6;
      world.server.tellsSteps = next() < 0.5;
      const wild = (): number => (next() < 0.05 ? 35_000 : next() * 300);
      world.fate = () => ({
        there: wild(), back: wild(), lost: next() < bad ? (next() < 0.5 ? "request" : "answer") : undefined,
      }); // prettier-ignore
      const outline = next() < 0.3; // then the order is the server's, so that nothing is undone
      const changes: Change[] = [];
      let tab = world.tab("a");
      let made = 0;
      for (let step = 0; step < 30; step += 1) {
        const what = next();
        const { undo, redo } = tab.network.get();
        const here = tab.network.get().rev > 0;
        if (what < 0.5 && here) {
          made += 1;
          tab.insert(`n${made}`);
          changes.push({ kind: "edit", edits: [{ op: "insert", type: "ReLU", id: `n${made}` }], tag: "", at: 0 });
        } else if (what < 0.62 && here && !outline && undo) {
          tab.network.undo();
          changes.push({ kind: "undo", edits: [], tag: "", at: 0 });
        } else if (what < 0.7 && here && !outline && redo) {
          tab.network.redo();
          changes.push({ kind: "redo", edits: [], tag: "", at: 0 });
        } else if (what < 0.75 && here && outline) {
          made += 1;
          world.server.edit("a", `n${made}`);
          tab.network.follow(world.server.rev);
        } else if (what < 0.8) tab.offline = !tab.offline;
        else if (what < 0.85) tab.happens("online");
        else if (what < 0.9) tab.happens("look");
        else if (what < 0.93) {
          tab.end(next() < 0.5);
          tab = world.tab("a");
        }
        await pass(next() * 600);
      }
      tab.offline = false;
      world.fate = () => ({ there: 5, back: 5 });
      await pass(90_000);
      const shown = tab.network.get();
      expect(shown, `seed ${seed}`).toMatchObject({ sync: "saved", checked: true, rev: world.server.rev });
      expect(shown.document, `seed ${seed}`).toEqual(world.server.history.present);
      expect(shown.undo).toBe(world.server.history.past.length);
      expect(shown.redo).toBe(world.server.history.future.length);
      if (outline) {
        const numbers = theirs().map((id) => Number(id.slice(1)));
        expect(numbers.sort((a, b) => a - b), `seed ${seed}`).toEqual(Array.from({ length: made }, (_, index) => index + 1));
      } else {
        expect(shown.document, `seed ${seed}`).toEqual(changes.reduce(after, start(EMPTY)).present);
      }
      expect(world.stored.size).toBe(0);
      vi.clearAllTimers();
    }
  });
});
