"""Generated source in a process of its own, in which there is torch and safetensors alone, and torchvision for those
networks that import it."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import safetensors.torch
from torch import Tensor

# reads each network's source, weights and inputs; writes its outputs
ALONE = """
import sys
from pathlib import Path
sys.modules.update(dict.fromkeys(["builder", "tokenizers", "sklearn", "PIL", "pandas", "torchvision", "pydantic"]))
import torch
from safetensors.torch import load_file, save_file
torch.set_num_threads(1)
for folder in map(Path, sys.argv[1:]):
    names = {}
    text = (folder / "network.py").read_text("utf-8")
    if "from torchvision" in text:
        for name in ("torchvision", "PIL"):
            sys.modules.pop(name, None)
    exec(text, names)
    network = names["Network"]()
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    given = load_file(folder / "inputs.safetensors")
    with torch.inference_mode():
        answer = network.eval()(*(given[name] for name in sorted(given, key=int)))
    found = answer if isinstance(answer, tuple) else (answer,)
    outputs = {str(at): one.contiguous().clone() for at, one in enumerate(found)}
    save_file(outputs, folder / "outputs.safetensors")
"""


def put(folder: Path, source: str, weights: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> Path:
    """Write down what a network needs to answer."""
    folder.mkdir(parents=True)
    (folder / "network.py").write_text(source, "utf-8")
    tensors = {name: tensor.contiguous() for name, tensor in weights.items()}
    safetensors.torch.save_file(tensors, folder / "weights.safetensors")
    safetensors.torch.save_file({str(at): x for at, x in enumerate(inputs)}, folder / "inputs.safetensors")
    return folder


def answers(folders: Sequence[Path]) -> list[tuple[Tensor, ...]]:
    """What the networks answer, all in one process."""
    # -I leaves out this folder, PYTHONPATH and the current folder
    subprocess.run([sys.executable, "-I", "-W", "ignore", "-c", ALONE, *map(str, folders)], check=True)
    found = [safetensors.torch.load_file(folder / "outputs.safetensors") for folder in folders]
    return [tuple(outputs[name] for name in sorted(outputs, key=int)) for outputs in found]
