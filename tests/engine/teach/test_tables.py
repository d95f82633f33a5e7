"""Examples from tables and glossaries, and the reading of the files."""

import json
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.formats.examples import ExamplesError
from engine.teach import from_glossary, from_tables, rows
from engine.teach.recipes import recipe


def table(tmp_path: Path, text: str, name: str = "t.csv") -> rows.TableFile:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return rows.read(path)


def test_rows_keep_the_line_they_begin_in(tmp_path: Path) -> None:
    read = table(tmp_path, '\ufefftext;label\n"two\nlines";a\n\nlast;b\n')
    assert read.columns == ("text", "label")
    assert [(row.line, row.cells["label"]) for row in read.rows] == [(2, "a"), (5, "b")]
    tabs = table(tmp_path, "text\tlabel\none, two\ta\n", "t.tsv")
    assert tabs.rows[0].cells == {"text": "one, two", "label": "a"}


def test_broken_lines_are_named(tmp_path: Path) -> None:
    with pytest.raises(ExamplesError) as raised:
        table(tmp_path, "text,label\na,b\na,b,c\nd,e\n,,,f\n")
    assert [fault.line for fault in raised.value.faults] == [3, 5]
    with pytest.raises(ExamplesError) as raised:
        table(tmp_path, '{"a": "b"}\n{broken\n[1]\n', "t.jsonl")
    assert [fault.line for fault in raised.value.faults] == [2, 3]
    with pytest.raises(InputError, match="no rows"):
        table(tmp_path, "text,label\n")
    with pytest.raises(InputError, match="cannot be read"):
        rows.read(tmp_path / "none.csv")


def test_labels_become_a_classification(tmp_path: Path) -> None:
    read = table(tmp_path, "Category,Text\nbill,I paid twice\nbill,Why the fee?\nodd,Hm\n,Lost\n")
    kept, left = from_tables.examples(recipe("classify"), read)
    assert [(each.prompt[-1].content, each.answer) for each in kept] == [
        ("Text: I paid twice\nLabel:", "bill"),
        ("Text: Why the fee?\nLabel:", "bill"),
    ]
    assert kept[0].source == "t.csv, line 2"
    assert sorted(each.reason for each in left) == [
        "their Category is empty", "their label occurs once only",
    ]  # fmt: skip


def test_columns_may_be_named_and_unknown_ones_are_told(tmp_path: Path) -> None:
    read = table(tmp_path, "a,b,c\nx,one,p\ny,one,q\n")
    with pytest.raises(InputError) as raised:
        from_tables.examples(recipe("classify"), read)
    assert "a, b, c" in raised.value.hint
    kept, _ = from_tables.examples(recipe("classify"), read, ("c", "b"))
    assert [each.answer for each in kept] == ["one", "one"]
    assert "p" in kept[0].prompt[-1].content


def test_fields_must_stand_in_the_text(tmp_path: Path) -> None:
    read = table(
        tmp_path, "text,name,sum\nPaid 12 EUR by Ada.,Ada,12 EUR\nPaid by Bo.,Bo,\nPaid.,Cy,1\n"
    )
    kept, left = from_tables.examples(recipe("extract"), read)
    assert [json.loads(each.answer) for each in kept] == [
        {"name": "Ada", "sum": "12 EUR"}, {"name": "Bo", "sum": ""},
    ]  # fmt: skip
    assert "Fields: name, sum" in kept[0].prompt[-1].content
    assert [each.reason for each in left] == ["a field of theirs does not stand in the text"]


def test_pairs_become_translations(tmp_path: Path) -> None:
    read = table(tmp_path, "German,English\nDie Fähre,the ferry\nDer Kai,\n")
    kept, left = from_tables.examples(recipe("translate"), read)
    assert kept[0].prompt[-1].content == "From German to English: Die Fähre"
    assert kept[0].answer == "the ferry"
    assert [each.reason for each in left] == ["their English is empty"]


def test_questions_with_sql_in_columns_and_written_out(tmp_path: Path) -> None:
    read = table(tmp_path, "question,schema,sql\nHow many?,t(a),SELECT count(*) FROM t\n")
    kept, _ = from_tables.examples(recipe("sql"), read)
    assert kept[0].prompt[-1].content == "schema: t(a)\nQuestion: How many?"
    assert kept[0].answer == "SELECT count(*) FROM t"
    line = json.dumps({"text": "table: t\ncolumns: a, b\nQ: Which a?\nA: SELECT a FROM t"})
    kept, left = from_tables.examples(
        recipe("sql"), table(tmp_path, f'{line}\n{{"text": "no"}}\n', "t.jsonl")
    )
    assert kept[0].prompt[-1].content == "table: t\ncolumns: a, b\nQuestion: Which a?"
    assert kept[0].answer == "SELECT a FROM t"
    assert len(left) == 1


def test_a_summary_is_shorter_than_its_text(tmp_path: Path) -> None:
    read = table(tmp_path, "text,summary\nA long text of many words.,A text.\nShort.,Longer one.\n")
    kept, left = from_tables.examples(recipe("summarise"), read)
    assert (len(kept), kept[0].why) == (1, "2 words for 6")
    assert left[0].reason == "their summary is no shorter than the text"


def test_several_meanings_of_a_term_are_one_answer(tmp_path: Path) -> None:
    read = table(tmp_path, "Short,Meaning\nMI,myocardial infarction\nMI,mitral insufficiency\nX,\n")
    kept, left = from_tables.examples(recipe("abbreviations"), read)
    assert [each.answer for each in kept] == ["myocardial infarction; mitral insufficiency"]
    assert "MI" in kept[0].prompt[-1].content
    assert len(left) == 1
    house = from_glossary.translations(recipe("translate"), [("NOA", "notice")], origin="glossary")
    assert (house[0].prompt[-1].content, house[0].answer) == (
        "From plain words to our terms: notice", "NOA",
    )  # fmt: skip


def test_the_wording_of_a_table_teaches_style_and_no_answers(tmp_path: Path) -> None:
    read = table(tmp_path, "plain,ours\nYou must pay.,Kindly settle this.\n")
    kept, _ = from_tables.examples(recipe("style"), read)
    assert kept[0].prompt[-1].content == "Say this in our words: You must pay."
    with pytest.raises(InputError, match="no source"):
        from_tables.examples(recipe("answer"), read)
