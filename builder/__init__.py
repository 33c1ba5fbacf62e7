"""netbuilder: draw a network, check it as you draw, train it in the background and use it on your own input."""

__version__ = "0.1.0"
