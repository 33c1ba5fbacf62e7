"""What leaves netbuilder: the network as a Python project or in ONNX, or its weights as safetensors."""

from builder.export.write import Form, export, weights_file

__all__ = ["Form", "export", "weights_file"]
