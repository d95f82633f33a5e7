"""Everything here needs PyTorch: without the training environment it is passed over."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

collect_ignore_glob: list[str] = []
HERE = Path(__file__).parent

os.environ["TQDM_DISABLE"] = "1"

try:
    import torch
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread that watches bars
except ImportError:
    collect_ignore_glob.append("test_*.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.training)
            # Libraries that training stands on warn of their own coming changes.
            item.add_marker(pytest.mark.filterwarnings("default::FutureWarning"))
            item.add_marker(pytest.mark.filterwarnings("default::DeprecationWarning"))
            item.add_marker(pytest.mark.filterwarnings("default::UserWarning"))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
