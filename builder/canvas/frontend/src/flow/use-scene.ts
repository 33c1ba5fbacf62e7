/** The scene of the open network, drawn anew when the document or what a person looks at changes. */

import { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { usePart, useStudio } from "../studio";
import { flowId, noteId, wireId } from "../view/paths";
import { glide, type Spots, spotsOf } from "./motion";
import { Painter, type Scene } from "./scene";

export interface Drawn {
  readonly scene: Scene;
  readonly latest: { readonly current: Scene };
  readonly glideNext: () => void;
}

export function useScene(): Drawn {
  const { network, view, hand, layers } = useStudio();
  const graph = usePart(network, ({ document }) => document.graph);
  const folded = usePart(view, (looking) => looking.folded);
  const direction = usePart(view, (looking) => looking.direction);
  const nodes = usePart(view, (looking) => looking.nodes);
  const edges = usePart(view, (looking) => looking.edges);
  const notes = usePart(view, (looking) => looking.notes);
  const moving = usePart(hand, (now) => now.moving);
  const painter = useMemo(() => new Painter(), [network, layers]);
  const selected = useMemo(
    () => new Set([...nodes.map(flowId), ...edges.map(wireId), ...notes.map((id) => noteId([id]))]),
    [nodes, edges, notes],
  );
  const scene = useMemo(
    () => painter.scene({ graph, layers, folded, direction, selected, moving }),
    [painter, graph, layers, folded, direction, selected, moving],
  );
  const latest = useRef(scene);
  latest.current = scene;

  const asked = useRef(false); // whether the next change of places is to be a movement
  const before = useRef<Spots | null>(null);
  useLayoutEffect(() => {
    if (asked.current && before.current && !moving) {
      asked.current = false;
      return glide(hand, before.current, spotsOf(scene));
    }
    return undefined;
    // only what changes places for good
  }, [graph, direction, folded, hand]);
  useEffect(() => {
    if (!moving) before.current = spotsOf(scene);
  }, [scene, moving]);

  return useMemo(() => ({ scene, latest, glideNext: () => (asked.current = true) }), [scene]);
}
