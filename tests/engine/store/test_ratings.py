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
    assert ratings.of(talk.id) == {said.id: True}
    ratings.rate(said.id, False)
    [rated] = ratings.all()
    assert (rated.up, rated.question, rated.follows) == (False, ANSWER.question, False)
    chats.append(talk.id, "user", "And on Sundays?")
    later = chats.append(talk.id, "assistant", ANSWER.text, ANSWER)
    ratings.rate(later.id, True)
    assert [each.follows for each in ratings.all()] == [False, True]
    ratings.rate(said.id, None)
    assert ratings.of(talk.id) == {later.id: True}
    with pytest.raises(NotFoundError):
        ratings.rate(asked.id, True)
    with pytest.raises(NotFoundError):
        ratings.rate(999, True)
    chats.delete(talk.id)
    assert ratings.all() == []
