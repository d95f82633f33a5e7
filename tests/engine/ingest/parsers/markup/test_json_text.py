import json
import resource
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.ingest.parsers.markup import json_text


def text(tmp_path: Path, content: str, name: str = "a.json") -> str:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return registry.parse(path).pages[0].text


def test_records_and_fields(tmp_path: Path) -> None:
    records = [
        {"name": "Skiff", "fee": 65, "tags": ["small", "wood"], "owner": {"name": 'Größe "G"'}},
        {"name": "Ketch", "fee": None, "sold": True, "parts": [{"id": 1}, {"id": 2}]},
    ]
    expected = (
        'name: Skiff\nfee: 65\ntags:\n  • small\n  • wood\nowner:\n  name: Größe "G"\n\n'
        "name: Ketch\nfee:\nsold: true\nparts:\n  • id: 1\n  • id: 2"
    )
    for source in (json.dumps(records), json.dumps(records, indent=2)):
        assert text(tmp_path, source) == expected
    lines = "\n".join(json.dumps(record) for record in records)
    assert text(tmp_path, lines, "a.jsonl") == expected


def test_known_without_its_name(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text('{"name": "Skiff"}')
    assert registry.parse(path).type == "json"
    path.write_text("[Note] {see} below")
    assert registry.parse(path).type == "text"


def test_cut_off_and_commented(tmp_path: Path) -> None:
    assert text(tmp_path, '{"a": 1, // why\n "b": [2, "three') == "a: 1\nb:\n  • 2\n  • three"
    assert text(tmp_path, '{"half": "\\ud83d", "whole": "\\ud83d\\ude00"}').endswith("whole: 😀")


def test_depth_has_no_limit(tmp_path: Path) -> None:
    deep = '{"a":' * 100_000 + '"bottom"' + "}" * 100_000
    assert text(tmp_path, deep).endswith("a: bottom")
    assert text(tmp_path, "[" * 200_000 + "1").endswith("1")


def test_a_million_values_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MAX_VALUES", 1000)
    path = tmp_path / "many.json"
    path.write_text("[" + ",".join(f'{{"id": {number}}}' for number in range(100_000)) + "]")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    document = registry.parse(path)
    assert document.note == "Only the first 1,000 values were read."
    assert document.pages[0].text.count("id:") == 1000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_nothing_in_it(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as caught:
        text(tmp_path, "[[], {}]")
    assert caught.value.code == "empty"
