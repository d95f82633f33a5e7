from pathlib import Path

from engine.answer import terms
from engine.answer.answer import Answerer
from engine.paths import open_profile
from engine.store.connect import Vault
from engine.store.glossary import Glossary
from tests.engine.answer.parts import Library
from tests.engine.answer.test_answer import TrustedModel, finish

NOTES = "The crew leader wears the GB. An MI was ruled out, it says; the red book (RB) is full."


def glossary(folder: Path) -> Glossary:
    found = Glossary(Vault.open(open_profile(folder).vault))
    found.add_all(
        "Notes",
        [
            ("MI", "myocardial infarction"),
            ("GB", "green band"),
            ("RB", "red book"),
            ("IT", "information technology"),
            ("XY", "not here"),
        ],
    )
    found.add_all("Others", [("MI", "Michigan")])
    return found


def test_terms_that_a_text_uses_without_explaining_them(tmp_path: Path) -> None:
    known = glossary(tmp_path)
    assert terms.used(NOTES, known, "Notes") == [
        ("GB", "green band"),
        ("MI", "myocardial infarction"),
    ]
    # In all libraries together, one term has two meanings.
    assert terms.used(NOTES, known) == [("GB", "green band")]
    assert terms.used("Nothing of it.", known) == []


def test_a_model_that_writes_is_told_the_terms_of_its_passages(tmp_path: Path) -> None:
    known = glossary(tmp_path)
    library = Library({"/docs/notes.md": "The crew leader of the day wears the GB on the jetty."})
    model = TrustedModel("The crew leader of the day wears the GB.")
    answerer = Answerer(library, model, library, glossary=known)
    _, answer = finish(answerer.ask("What does the crew leader wear?", library="Notes"))
    assert answer.text == "The crew leader of the day wears the GB."
    asked = model.prompts[-1][-1].content
    assert "Terms: GB means green band.\n</passages>" in asked
    assert "myocardial" not in asked
