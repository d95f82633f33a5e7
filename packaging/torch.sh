#!/bin/sh
# PyTorch for training: the build for CPUs where there is no NVIDIA card and pip can find it, else
# the registry's own, with the CUDA libraries that it wants on Linux.
#     sh packaging/torch.sh PYTHON requirements
set -eu
python=$1
folder=$2
install() { "$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$1"; }
if ! command -v nvidia-smi >/dev/null && install "$folder/training-torch-cpu.txt" 2>/dev/null; then
    exit 0
fi
install "$folder/training-torch.txt"
if ! "$python" -c "import torch" 2>/dev/null; then
    install "$folder/training-cuda.txt"
    "$python" -c "import torch"
fi
