import threading
from pathlib import Path

from engine.ingest.watch import Watcher
from engine.progress import CancelToken
from engine.store.connect import Vault
from engine.store.library_settings import Watched
from engine.store.roots import Root


def test_what_changes_while_the_folders_are_looked_at_is_told(tmp_path: Path) -> None:
    cancel = CancelToken()
    given_up = threading.Timer(30, cancel.cancel)
    given_up.start()
    changes = Watcher(lambda: [Root(str(tmp_path), "Documents", True)]).changes(cancel)
    assert next(changes) == {str(tmp_path)}
    late = tmp_path / "late.txt"
    late.write_text("Written while the first look is being worked off.")
    assert any(str(late) in batch for batch in changes)
    given_up.cancel()
    given_up.join()
    changes.close()


def test_watchers_of_one_process_do_not_forget_each_other(vault: Vault) -> None:
    register = Watched(vault)
    register.put({"/a": "events"})
    register.put({"/b": "polling"})
    assert register.all() == {"/a": "events", "/b": "polling"}
    register.put({"/c": "events"}, instead_of=["/a"])
    assert register.all() == {"/b": "polling", "/c": "events"}
    register.put({}, instead_of=["/b"])
    assert register.all() == {"/c": "events"}
