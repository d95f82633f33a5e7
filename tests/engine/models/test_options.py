import math
from pathlib import Path
from typing import Any

import pytest

from engine.errors import EngineError
from engine.models import catalogue, options
from engine.models.gguf_header import GgufHeader
from engine.models.option_store import FILE, OptionStore
from engine.models.options import Chosen, ModelOptions
from engine.paths import open_profile
from engine.settings import SettingsError


@pytest.mark.parametrize(
    "values",
    [
        {"temperature": -0.1},
        {"temperature": 2.1},
        {"temperature": math.nan},
        {"temperature": True},
        {"temperature": "hot"},
        {"top_p": 0},
        {"top_p": 1.01},
        {"min_p": 1},
        {"top_k": -1},
        {"top_k": 1.5},
        {"repeat_penalty": 0.9},
        {"seed": -1},
        {"seed": 2**32},
        {"max_tokens": 0},
        {"stop": ("",)},
        {"stop": "END"},
        {"stop": ("x",) * 17},
        {"n_ctx": 511},
        {"threads": 257},
    ],
)
def test_values_out_of_range_are_told(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as told:
        ModelOptions(**values)
    assert next(iter(values)) in told.value.message


def test_one_lies_over_the_other() -> None:
    own = ModelOptions(temperature=0.0, stop=("END",))
    defaults = ModelOptions(temperature=0.7, top_k=20, stop=())
    assert own.over(defaults) == ModelOptions(temperature=0.0, top_k=20, stop=("END",))


def test_sampling_takes_what_concerns_writing() -> None:
    chosen = ModelOptions(temperature=0.5, seed=3, n_ctx=2048, threads=2)
    sampling = chosen.sampling(max_tokens=99)
    assert (sampling.temperature, sampling.seed, sampling.max_tokens) == (0.5, 3, 99)
    assert ModelOptions(max_tokens=7).sampling(max_tokens=99).max_tokens == 7


def header(**metadata: Any) -> GgufHeader:
    return GgufHeader(
        "llama", "Some model", "model", "Q8_0", "", 4096, 2, 4, 2, 64, 10, 10, 10, "",
        metadata=metadata,
    )  # fmt: skip


def test_the_file_goes_before_the_family() -> None:
    said = header(
        **{
            "general.sampling.temp": 0.6000000238418579,
            "general.sampling.top_k": 64,
            "general.sampling.penalty_repeat": 7.0,
            "general.sampling.sequence": "temp;top_k",
        }
    )
    found = options.recommended(said, "Qwen2.5 7B Instruct")
    assert found == ModelOptions(
        temperature=0.6, top_p=0.8, top_k=64, repeat_penalty=1.05
    )  # the penalty of the file is out of range


@pytest.mark.parametrize(
    ("name", "family", "thinks"),
    [
        ("Qwen3 4B", "Qwen3, thinking", True),
        ("Qwen3-4B-Instruct-2507-Q4_K_M", "Qwen3 Instruct 2507", False),
        ("SmolLM2-135M-Instruct", "SmolLM2", False),
        ("gemma-3-4b-it", "Gemma 3", False),
        ("Llama-3.2-3B-Instruct", "Llama 3", False),
        ("DeepSeek-R1-Distill-Qwen-7B", "DeepSeek R1 and its distillates", True),
        ("gpt-oss-20b", "gpt-oss", True),
    ],
)
def test_families_are_told_by_name(name: str, family: str, thinks: bool) -> None:
    found = options.family_of(name)
    assert found is not None
    assert (found.name, found.thinks) == (family, thinks)


def test_every_chat_model_of_the_catalogue_has_a_recommendation() -> None:
    for offer in catalogue.offers():
        if offer.role == "chat":
            assert options.recommended(None, offer.name, offer.file).temperature is not None, offer


def test_answers_from_documents_take_the_likeliest_words() -> None:
    chosen = Chosen(ModelOptions(top_k=5), ModelOptions(temperature=0.7, top_k=20, seed=0))
    plain = chosen.for_question(ModelOptions(), from_documents=False)
    assert (plain.temperature, plain.top_k) == (0.7, 5)
    exact = chosen.for_question(ModelOptions(), from_documents=True)
    assert (exact.temperature, exact.repeat_penalty, exact.top_k) == (0.0, 1.1, 5)
    asked = chosen.for_question(ModelOptions(temperature=1.0), from_documents=True)
    assert asked.temperature == 1.0
    thinking = Chosen(defaults=ModelOptions(temperature=0.6), thinks=True)
    assert thinking.for_question(ModelOptions(), from_documents=True).temperature == 0.6


# --- kept ----------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> OptionStore:
    return OptionStore(open_profile(tmp_path))


def test_options_are_kept_per_model(store: OptionStore, tmp_path: Path) -> None:
    mine = ModelOptions(temperature=0.3, stop=("\n\n", "END"), n_ctx=2048)
    store.write("made/a.gguf", mine)
    store.write("starter", ModelOptions(seed=4))
    again = OptionStore(open_profile(tmp_path))
    assert again.read("made/a.gguf") == mine
    assert again.read("starter") == ModelOptions(seed=4)
    assert again.read("another") == ModelOptions()
    store.write("made/a.gguf", ModelOptions())
    assert again.read("made/a.gguf") == ModelOptions()
    assert "a.gguf" not in (tmp_path / FILE).read_text("utf-8")


def test_unknown_keys_and_comments_stay(store: OptionStore, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        "# mine\n[models.starter]\ntemperature = 0.5 # warm\nmirostat = 2\n", "utf-8"
    )
    assert store.read("starter") == ModelOptions(temperature=0.5)
    store.write("starter", ModelOptions(top_k=3))
    text = (tmp_path / FILE).read_text("utf-8")
    assert "# mine" in text
    assert "mirostat = 2" in text
    assert "temperature" not in text
    assert store.read("starter") == ModelOptions(top_k=3)


@pytest.mark.parametrize(
    "text",
    ["nonsense =", "models = 3", "[models]\nstarter = 3", "[models.starter]\ntop_p = 7",
     "version = 99"],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_told_and_stays(
    store: OptionStore, tmp_path: Path, text: str
) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(EngineError) as told:
        store.read("starter")
    assert FILE in told.value.message
    assert told.value.hint
    assert (tmp_path / FILE).read_text("utf-8") == text
