"""What is read out of llama.cpp's messages."""

import pytest

from engine.inference.llama_log import LlamaLog


def test_buffers_are_added_up_and_warnings_kept(capfd: pytest.CaptureFixture[str]) -> None:
    log = LlamaLog()
    log.take(2, b"load_tensors:   CPU_Mapped model buffer size =   136.40 MiB\n")
    log.take(2, b"load_tensors:   CPU_REPACK model buffer size =    50.00 MiB\n")
    log.take(2, b"load_tensors:   CPU_REPACK model buffer size =     7.00 MiB\n")
    log.take(2, b"llama_kv_cache:        CPU KV buffer size =    90.00 MiB\n")
    assert log.buffers["CPU_REPACK model"] == 57 << 20
    assert log.buffers["CPU KV"] == 90 << 20
    log.take(4, b"error: no such tensor\n")
    assert log.errors() == "error: no such tensor"
    assert capfd.readouterr().err == "error: no such tensor\n"
    log.clear()
    assert (log.errors(), log.buffers) == ("", {})
