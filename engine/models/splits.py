"""Models spread over several files: ``name-00001-of-00003.gguf`` and so on.

llama.cpp is given the first file and finds the others beside it. Source: ``gguf-split`` of the
llama.cpp repository.
"""

import re
from dataclasses import replace
from pathlib import Path

from engine.errors import ModelMissingError
from engine.models import gguf_header
from engine.models.gguf_header import GgufHeader

_PART = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<suffix>\.gguf)$", re.I)


def is_later_part(path: Path) -> bool:
    """Whether the file is a part, but not the first one."""
    match = _PART.match(path.name)
    return match is not None and int(match["number"]) != 1


def first_part(path: Path) -> Path:
    """The file to load; the path itself where the model is one file."""
    match = _PART.match(path.name)
    return _part(path, match, 1) if match else path


def parts(path: Path) -> list[Path]:
    """All files of a model, the first one first, whether or not they are there."""
    match = _PART.match(path.name)
    if match is None:
        return [path]
    return [_part(path, match, number) for number in range(1, int(match["count"]) + 1)]


def stem(path: Path) -> str:
    """The file's name without suffix and part number."""
    match = _PART.match(path.name)
    return match["stem"] if match else path.stem


def _part(path: Path, match: re.Match[str], number: int) -> Path:
    return path.with_name(f"{match['stem']}-{number:05d}-of-{match['count']}{match['suffix']}")


def read(path: Path) -> GgufHeader:
    """The header of a whole model, sizes added up over its parts.

    Raises ModelMissingError where a part is not there, and as :func:`gguf_header.read`.
    """
    files = parts(path)
    header = gguf_header.read(files[0])
    if header.split_parts > len(files):
        raise ModelMissingError(
            f"The model file {path.name} is one of {header.split_parts} and was renamed.",
            "Give the files the names they were published under.",
        )
    absent = [file for file in files if not file.is_file()]
    if absent:
        raise ModelMissingError(
            f"The model {stem(path)} has {len(files)} files, and {absent[0].name} is missing.",
            "Copy or fetch the missing files into the same folder.",
        )
    for file in files[1:]:
        more = gguf_header.read(file)
        header = replace(
            header,
            parameters=header.parameters + more.parameters,
            tensor_bytes=header.tensor_bytes + more.tensor_bytes,
            file_bytes=header.file_bytes + more.file_bytes,
            decode_bytes=header.decode_bytes + more.decode_bytes,
            prefill_parameters=header.prefill_parameters + more.prefill_parameters,
        )
    return header
