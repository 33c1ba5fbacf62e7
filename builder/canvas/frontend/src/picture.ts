/** The network as an SVG that stands alone: it fetches nothing, and every text in it is escaped. */

import { repeats } from "./document/blocks";
import { type Path, into, keyOf, notesOf } from "./document/graph";
import type { Document, Edge, Graph, Node, Note, Position } from "./document/types";
import { keyParams, reportAt, shapeOf } from "./flow/parts";
import { inputsOf, taken } from "./flow/ports";
import { type Box, type Direction, around, boxAt } from "./layout/boxes";
import type { Deep } from "./layout/deep";
import { pathOf, route } from "./layout/routes";
import type { Catalogue, Layer, Report } from "./messages";
import { element, escaped, fitted } from "./svg";

/** CSS colours and a font, as the page shows them; no `var(...)`, which means nothing in a file. */
export interface Colours {
  readonly background: string;
  readonly card: string;
  readonly line: string;
  readonly wire: string;
  readonly text: string;
  readonly muted: string;
  readonly note: string;
  readonly error: string;
  readonly font: string;
}

interface Drawing {
  readonly layout: Deep;
  readonly report: Report | null;
  readonly layers: ReadonlyMap<string, Layer>;
  readonly colours: Colours;
  readonly direction: Direction;
}

const EDGE = 24; // free at the sides of the picture

export function svg(
  document: Document,
  layout: Deep,
  report: Report | null,
  catalogue: Catalogue,
  colours: Colours,
  direction: Direction = "down",
): string {
  const layers = new Map(catalogue.layers.map((layer) => [layer.type, layer]));
  const drawing: Drawing = { layout, report, layers, colours, direction };
  const all = around(parts(document.graph).map((id) => boxOf(layout, [id], [0, 0])));
  const [width, height] = [all.width + 2 * EDGE, all.height + 2 * EDGE];
  const seen = { x: all.x - EDGE, y: all.y - EDGE, width, height };
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `${seen.x} ${seen.y} ${width} ${height}`,
      width,
      height,
      role: "img",
      "font-family": colours.font,
      "font-size": 12,
    },
    element("title", {}, escaped(document.title || "netbuilder")),
    element("rect", { ...seen, fill: colours.background }),
    ...graphIn(drawing, document.graph, [], [0, 0]),
  );
}

function parts(graph: Graph): string[] {
  return [...graph.nodes, ...notesOf(graph)].map((part) => part.id);
}

/** Where a part is drawn, for a block whose inside begins at `from`. */
function boxOf(layout: Deep, path: Path, from: Position): Box {
  const [x, y] = layout.places.get(keyOf(path)) ?? [0, 0];
  const size = layout.sizes.get(keyOf(path)) ?? { width: 0, height: 0 };
  return boxAt([x + from[0], y + from[1]], size);
}

function graphIn(drawing: Drawing, graph: Graph, block: Path, from: Position): string[] {
  const boxes = new Map(parts(graph).map((id) => [id, boxOf(drawing.layout, [...block, id], from)]));
  return [
    ...notesOf(graph).map((note) => noteIn(drawing, note, boxes.get(note.id)!)),
    ...graph.nodes.flatMap((node) => wiresInto(drawing, graph, node, boxes)),
    ...graph.nodes.flatMap((node) => nodeIn(drawing, node, [...block, node.id], boxes.get(node.id)!)),
  ];
}

function wiresInto(drawing: Drawing, graph: Graph, node: Node, boxes: ReadonlyMap<string, Box>): string[] {
  const entering = into(graph, node.id);
  const ports = inputsOf(node, drawing.layers.get(node.type));
  const ends = taken(ports, entering);
  return entering.flatMap((edge) => {
    const source = boxes.get(edge.source);
    const port = ports.findIndex(({ name }) => name === ends.get(edge));
    const target = portBox(boxes.get(node.id)!, Math.max(0, port), Math.max(1, ports.length), drawing.direction);
    return source ? [wireFrom(drawing, graph, edge, source, target, boxes)] : [];
  });
}

/** A box around a port, as wide as none, so that a wire ends at it. */
function portBox(box: Box, port: number, count: number, direction: Direction): Box {
  const part = (port + 1) / (count + 1);
  return direction === "down"
    ? { ...box, x: box.x + part * box.width, width: 0 }
    : { ...box, y: box.y + part * box.height, height: 0 };
}

function wireFrom(
  { colours, direction }: Drawing,
  graph: Graph,
  edge: Edge,
  source: Box,
  target: Box,
  boxes: ReadonlyMap<string, Box>,
): string {
  const others = graph.nodes.filter(({ id }) => id !== edge.source && id !== edge.target);
  const way = route(source, target, others.map(({ id }) => boxes.get(id)!), direction);
  return element("path", { d: pathOf(way, direction), fill: "none", stroke: colours.wire, "stroke-width": 1.5 });
}

function nodeIn(drawing: Drawing, node: Node, path: Path, box: Box): string[] {
  const { layout, colours } = drawing;
  if (!node.graph || !layout.origins.has(keyOf(path))) return [card(drawing, node, path, box)];
  const frame = element("rect", { ...box, rx: 10, fill: colours.card, "fill-opacity": 0.5, stroke: colours.line });
  const name = text(box.x + 14, box.y + 24, node.id + times(node), { fill: colours.text, "font-weight": 600 });
  return [frame, name, ...graphIn(drawing, node.graph, path, [box.x, box.y])];
}

function times(node: Node): string {
  return node.graph && repeats(node) > 1 ? ` x${repeats(node)}` : "";
}

const GLYPH = 28;

/** A layer, or a block that shows no inner graph: sign, name, type with parameters, shape. */
function card({ report, layers, colours }: Drawing, node: Node, path: Path, box: Box): string {
  const layer = layers.get(node.type);
  const found = reportAt(report, path);
  const room = box.width - GLYPH - 30;
  const wrong = found?.state === "error" && !node.disabled;
  const kind = `${node.type}${times(node)} ${keyParams(node, layer).short}`;
  const [x, y] = [box.x + GLYPH + 18, box.y];
  return element(
    "g",
    node.disabled ? { opacity: 0.5 } : {},
    element("rect", { ...box, rx: 8, fill: colours.card, stroke: wrong ? colours.error : colours.line }),
    element("rect", { x: box.x + 9, y: y + 9, width: GLYPH, height: GLYPH, rx: 6, fill: layer?.colour ?? colours.muted }),
    text(box.x + 9 + GLYPH / 2, y + 28, layer?.glyph ?? "?", { fill: "#fff", "font-weight": 700, "text-anchor": "middle" }),
    text(x, y + 20, fitted(node.id, room, 14), { fill: colours.text, "font-weight": 600, "font-size": 13 }),
    text(x, y + 35, fitted(kind.trim(), room, 11), { fill: colours.muted, "font-size": 11 }),
    text(x, y + 53, fitted(shapeOf(found), room, 11), { fill: colours.text, "font-size": 11 }),
  );
}

function text(x: number, y: number, content: string, more: Readonly<Record<string, string | number>>): string {
  return content && element("text", { x, y, ...more }, escaped(content));
}

const LINE = 16;

function noteIn({ colours }: Drawing, note: Note, box: Box): string {
  const most = Math.max(1, Math.floor((box.height - 12) / LINE));
  const rows = note.text.split(/\r?\n/).slice(0, most);
  return element(
    "g",
    {},
    element("rect", { ...box, rx: 4, fill: colours.note }),
    ...rows.map((row, i) =>
      text(box.x + 10, box.y + 20 + i * LINE, fitted(row, box.width - 20, 12), { fill: colours.text }),
    ),
  );
}
