/** The colours of the page, read from Streamlit's variables, which switch live between light and dark. */
export interface Theme {
  text: string;
  faded: string;
  border: string;
  background: string;
  font: string;
  train: string;
  validation: string;
}

export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  // Blue and orange are told apart with every common colour blindness; the dash and the markers say it once more.
  return {
    text: read("--st-text-color", "#31333f"),
    faded: read("--st-gray-text-color", "#808495"),
    border: read("--st-border-color-light", "#e6e6ea"),
    background: read("--st-background-color", "#ffffff"),
    font: read("--st-font", "sans-serif"),
    train: read("--st-blue-color", "#0072b2"),
    validation: read("--st-orange-color", "#d55e00"),
  };
}
