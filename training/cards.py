"""What lies beside an exported adapter or model: a card to read, and a recipe for Ollama."""

from collections.abc import Mapping
from pathlib import Path

from engine.formats.taught_form import TaughtForm
from training.layout import Layout
from training.peft_adapter import PeftAdapter


def write_card(
    folder: Path,
    made: Mapping[str, Path],
    layout: Layout,
    adapter: PeftAdapter,
    name: str,
    task: str,
    facts: Mapping[str, object],
    form: TaughtForm | None = None,
) -> Path:
    """README.md: what it is, what it belongs to, how to use it."""
    rows = {
        "Task": task or "not said",
        "Base": layout.name,
        "Architecture": layout.architecture.name,
        "Rank": adapter.rank,
        "Scale": f"{adapter.scale:g}",
        "Matrices": len(adapter.pairs),
        **{key: value for key, value in facts.items() if value is not None},
    }
    lines = [f"# {name}", "", "| | |", "|---|---|"]
    lines += [f"| {key} | {_cell(value)} |" for key, value in rows.items()]
    lines.append("")
    if form is not None:
        lines += ["It was taught on questions in this form, and is to be asked in it:", ""]
        whole = f"{form.system}\n\n{form.prompt}".strip()
        lines += [f"    {line}" for line in whole.splitlines()]
        lines.append("")
    if "adapter" in made:
        lines += [
            f"`{made['adapter'].name}` is an adapter: it changes how {layout.name} answers and "
            "works with no other model. In Alcove it is attached to its model; in llama.cpp, "
            f"`llama-cli -m BASE.gguf --lora {made['adapter'].name}`.",
            "",
        ]
    if "model" in made:
        lines += [
            f"`{made['model'].relative_to(folder)}` is the whole model with the adapter merged in. "
            "For LM Studio, copy the folder `lmstudio/alcove` into its models folder.",
            "",
        ]
    lines += ["For Ollama: `ollama create NAME -f Modelfile` in this folder.", ""]
    lines += ["The licence of the base holds for what was made from it.", ""]
    path = folder / "README.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_modelfile(
    folder: Path, made: Mapping[str, Path], layout: Layout, form: TaughtForm | None = None
) -> Path:
    """Ollama's recipe; it takes the chat template from the GGUF file itself."""
    if "model" in made:
        lines = [f"FROM ./{made['model'].relative_to(folder).as_posix()}"]
    else:
        lines = [f"FROM {layout.path}", f"ADAPTER ./{made['adapter'].name}"]
    lines.append("PARAMETER temperature 0")
    if form is not None and form.system and '"""' not in form.system:
        lines.append(f'SYSTEM """{form.system}"""')
    path = folder / "Modelfile"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _cell(value: object) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
