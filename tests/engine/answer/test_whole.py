from collections.abc import Sequence

from engine.answer import whole
from engine.answer.extract import Evidence
from engine.types import Hit, Page, Passage


class Store:
    """Documents of passages, each a page."""

    def __init__(self, texts: dict[str, Sequence[str]]) -> None:
        self.texts = texts
        number = 0
        self._passages: dict[str, list[Passage]] = {}
        for path, parts in texts.items():
            for page, text in enumerate(parts, start=1):
                number += 1
                passage = Passage(number, 1, path, path, page, 0, len(text), "", text)
                self._passages.setdefault(path, []).append(passage)

    def pages(self, path: str) -> list[Page]:
        return [Page(number, text) for number, text in enumerate(self.texts[path], start=1)]

    def passages(self, path: str) -> list[Passage]:
        return self._passages[path]

    def hit(self, path: str, page: int, rank: int) -> Hit:
        return Hit(rank, self._passages[path][page - 1], 1 / rank, 0.5, 0.5)


def evidence(*scores: tuple[int, float]) -> list[Evidence]:
    return [Evidence(hit, 0, 3, "One", 1.0, 0.0, score) for hit, score in scores]


STORE = Store(
    {
        "contract": ["One begins.", "Two goes on.", "Three ends it."],
        "mail": ["Hello.", "Bye."],
        "note": ["A note."],
    }
)


def read(store: Store, hits: Sequence[Hit], found: Sequence[Evidence], longest: int = 1000):
    return whole.documents(hits, found, store, tuple, longest=longest)


def test_the_document_with_most_of_the_evidence_is_read_from_its_beginning() -> None:
    hits = [STORE.hit("contract", 3, 1), STORE.hit("note", 1, 2), STORE.hit("contract", 1, 3)]
    (document,) = read(STORE, hits, evidence((0, 1.0), (1, 0.6), (2, 0.5)))
    assert [hit.passage.text for hit in document] == list(STORE.texts["contract"])
    assert [hit.rank for hit in document] == [3, 0, 1]


def test_few_documents_that_share_the_evidence_are_read_both() -> None:
    hits = [STORE.hit("mail", 1, 1), STORE.hit("contract", 2, 2), STORE.hit("note", 1, 3)]
    some = evidence((0, 1.0), (1, 0.9), (2, 0.8))
    assert whole.paths(hits, some) == ["mail", "contract"]
    assert [len(each) for each in read(STORE, hits, some)] == [2, 3]


def test_scattered_evidence_leaves_documents_torn() -> None:
    store = Store({str(number): ["One.", "Two."] for number in range(9)})
    hits = [store.hit(str(number), 1, number + 1) for number in range(9)]
    assert read(store, hits, evidence(*((number, 1.0) for number in range(9)))) == ()


def test_a_long_document_stays_torn() -> None:
    hits = [STORE.hit("contract", 1, 1)]
    assert read(STORE, hits, evidence((0, 1.0)), longest=20) == ()
    many = Store({"book": ["A page."] * (whole.MOST_PASSAGES + 1)})
    assert read(many, [many.hit("book", 1, 1)], evidence((0, 1.0)), longest=100_000) == ()


def test_documents_of_one_passage_need_nothing() -> None:
    assert read(STORE, [STORE.hit("note", 1, 1)], evidence((0, 1.0))) == ()
    assert read(STORE, [STORE.hit("note", 1, 1)], []) == ()


def test_poor_scores_still_count() -> None:
    hits = [STORE.hit("contract", 1, 1), STORE.hit("note", 1, 2)]
    assert whole.paths(hits, evidence((0, -0.4), (1, -0.5))) == ["contract"]


def test_a_document_that_was_read_anew_meanwhile_stays_torn() -> None:
    old = Hit(1, Passage(99, 1, "contract", "contract", 1, 0, 3, "", "One"), 1.0, 0.5, 0.5)
    assert read(STORE, [old], evidence((0, 1.0))) == ()


def test_passages_that_were_not_found_are_guarded_too() -> None:
    def blank(hits: Sequence[Hit]) -> tuple[Hit, ...]:
        return (
            tuple(hits)[:0]
            if not hits
            else tuple(
                Hit(0, Passage(h.passage.id, 1, "", "", 1, 0, 1, "", "-"), 0, 0, 0) for h in hits
            )
        )

    (document,) = whole.documents(
        [STORE.hit("contract", 1, 1)], evidence((0, 1.0)), STORE, blank, longest=1000
    )
    assert [hit.passage.text for hit in document] == ["One begins.", "-", "-"]
