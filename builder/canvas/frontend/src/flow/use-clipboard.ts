/** Ctrl+C, X and V by the browser's own events, which need no permission. They come to the page, not to what has the focus. */

import { useEffect } from "react";
import { useStudio } from "../studio";

export function useClipboard(root: React.RefObject<HTMLDivElement | null>): void {
  const { commands, copiedText } = useStudio();
  useEffect(() => {
    const focused = () => {
      const element = root.current;
      const active = (element?.getRootNode() as ShadowRoot | Document | undefined)?.activeElement;
      return !!active && !!element?.contains(active) && !active.matches("input,textarea,select");
    };
    const onCopy = (event: ClipboardEvent) => {
      const text = focused() ? copiedText() : "";
      if (!text) return;
      event.preventDefault();
      event.clipboardData?.setData("text/plain", text);
      if (event.type === "cut") commands.remove();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (!focused()) return;
      event.preventDefault();
      void commands.paste(event.clipboardData?.getData("text/plain") ?? "");
    };
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, [commands, copiedText, root]);
}
