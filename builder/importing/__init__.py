"""Networks from elsewhere, read as data into a graph of the catalogue's layers. Nothing foreign is run."""

from builder.importing.files import import_file
from builder.importing.imported import Imported
from builder.importing.torchvision_models import torchvision_model
from builder.importing.weights import into, with_weights

__all__ = ["Imported", "import_file", "into", "torchvision_model", "with_weights"]
