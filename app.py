"""`streamlit run app.py` starts netbuilder: the pages, and the routes that feed the canvas and the live charts."""

from streamlit.starlette import App

from builder.canvas import routes as canvas
from builder.canvas.live import live_routes
from builder.live import routes as live
from builder.ui.server import lifespan, on_script_error

# Streamlit finds this call by reading the file, so it must stand here as it is
app = App(
    "builder/ui/navigation.py",
    routes=[*live.routes(), *live_routes(), *canvas.routes()],
    middleware=live.middleware(),
    lifespan=lifespan,
    on_script_error=on_script_error,
)
