"""`streamlit run app.py` starts netbuilder: the pages, and the routes that feed the live charts."""

from streamlit.starlette import App

from builder.live.routes import middleware, routes
from builder.ui.server import lifespan, on_script_error

# Streamlit finds this call by reading the file, so it must stand here as it is
app = App(
    "builder/ui/navigation.py",
    routes=routes(),
    middleware=middleware(),
    lifespan=lifespan,
    on_script_error=on_script_error,
)
