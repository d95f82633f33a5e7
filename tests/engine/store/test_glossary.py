import pytest

from engine.errors import InputError, NotFoundError
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.glossary import Glossary, read_csv
from engine.store.terms import Found, find
from tests import shelf
from tests.fakes import HashingEmbedder

LIST = "Abbreviations\n\n- ECG: electrocardiogram\n| BP | blood pressure |\nNote: all values"


def test_short_forms_are_found_in_both_directions() -> None:
    assert find("He had a myocardial infarction (MI) in May.") == [
        Found("MI", "myocardial infarction")
    ]
    assert find("The MI (myocardial infarction) was mild.") == [
        Found("MI", "myocardial infarction")
    ]
    assert find("Die Allgemeinen Geschäftsbedingungen (AGB) gelten.") == [
        Found("AGB", "Allgemeinen Geschäftsbedingungen")
    ]


def test_lists_tables_and_definitions_are_read() -> None:
    assert find(LIST) == [Found("ECG", "electrocardiogram"), Found("BP", "blood pressure")]
    assert find("“Agreement” means this contract and its annexes. It ends.") == [
        Found("Agreement", "this contract and its annexes", "definition")
    ]


@pytest.mark.parametrize(
    "text", ["The sum (see page 4) is due.", "It rained (Monday).", "(MI)", ""]
)
def test_other_brackets_are_left_alone(text: str) -> None:
    assert find(text) == []


def test_found_terms_go_with_the_document_that_explains_them(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    glossary = Glossary(vault)
    shelf.put(vault, embedder, "/a.txt", "A myocardial infarction (MI) is treated at once.")
    shelf.put(vault, embedder, "/b.txt", "After a myocardial infarction (MI) rest helps.")
    (entry,) = glossary.all()
    assert (entry.term, entry.meaning, entry.origin, entry.documents) == (
        "MI", "myocardial infarction", "found", 2
    )  # fmt: skip
    Documents(vault).remove(["/a.txt"])
    assert glossary.all()[0].documents == 1
    Documents(vault).remove(["/b.txt"])
    assert glossary.all() == []


def test_what_the_user_removed_is_not_found_again(vault: Vault, embedder: HashingEmbedder) -> None:
    glossary = Glossary(vault)
    shelf.put(vault, embedder, "/a.txt", "A myocardial infarction (MI) is treated at once.")
    assert glossary.remove("mi") == 1
    shelf.put(vault, embedder, "/b.txt", "After a myocardial infarction (MI) rest helps.")
    assert glossary.all() == []
    with pytest.raises(NotFoundError):
        glossary.remove("MI")
    glossary.add("Documents", "MI", "myocardial infarction")
    Documents(vault).remove(["/a.txt", "/b.txt"])
    assert [each.origin for each in glossary.all()] == ["user"]


def test_a_file_that_moves_takes_its_terms_along(vault: Vault, embedder: HashingEmbedder) -> None:
    shelf.put(vault, embedder, "/a.txt", "A myocardial infarction (MI) is treated at once.")
    Documents(vault).move("/a.txt", "Heart")
    assert [each.library for each in Glossary(vault).all()] == ["Heart"]


def test_csv_comes_in_and_goes_out(vault: Vault) -> None:
    glossary = Glossary(vault)
    text = 'term,meaning\nMI,myocardial infarction\nAA&O,"awake, alert, and oriented"\n'
    assert glossary.import_csv("Heart", text) == 2
    assert glossary.import_csv("Heart", text) == 0
    out = glossary.export_csv()
    assert 'AA&O,"awake, alert, and oriented",Heart' in out
    assert glossary.import_csv("Other", out) == 2


def test_bad_lines_are_named_and_nothing_is_kept(vault: Vault) -> None:
    with pytest.raises(InputError, match="Line 2"):
        Glossary(vault).import_csv("Heart", "MI,myocardial infarction\nBP\n")
    assert Glossary(vault).all() == []
    assert read_csv("\ufeffMI;myocardial infarction\n\n") == [("MI", "myocardial infarction")]


def test_an_entry_is_confirmed_changed_and_taken_out(vault: Vault) -> None:
    glossary = Glossary(vault)
    glossary.add("Heart", "MI", "myocardial infarction")
    glossary.add("Heart", "MI", "mitral insufficiency")
    first, second = glossary.all("Heart")
    glossary.change(first, "MI", "mitral valve insufficiency")
    assert [each.meaning for each in glossary.all("Heart")] == [
        "mitral valve insufficiency",
        "myocardial infarction",
    ]
    with pytest.raises(InputError):
        glossary.change(second, "MI", " ")
    assert glossary.take_out([second]) == 1
    assert glossary.take_out([second]) == 0
    assert [each.meaning for each in glossary.all("Heart")] == ["mitral valve insufficiency"]


def test_a_file_that_is_no_csv_is_told(vault: Vault) -> None:
    with pytest.raises(InputError, match="no CSV"):
        Glossary(vault).import_csv("Heart", "MI," + "x" * 200_000)
