/** What leaves the canvas and what comes in: pictures, links, files, examples. */

import { keyOf } from "../document/graph";
import { pack } from "../document/share";
import type { Document } from "../document/types";
import { sizeOf } from "../flow/scene";
import { layoutDeep } from "../layout/deep";
import type { Example } from "../messages";
import { type Colours, svg } from "../picture";
import { write } from "./clipboard";
import { type Desk, say } from "./desk";

const MOST_BYTES = 5_000_000;
const MOST_TITLE = 200; // letters of it that a copy's title repeats
const SHARPNESS = 2; // pixels of a PNG for each of the canvas
const MOST_PIXELS = 8000; // browsers draw no wider picture

export async function picture(desk: Desk, kind: "svg" | "png"): Promise<void> {
  const { document, report } = desk.network.get();
  const { folded, direction } = desk.view.get();
  const layout = layoutDeep(document.graph, (_, part) => sizeOf(part), (path) => folded[keyOf(path)] !== false, direction);
  const drawn = svg(document, layout, report, desk.catalogue, colours(desk), direction);
  const blob = new Blob([drawn], { type: "image/svg+xml" });
  const name = (document.title || "network").replace(/[^\p{L}\p{N} _-]+/gu, "").trim().slice(0, 80) || "network";
  save(kind === "svg" ? blob : await pixels(blob), `${name}.${kind}`);
}

function colours(desk: Desk): Colours {
  const style = getComputedStyle(desk.stage.current?.element() ?? document.body);
  const of = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  const background = of("--st-background-color", "#ffffff");
  const text = of("--st-text-color", "#1b2233");
  return {
    background,
    card: background,
    text,
    muted: of("--st-gray-text-color", text),
    line: of("--st-border-color", "#dde2ee"),
    wire: of("--st-gray-color", "#8a94a8"),
    note: of("--st-yellow-background-color", "#fff8d6"),
    error: of("--st-red-text-color", "#c0343f"),
    font: of("--st-font", "sans-serif"),
  };
}

async function pixels(drawn: Blob): Promise<Blob> {
  const address = URL.createObjectURL(drawn);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(SHARPNESS, MOST_PIXELS / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error())), "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export async function share(desk: Desk): Promise<void> {
  const packed = await pack(desk.network.get().document);
  const base = location.pathname.replace(/\/[^/]*$/, "");
  await write(`${location.origin}${base}/build?share=${packed}`);
  say(desk, desk.t("share_copied"));
}

export async function openFile(desk: Desk, file: File): Promise<void> {
  if (file.size > MOST_BYTES) return say(desk, desk.t("file_size"));
  let document: Document;
  try {
    document = JSON.parse(await file.text()) as Document; // what it holds is for the server to judge
  } catch {
    return say(desk, desk.t("file_json"));
  }
  desk.host.open(await desk.network.create({ document }));
}

export async function openExample(desk: Desk, example: Example): Promise<void> {
  desk.host.open(await desk.network.create({ example: example.name }));
}

export async function openCopy(desk: Desk): Promise<void> {
  const title = desk.network.get().document.title.slice(0, MOST_TITLE) || desk.t("facts.untitled");
  desk.host.open(await desk.network.copy(desk.t("copy_title", { title })));
}
