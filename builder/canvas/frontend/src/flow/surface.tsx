/** The canvas itself: React Flow over the scene, with everything that floats above it. */

import {
  Background,
  MiniMap,
  type NodeChange,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  useStore,
  type EdgeChange,
} from "@xyflow/react";
import { memo, useCallback, useLayoutEffect, useRef } from "react";
import { flushSync } from "react-dom";
import type { Position } from "../document/types";
import { type Path, type Stage, type Studio, usePart, useStudio } from "../studio";
import { flowId, idOf, noteId, parentOf } from "../view/paths";
import { viewports } from "../view/view";
import { BlockNode } from "./block-node";
import type { Ground } from "./drag";
import { bringIntoView, FARTHEST, fit, NEAREST, useOpening, zoom } from "./camera";
import { Empty } from "./empty";
import { Float } from "./float";
import { GRID, HEIGHT, WIDTH } from "./geometry";
import { LayerNode } from "./layer-node";
import { ContextMenu } from "./context-menu";
import { settled } from "./motion";
import { NoteNode } from "./note-node";
import type { AnyFlow, LayerFlow, NoteFlow, WireFlow } from "./scene";
import { useClipboard } from "./use-clipboard";
import { useConnecting } from "./use-connecting";
import { useHeldPress, useMenu } from "./use-menu";
import { useKeys } from "./use-keys";
import { useScene } from "./use-scene";
import { Wire } from "./wire";

const NODES = { layer: LayerNode, block: BlockNode, note: NoteNode };
const WIRES = { wire: Wire };
const MANY = 150; // nodes from which only those in sight are drawn
const FAR = 0.65; // zoom under which a node shows little, in large letters
const FARTHER = 0.3; // and only its name
const SNAP: [number, number] = [GRID, GRID];
const SEVERAL = ["Shift", "Meta", "Control"];
const NO_ATTRIBUTION = { hideAttribution: true };

export function Surface({ ground }: { readonly ground: { current: Ground | null } }) {
  const studio = useStudio();
  const { network, view, hand, commands, stage, t } = studio;
  const root = useRef<HTMLDivElement>(null);
  const flow = useReactFlow<AnyFlow, WireFlow>();
  const { scene, latest, glideNext } = useScene();
  const snap = usePart(view, (looking) => looking.snap);
  const minimap = usePart(view, (looking) => looking.minimap);
  const wiring = usePart(hand, (now) => now.wiring !== null);
  const active = usePart(view, ({ nodes: [node, second], notes: [note, other] }) => {
    if (second || other || (node && note)) return undefined;
    return node ? flowId(node) : note && noteId([note]);
  });
  const far = useStore(({ transform: [, , zoom] }) => (zoom < FARTHER ? "very" : zoom < FAR ? "yes" : undefined));

  const under = useCallback((x: number, y: number) => {
    const from = root.current?.getRootNode() as ShadowRoot | Document | undefined;
    return (from?.elementsFromPoint(x, y) ?? []).filter((element) => root.current?.contains(element));
  }, []);
  const toCanvas = useCallback((x: number, y: number) => flow.screenToFlowPosition({ x, y }, { snapToGrid: false }), [flow]);
  const connecting = useConnecting(latest, under, toCanvas);

  useLayoutEffect(() => {
    const contains = (x: number, y: number) => under(x, y).length > 0;
    ground.current = { scene: () => latest.current, under, toCanvas, contains };
    return () => void (ground.current = null);
  }, [ground, latest, under, toCanvas]);

  useLayoutEffect(() => {
    const seen = (): DOMRect => root.current?.getBoundingClientRect() ?? new DOMRect();
    const now: Stage = {
      fit: () => settled(hand, () => fit(flow, seen())),
      zoom: (factor) => zoom(flow, seen(), factor),
      centre: (id) => bringIntoView(flow, seen(), id),
      middle: () => {
        const { left, top, width, height } = seen();
        const { x, y } = toCanvas(left + width / 2, top + height / 2);
        return [x, y];
      },
      focus: () => root.current?.focus({ preventScroll: true }),
      configure: () => {
        flushSync(() => view.set({ inspector: true })); // the next key may follow at once
        const panel = root.current?.closest("[data-canvas]")?.querySelector("[data-panel=inspector]");
        const fields = ":is(input,select,textarea)";
        const first = panel?.querySelector<HTMLElement>(`[data-param] ${fields}`) ?? panel?.querySelector<HTMLElement>(fields);
        first?.focus();
      },
      element: () => root.current,
      boxes: (block) => boxesOf(latest.current.nodes, block),
      glide: glideNext,
    };
    stage.current = now;
    return () => void (stage.current = null);
  }, [flow, stage, hand, view, latest, glideNext, toCanvas]);

  const onNodesChange = useCallback(
    (changes: NodeChange<AnyFlow>[]) => {
      const places = new Map(hand.get().moving ?? []);
      for (const change of changes) if (change.type === "position" && change.position) places.set(change.id, change.position);
      if (changes.some((change) => change.type === "position" && change.position)) hand.set({ moving: places });
      selectNodes(studio, latest.current.nodes, changes);
    },
    [studio, hand, latest],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange<WireFlow>[]) => {
      const chosen = new Map(latest.current.wires.filter((wire) => wire.selected).map((wire) => [wire.id, wire]));
      const before = [...chosen.keys()].join();
      for (const change of changes) {
        if (change.type !== "select") continue;
        const wire = latest.current.wires.find((other) => other.id === change.id);
        if (change.selected && wire) chosen.set(change.id, wire);
        else chosen.delete(change.id);
      }
      if ([...chosen.keys()].join() !== before) view.set({ edges: [...chosen.values()].flatMap(({ data }) => data?.wire ?? []) });
    },
    [view, latest],
  );
  const onDrop = useCallback((_: unknown, __: unknown, moved: AnyFlow[]) => drop(studio, moved), [studio]);
  const onSelectionDrop = useCallback((_: unknown, moved: AnyFlow[]) => drop(studio, moved), [studio]);

  const onKeyDown = useKeys();
  const menu = useMenu(latest);
  const held = useHeldPress(menu);
  useClipboard(root);

  const stored = viewports.get(network.id);
  const empty = !scene.nodes.length;
  const first = useOpening(flow, root, !stored && !empty);
  const nodes = scene.nodes as AnyFlow[];
  const wires = scene.wires as WireFlow[];
  return (
    <div
      ref={root}
      className="nf-surface"
      role="application"
      tabIndex={0}
      aria-label={t("canvas")}
      aria-describedby="nf-help"
      aria-activedescendant={active}
      data-far={far}
      data-wiring={wiring || undefined}
      data-surface
      onKeyDown={onKeyDown}
      onPointerDownCapture={(event) => {
        held.down(event);
        if (!(event.target as Element).closest("input,textarea,button")) root.current?.focus({ preventScroll: true });
      }}
      onPointerMoveCapture={held.move}
      onPointerUpCapture={held.up}
      onContextMenu={(event) => void (menu(event) && event.preventDefault())}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const file = event.dataTransfer.files[0];
        if (file) void commands.openFile(file);
      }}
    >
      <p id="nf-help" className="nb-hidden">
        {t("canvas_help")}
      </p>
      <ReactFlow<AnyFlow, WireFlow>
        nodes={nodes}
        edges={wires}
        nodeTypes={NODES}
        edgeTypes={WIRES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={onDrop}
        onSelectionDragStop={onSelectionDrop}
        onConnectStart={connecting.onConnectStart}
        onConnectEnd={connecting.onConnectEnd}
        onConnect={connecting.onConnect}
        onReconnectStart={connecting.onReconnectStart}
        onReconnect={connecting.onReconnect}
        isValidConnection={connecting.isValidConnection}
        connectOnClick={false}
        connectionRadius={28}
        reconnectRadius={14}
        deleteKeyCode={null}
        disableKeyboardA11y
        nodesFocusable={false}
        edgesFocusable={false}
        selectionMode={SelectionMode.Partial}
        multiSelectionKeyCode={SEVERAL}
        zoomOnDoubleClick={false}
        nodeDragThreshold={3}
        snapToGrid={snap}
        snapGrid={SNAP}
        minZoom={FARTHEST}
        maxZoom={NEAREST}
        onlyRenderVisibleElements={nodes.length > MANY}
        elevateEdgesOnSelect
        elevateNodesOnSelect={false}
        {...(stored ? { defaultViewport: stored } : {})}
        onInit={first}
        onMoveEnd={(_, viewport) => void viewports.set(network.id, viewport)}
        proOptions={NO_ATTRIBUTION}
      >
        <Background gap={24} size={1.5} />
        {minimap && !empty && nodes.length <= 500 && <Overview />}
      </ReactFlow>
      {empty && <Empty />}
      <Float />
      <ContextMenu />
    </div>
  );
}

const Overview = memo(function Overview() {
  const { t } = useStudio();
  return <MiniMap<AnyFlow> className="nf-minimap" pannable zoomable ariaLabel={t("minimap")} nodeColor={colourOf} nodeBorderRadius={8} />;
});

function colourOf(node: AnyFlow): string {
  return node.type === "note" ? "var(--nf-note)" : ((node as LayerFlow).data.layer?.colour ?? "gray");
}

function selectNodes({ view }: Studio, nodes: readonly AnyFlow[], changes: readonly NodeChange<AnyFlow>[]): void {
  const picks = new Map(changes.flatMap((change) => (change.type === "select" ? [[change.id, change.selected] as const] : [])));
  if (!picks.size) return;
  const chosen = nodes.filter((node) => picks.get(node.id) ?? node.selected);
  view.set({
    nodes: chosen.flatMap((node) => (node.type === "note" ? [] : [(node as LayerFlow).data.path])),
    notes: chosen.flatMap((node) => (node.type === "note" ? [(node as NoteFlow).data.note.id] : [])),
  });
}

/** Makes the places at the end of a drag part of the document, one step for each graph. */
function drop({ commands, hand }: Studio, moved: readonly AnyFlow[]): void {
  const graphs = new Map<string, { block: Path; places: Map<string, Position> }>();
  const keep = (block: Path, id: string, place: Position) => {
    const key = block.join("\n");
    const graph = graphs.get(key) ?? { block, places: new Map<string, Position>() };
    graph.places.set(id, place);
    graphs.set(key, graph);
  };
  for (const node of moved) {
    const { x, y } = node.position;
    if (node.type === "note") keep([], (node as NoteFlow).data.note.id, [x, y]);
    else {
      const { path, origin } = (node as LayerFlow).data;
      keep(parentOf(path), idOf(path), [x - origin.x, y - origin.y]);
    }
  }
  for (const { block, places } of graphs.values()) commands.place(places, block);
  hand.set({ moving: null });
}

function boxesOf(nodes: readonly AnyFlow[], block: Path): ReturnType<Stage["boxes"]> {
  const key = block.join("\n");
  return new Map(
    nodes.flatMap((node) => {
      const { width = WIDTH, height = HEIGHT } = node;
      const { x, y } = node.position;
      if (node.type === "note") {
        const { note, block: around } = (node as NoteFlow).data;
        return block.length + around.length ? [] : [[note.id, { x, y, width, height }] as const];
      }
      const { path, origin } = (node as LayerFlow).data;
      if (parentOf(path).join("\n") !== key) return [];
      return [[idOf(path), { x: x - origin.x, y: y - origin.y, width, height }] as const];
    }),
  );
}

