import pytest

from engine.errors import NotFoundError
from engine.store.chats import Chats
from engine.store.connect import Vault
from engine.store.ratings import Ratings
from tests.engine.store.test_chats import ANSWER


def test_thumbs_are_kept_changed_taken_back_and_go_with_the_chat(vault: Vault) -> None:
    chats, ratings = Chats(vault), Ratings(vault)
    talk = chats.create("Hours")
    asked = chats.append(talk.id, "user", "When?")
    said = chats.append(talk.id, "assistant", ANSWER.text, ANSWER)
    ratings.rate(said.id, True)
    assert [turn.up for turn in chats.messages(talk.id)] == [None, True]
    ratings.rate(said.id, False)
    [rated] = ratings.all()
    assert (rated.up, rated.question, rated.follows) == (False, ANSWER.question, False)
    chats.append(talk.id, "user", "And on Sundays?")
    later = chats.append(talk.id, "assistant", ANSWER.text, ANSWER)
    ratings.rate(later.id, True)
    assert [each.follows for each in ratings.all()] == [False, True]
    ratings.rate(said.id, None)
    assert [turn.up for turn in chats.messages(talk.id)] == [None, None, None, True]
    for number in (asked.id, 999):
        with pytest.raises(NotFoundError):
            ratings.rate(number, True)
        with pytest.raises(NotFoundError):
            ratings.correct(number, "Nine.")
    chats.delete(talk.id)
    assert ratings.all() == []


def test_a_correction_stands_without_a_thumb(vault: Vault) -> None:
    chats, ratings = Chats(vault), Ratings(vault)
    talk = chats.create("Hours")
    chats.append(talk.id, "user", "When?")
    said = chats.append(talk.id, "assistant", ANSWER.text, ANSWER)
    ratings.correct(said.id, "At ten.")
    ratings.correct(said.id, "At half past ten.\nNot on Sundays.")
    [rated] = ratings.all()
    assert rated.up is None
    assert rated.correction == rated.wanted == "At half past ten.\nNot on Sundays."
    assert chats.messages(talk.id)[1].correction == rated.correction
    ratings.correct(said.id, "   ")
    assert ratings.all() == []
    assert chats.messages(talk.id)[1].correction == ""
