"""Split the compiled requirements of training: PyTorch, what its CUDA build wants, the rest.

    python packaging/split_training.py COMPILED requirements

What `.venv` brings already is left out. PyTorch has two builds for Linux: PyPI's for CUDA, which
wants a dozen libraries of NVIDIA's, and one for CPUs, whose hashes are named here. They stand in
files of their own, because pip cannot be told to take the one or the other in the same file;
`packaging/torch.sh` chooses.
"""

import re
import sys
from pathlib import Path

CUDA = ("nvidia-", "cuda-", "triton")
CPU_HASHES = (
    # torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl
    "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
)
NAME = re.compile(r"^([a-z0-9][a-z0-9._-]*)==")


def blocks(text: str) -> dict[str, list[str]]:
    """Requirement lines with their hashes, by name; one name may stand for several Pythons."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines():
        if match := NAME.match(line):
            found.setdefault(match[1], []).append(line)
            current = found[match[1]]
        elif line.lstrip().startswith("--hash") and current is not None:
            current[-1] += "\n" + line
    return found


def main(compiled: Path, folder: Path) -> None:
    wanted = blocks(compiled.read_text(encoding="utf-8"))
    held = blocks((folder / "run.txt").read_text(encoding="utf-8"))
    texts: dict[str, list[str]] = {
        "training.txt": [],
        "training-torch.txt": [],
        "training-torch-cpu.txt": [],
        "training-cuda.txt": [],
    }
    for name, lines in wanted.items():
        if name == "torch":
            version = lines[0].split()[0]
            hashes = " \\\n".join(f"    --hash=sha256:{digest}" for digest in CPU_HASHES)
            texts["training-torch.txt"] = lines
            texts["training-torch-cpu.txt"] = [f"{version}+cpu \\\n{hashes}"]
        elif name.startswith(CUDA):
            texts["training-cuda.txt"] += lines
        elif name not in held:
            texts["training.txt"] += lines
    for file, lines in texts.items():
        (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
