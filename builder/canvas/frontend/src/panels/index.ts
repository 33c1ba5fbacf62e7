/** The panels around the canvas. */

import access from "./access.css?inline";
import bars from "./bars.css?inline";
import base from "./base.css?inline";
import dialogs from "./dialogs.css?inline";
import fields from "./fields.css?inline";
import inspector from "./inspector.css?inline";
import palette from "./palette.css?inline";
import problems from "./problems.css?inline";

export { Banner } from "./banner";
export { HelpSheet } from "./help-sheet";
export { Inspector } from "./inspector";
export { Palette } from "./palette";
export { Picker } from "./picker";
export { ProblemList } from "./problem-list";
export { StatusBar } from "./status-bar";
export { Toolbar } from "./toolbar";

/** The style of all panels; what eases access overrides the rest, so it comes last. */
export const panelsCss = [base, fields, palette, bars, inspector, problems, dialogs, access].join("\n");
