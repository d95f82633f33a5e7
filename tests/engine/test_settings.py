from pathlib import Path

import pytest

from engine import settings
from engine.settings import ModelSettings, Settings, SettingsError


def test_defaults_where_there_is_no_file(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "settings.toml") == Settings()


def test_saved_settings_come_back(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    chosen = Settings(model=ModelSettings(n_ctx=2048, threads=3))
    settings.save(path, chosen)
    assert settings.load(path) == chosen


def test_unknown_keys_and_comments_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('# mine\n[model]\nn_ctx = 1024\nfuture = "x"\n[unknown]\na = 1\n')
    settings.save(path, settings.load(path))
    text = path.read_text()
    assert "# mine" in text
    assert 'future = "x"' in text
    assert "[unknown]" in text
    assert settings.load(path).model.n_ctx == 1024


@pytest.mark.parametrize(
    "text",
    [
        "[model]\nn_ctx = 5",
        "[model]\nn_ctx = 'many'",
        "[model]\nthreads = true",
        "model = 3",
        "not toml [",
        "version = 99",
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        settings.load(path)
    assert caught.value.hint
