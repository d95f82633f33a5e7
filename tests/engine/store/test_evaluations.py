import pytest

from engine.errors import NotFoundError
from engine.store.calibrations import Calibrations
from engine.store.connect import Vault
from engine.store.evaluations import Evaluations


def test_an_interrupted_evaluation_is_found_with_its_results(vault: Vault) -> None:
    store = Evaluations(vault)
    number = store.begin("abc", {"modes": ["rag"]}, [{"id": 1, "question": "Wér?"}])
    store.keep(number, "q1", "rag", {"text": "one"})
    store.keep(number, "q1", "rag", {"text": "ünö"})
    assert store.unfinished("abc") == number
    assert store.unfinished("other") is None
    assert store.kept(number) == {("q1", "rag"): {"text": "ünö"}}
    store.finish(number, {"verdict": "fine"})
    assert store.unfinished("abc") is None
    [stored] = store.all()
    assert stored == store.one(number)
    assert stored.report == {"verdict": "fine"}
    assert stored.questions == ({"id": 1, "question": "Wér?"},)
    assert stored.finished_at is not None
    store.remove(number)
    assert store.kept(number) == {}
    with pytest.raises(NotFoundError):
        store.one(number)


def test_a_calibration_belongs_to_library_model_and_encoder(vault: Vault) -> None:
    store = Calibrations(vault)
    store.put("Work", "small", "mini 123", {"intercept": 1.0})
    store.put(None, "small", "mini 123", {"intercept": 2.0})
    assert store.find("Work", "small", "mini 123") == {"intercept": 1.0}
    assert store.find(None, "small", "mini 123") == {"intercept": 2.0}
    assert store.find("Work", "large", "mini 123") is None
    store.put("Work", "small", "mini 123", {"intercept": 3.0})
    assert store.find("Work", "small", "mini 123") == {"intercept": 3.0}
    assert store.remove("Work", "small", "mini 123")
    assert not store.remove("Work", "small", "mini 123")
