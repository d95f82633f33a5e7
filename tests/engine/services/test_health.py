import pytest

from engine.model_types import ChatModelInfo
from engine.services import health


def info(**gpu: object) -> ChatModelInfo:
    return ChatModelInfo("m", "m.gguf", "llama", "Q4_0", 4096, 8192, 1, layers=31, **gpu)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "ok", "words"),
    [
        (info(), True, "runs on the processor"),
        (info(gpu="Graphics 9000", gpu_layers=31), True, "31 of 31 layers"),
        (info(gpu="Graphics 9000"), True, "too little free memory"),
        (info(gpu="Graphics 9000", gpu_note="the driver failed"), False, "the driver failed"),
    ],
)
def test_the_gpu_is_told(told: ChatModelInfo, ok: bool, words: str) -> None:
    part = health.gpu(told)
    assert (part.name, part.ok) == ("gpu", ok)
    assert words in part.detail
    assert part.ok or part.hint
