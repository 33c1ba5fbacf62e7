"""The catalogue of layers: one file a family, one class a layer. Importing this package registers them all."""

import importlib
import pkgutil

from builder.layers.layer import LAYERS, Call, Layer, Many, describe

for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    importlib.import_module(_module.name)

__all__ = ["LAYERS", "Call", "Layer", "Many", "describe"]
