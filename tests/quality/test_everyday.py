"""The questions that refusing is chosen on are what they say: told, or not told, by the papers."""

from collections import Counter
from pathlib import Path

from engine.evaluate import metrics
from engine.types import Hit, Passage, SearchResult, Understood
from tests.quality import everyday
from tests.quality.everyday import CHOSEN, HELD_OUT, TOLD
from tests.quality.kept_search import KeptSearch


def test_every_question_is_there_once_and_its_answer_stands_in_its_papers(tmp_path: Path) -> None:
    questions = everyday.questions()
    assert len({each.id for each in questions}) == len(questions)
    assert len({each.text for each in questions}) == len(questions)
    texts = {
        library: " ".join(path.read_text(encoding="utf-8") for path in paths)
        for library, paths in everyday.libraries(tmp_path).items()
        if library != "Samples"
    }
    for each in questions:
        if each.answers and each.library in texts:
            assert metrics.contains_answer(texts[each.library], each.answers), each.text


def test_nothing_that_is_measured_on_is_chosen_on() -> None:
    questions = everyday.questions()
    kinds = Counter((each.part, bool(each.answers)) for each in questions)
    assert all(kinds[part, there] >= 6 for part in (CHOSEN, HELD_OUT, TOLD) for there in (0, 1))
    papers = {
        part: {each.library for each in questions if each.part == part} - {"Samples"}
        for part in (CHOSEN, HELD_OUT)
    }
    assert not papers[CHOSEN] & papers[HELD_OUT]


class Counted:
    """A search that counts how often it is asked."""

    def __init__(self, found: SearchResult) -> None:
        self.found, self.asked = found, 0

    def search(
        self, question: str, /, *, library: str | None = None, top: int = 10
    ) -> SearchResult:
        self.asked += 1
        return self.found


def test_what_was_found_is_kept_and_comes_back_as_it_was(tmp_path: Path) -> None:
    passage = Passage(3, 1, "/papers/rules.md", "Rules", 1, 4, 12, "Keys", "Nine keys.")
    found = SearchResult(
        (Hit(1, passage, 0.9, 0.8, 0.7, ("/papers/copy.md",)),),
        0.25,
        Understood("how many keys", "en", ("nine",), (("type", "pdf"),), (("kyes", "keys"),)),
    )
    search = Counted(found)
    file = tmp_path / "found.jsonl"
    assert KeptSearch(search, file).search("How many keys?", library="Papers") == found
    again = KeptSearch(search, file)
    assert again.search("How many keys?", library="Papers") == found
    assert search.asked == 1
    again.search("How many keys?", library="Others")
    assert search.asked == 2
