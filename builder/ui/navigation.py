"""The pages and their order; the script that Streamlit runs for every visit.

It does not stand beside `pages/`: there, a visit that begins with a page's own address would find Streamlit's older way
of discovering pages still at work.
"""

from pathlib import Path

import streamlit as st

from builder.core.text import _
from builder.ui.server import prepare

prepare().join()

from builder.ui import session  # noqa: E402

STATIC = Path(__file__).with_name("static")
FOLDER = Path(__file__).parents[2] / "pages"

st.set_page_config(page_title="netbuilder", page_icon=str(STATIC / "icon.png"), layout="wide")
st.logo(str(STATIC / "logo.svg"), size="large")

PAGES = (
    ("gallery", _("Gallery"), "apps"),
    ("build", _("Build"), "account_tree"),
    ("data", _("Data"), "dataset"),
    ("train", _("Train"), "model_training"),
    ("runs", _("Runs"), "stacked_line_chart"),
    ("predict", _("Predict"), "auto_awesome"),
)

pages = {
    name: st.Page(
        FOLDER / f"{name}.py",
        title=title,
        icon=f":material/{icon}:",
        url_path="" if name == "gallery" else name,
        default=name == "gallery",
    )
    for name, title, icon in PAGES
}
page = st.navigation(list(pages.values()), position="top")
session.begin(pages)
page.run()
