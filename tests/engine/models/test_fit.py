import platform
from dataclasses import replace
from pathlib import Path

import pytest

from engine.inference.process import ProcessChatModel
from engine.models import calibration, fit, gguf_header, packages
from engine.models.calibration import Calibration, Probe, memory_bytes_per_s
from engine.models.fit import Memory
from engine.models.gguf_header import GgufHeader
from engine.models.starter import StarterModels
from engine.progress import drain
from tests.ggufs import write_model

ROOMY = Memory(total=32 << 30, available=24 << 30)
SLOW = Probe("Q4_1", 100.0, 50.0, prefill_parameters=100_000_000, decode_bytes=100_000_000)
QUICK = Probe("Q8_0", 300.0, 40.0, prefill_parameters=100_000_000, decode_bytes=150_000_000)
MACHINE = Calibration(20e9, (SLOW, QUICK), "a machine")


@pytest.fixture
def header(tmp_path: Path) -> GgufHeader:
    """As of a model with 8 billion weights, 8-bit."""
    tiny = gguf_header.read(write_model(tmp_path / "tiny.gguf"))
    return replace(
        tiny,
        n_ctx_train=32_768,
        layers=32,
        embedding=4096,
        tensor_bytes=8_500_000_000,
        decode_bytes=8_000_000_000,
        prefill_parameters=7_000_000_000,
        kv_width=2 * 32 * 8 * 128,
    )


def test_memory_is_weights_and_context_and_overhead(header: GgufHeader) -> None:
    need = fit.need(header, fit.choose_context(header, 4096, ROOMY))
    assert need.weights == 8_500_000_000
    assert need.context == 4096 * 2 * 32 * 8 * 128 * 2
    assert need.total == need.weights + need.context + need.overhead


def test_the_report_tells_what_would_be_loaded_and_why(header: GgufHeader) -> None:
    report = fit.examine(Path("big.gguf"), header, ROOMY, MACHINE, n_ctx=8192, threads=4)
    assert report.fit == "fits"
    assert (report.n_ctx, report.threads, report.batch, report.kv_type) == (8192, 4, 512, "f16")
    assert report.words.startswith("It fits: it needs 10.1 GB of the 25.8 GB that are free.")
    assert "tokens/s" in report.words
    assert len(report.reasons) >= 5
    assert "as set" in report.reasons[0]


def test_a_short_memory_keeps_the_context_in_8_bits_first(header: GgufHeader) -> None:
    memory = Memory(total=16 << 30, available=1 << 30)
    header = replace(header, head_width=128)
    report = fit.examine(Path("big.gguf"), header, memory, None, n_ctx=4096)
    assert (report.n_ctx, report.kv_type, report.flash_attention) == (4096, "f16", "auto")
    less = fit.examine(Path("big.gguf"), header, memory, None, n_ctx=7000)
    assert (less.n_ctx, less.kv_type, less.flash_attention) == (7000, "q8_0", "on")
    assert less.need.context == 7000 * header.kv_width * 8.5 / 8
    assert any("8-bit" in reason for reason in less.reasons)
    least = fit.examine(Path("big.gguf"), header, memory, None, n_ctx=32_768)
    assert least.n_ctx < 32_768
    assert least.need.context <= memory.available // 2
    assert "instead of 32,768" in least.reasons[0]


def test_heads_of_uneven_width_stay_in_16_bits(header: GgufHeader) -> None:
    memory = Memory(total=16 << 30, available=1 << 30)
    uneven = replace(header, head_width=80)
    report = fit.examine(Path("big.gguf"), uneven, memory, None, n_ctx=7000)
    assert (report.n_ctx, report.kv_type) == (3500, "f16")


def test_weights_rearranged_for_the_processor_are_counted_twice(header: GgufHeader) -> None:
    header = replace(header, repackable={"Q4_K": 3_000_000_000, "Q6_K": 500_000_000})
    plan = fit.choose_context(header, 4096, ROOMY)
    intel, arm, other = (
        fit.need(header, plan, machine=name) for name in ("AMD64", "aarch64", "riscv64")
    )
    assert (intel.copied, arm.copied, other.copied) == (3_000_000_000, 3_500_000_000, 0)
    assert intel.total == other.total + 3_000_000_000
    assert intel.lasting == other.lasting
    # The originals give way, so that the copy alone never makes a model too large.
    assert fit.judge(intel, Memory(12_000_000_000, 11_000_000_000)) == "tight"


def test_the_smallest_batch_that_reads_as_fast_is_taken(header: GgufHeader) -> None:
    measured = replace(MACHINE, batches=((128, 80.0), (256, 99.0), (512, 100.0)))
    report = fit.examine(Path("big.gguf"), header, ROOMY, measured)
    assert report.batch == 256
    assert any("measured here" in reason for reason in report.reasons)
    assert MACHINE.batch == 512


def test_no_more_context_than_trained(header: GgufHeader) -> None:
    report = fit.examine(Path("big.gguf"), header, ROOMY, None, n_ctx=131_072)
    assert report.n_ctx == 32_768
    assert "trained" in report.reasons[0]


def test_a_tight_fit_asks_to_close_programs(header: GgufHeader) -> None:
    report = fit.examine(Path("big.gguf"), header, Memory(16 << 30, 4 << 30), MACHINE)
    assert report.fit == "tight"
    assert "close other programs" in report.words


def test_what_will_not_fit_promises_no_speed(header: GgufHeader) -> None:
    report = fit.examine(Path("big.gguf"), header, Memory(8 << 30, 6 << 30), MACHINE)
    assert report.fit == "will not fit"
    assert "will not fit" in report.words
    assert report.decode_tokens_per_s is None


def test_without_measurements_no_speed_is_told(header: GgufHeader) -> None:
    report = fit.examine(Path("big.gguf"), header, ROOMY, None)
    assert (report.prefill_tokens_per_s, report.decode_tokens_per_s) == (None, None)
    assert "tokens/s" not in report.words


def test_reading_speed_follows_the_weights_multiplied(header: GgufHeader) -> None:
    assert MACHINE.prefill_tokens_per_s(header) == pytest.approx(300 * 100e6 / 7e9)


@pytest.mark.parametrize(
    ("quantization", "expected"),
    [("Q8_0", 300.0), ("Q4_1", 100.0), ("Q4_K_M", 300.0), ("Q5_1", 100.0), ("F16", 100.0)],
)
def test_a_quantization_is_judged_by_its_kind(
    header: GgufHeader, quantization: str, expected: float
) -> None:
    like = replace(header, quantization=quantization, prefill_parameters=100_000_000)
    assert MACHINE.prefill_tokens_per_s(like) == expected


def test_writing_speed_is_bounded_by_memory(header: GgufHeader) -> None:
    one = MACHINE.decode_tokens_per_s(header, threads=1)
    many = MACHINE.decode_tokens_per_s(header, threads=64)
    assert one == pytest.approx(40.0 * 150e6 / 8e9)
    assert many == pytest.approx(20e9 * 0.55 / 8e9)
    assert MACHINE.decode_tokens_per_s(header, threads=64, context_bytes=10**9) < many


def test_a_graphics_processor_takes_the_layers_and_is_named(header: GgufHeader) -> None:
    on_gpu = replace(MACHINE, gpu="CUDA0")
    report = fit.examine(Path("big.gguf"), header, ROOMY, on_gpu)
    assert report.n_gpu_layers == 33
    assert "CUDA0" in report.reasons[-1]
    assert on_gpu.decode_tokens_per_s(header, threads=64) == pytest.approx(40.0 * 150e6 / 8e9)
    without = fit.examine(Path("big.gguf"), header, ROOMY, MACHINE)
    assert without.n_gpu_layers == 0
    assert "none that it can use" in without.reasons[-1]


def test_measurements_are_kept_for_this_machine_only(tmp_path: Path) -> None:
    assert Calibration.read(tmp_path) is None
    MACHINE.write(tmp_path)
    assert Calibration.read(tmp_path) is None  # “a machine” is another one
    from engine.models.calibration import this_machine

    mine = replace(MACHINE, machine=this_machine())
    mine.write(tmp_path)
    assert Calibration.read(tmp_path) == mine
    (tmp_path / "calibration.json").write_text("{")
    assert Calibration.read(tmp_path) is None


def test_memory_speed_is_measured() -> None:
    speed = memory_bytes_per_s(threads=1, size_bytes=8 << 20)
    assert 1e8 < speed < 1e13


@pytest.mark.model
def test_the_starter_model_is_predicted_within_a_factor_of_two(
    starter_models: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calibrates for real; the machine's own cache is left alone."""
    from engine.models import calibration

    files = calibration.starter_files()
    monkeypatch.setattr(calibration, "machine_cache", lambda: tmp_path)
    monkeypatch.setattr(calibration, "starter_files", lambda: files)
    found = drain(calibration.calibrate())
    assert {probe.quantization for probe in found.probes} >= {"Q4_0", "Q4_1"}
    assert Calibration.read() == found
    for probe in found.probes:
        header = replace(
            gguf_header.read(files["Q4_1"]),
            quantization=probe.quantization,
            decode_bytes=probe.decode_bytes,
        )
        expected = found.decode_tokens_per_s(header, threads=1)
        assert 0.5 < expected / probe.decode_tokens_per_s < 2


@pytest.mark.model
def test_llama_cpp_copies_as_many_weights_as_told(
    starter_models: StarterModels, tmp_path: Path
) -> None:
    for path in (
        starter_models.chat,
        calibration.requantized(packages.find(packages.CHAT), tmp_path, "Q4_0"),
    ):
        header = gguf_header.read(path)
        model = ProcessChatModel(path, n_ctx=512)
        try:
            model.preload()
            buffers = model.info.buffers
        finally:
            model.close()
        told = sum(size for name, size in buffers.items() if "REPACK" in name)
        assert told == pytest.approx(fit.copied(header, platform.machine()), rel=0.05, abs=1 << 20)
