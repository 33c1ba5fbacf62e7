"""`streamlit run app.py` starts netbuilder: the pages, and the routes that feed the canvas and the live charts."""

from streamlit.starlette import App

from builder.live.guard import middleware
from builder.ui.server import Api, lifespan, on_script_error, prepare

prepare()
# Streamlit finds this call by reading the file, so it must stand here as it is
app = App(
    "builder/ui/navigation.py",
    routes=[Api()],
    middleware=middleware(),
    lifespan=lifespan,
    on_script_error=on_script_error,
)
