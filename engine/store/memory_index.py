"""Vectors in memory, made so small that a million take about 150 MB, for finding candidates.

Each vector is put into the list of its nearest centre; what is left of it is written with 4 bits
for every two parts (IVF with product quantisation, "fast scan" in FAISS's words: André et al.,
"Quicker ADC", https://arxiv.org/abs/1812.09162). What it finds must be scored exactly afterwards.
Nothing here touches the vault or the disk, and no thread is started.
"""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Ids = NDArray[np.int64]

CODES_MOST_BYTES = 130_000_000
"""Longer vectors and larger vaults are written shorter, so that the codes stay within this."""
PARTS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 1)
"""How many parts of a vector share 4 bits."""
SAMPLE = 20_000
"""Vectors that the index is fitted on."""
LISTS_READ = 0.35
"""Share of the lists that a search reads."""
LEAST_READ = 50_000
"""Vectors that it reads at least: so many take half a millisecond."""
NARROW = 0.3
"""A search narrowed to a smaller share of the passages reads all lists."""


def parts_for(dimension: int, expected: int) -> int:
    """How many parts of a vector share 4 bits."""
    fitting = [each for each in PARTS if dimension % each == 0]
    small = [each for each in fitting if expected * dimension // each // 2 <= CODES_MOST_BYTES]
    return small[0] if small else max(fitting)


def expected_bytes(dimension: int, count: int) -> int:
    """Memory that an index of so many vectors takes, about."""
    code = dimension // parts_for(dimension, count) // 2
    return int(count * 1.4 * (code + 8)) + lists_for(count) * dimension * 4


def lists_for(count: int) -> int:
    """Lists: about the square root of the number of vectors, as a power of two."""
    return int(2 ** np.clip(round(np.log2(max(count, 1)) / 2), 2, 11))


class MemoryIndex:
    """Candidates for the nearest vectors, by inner product. Safe from several threads."""

    def __init__(self, sample: Matrix, expected: int) -> None:
        """Fit on a sample, (n, dimension) float32, L2-normalised; about a second of work.

        ``expected`` is how many vectors are to come.
        """
        import faiss  # only large vaults need it

        self._faiss: Any = faiss
        faiss.omp_set_num_threads(1)  # of this thread; waiting threads would only spin
        dimension = sample.shape[1]
        self._lists = min(lists_for(expected), max(len(sample) // 40, 1))
        self._centres = faiss.IndexFlatIP(dimension)
        self._index: Any = faiss.IndexIVFPQFastScan(
            self._centres,
            dimension,
            self._lists,
            dimension // parts_for(dimension, expected),
            4,
            faiss.METRIC_INNER_PRODUCT,
        )
        self._index.by_residual = True
        self._index.cp.niter = 6
        self._index.pq.cp.niter = 8
        # FAISS warns on stderr of small samples.
        self._index.cp.min_points_per_centroid = self._index.pq.cp.min_points_per_centroid = 1
        self._index.train(np.ascontiguousarray(sample, dtype=np.float32))
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, ids: Ids, matrix: Matrix) -> None:
        """Take vectors in; a number that is there already is held twice, so do not."""
        if len(ids):
            self._faiss.omp_set_num_threads(1)
            with self._lock:
                self._index.add_with_ids(
                    np.ascontiguousarray(matrix, dtype=np.float32), np.asarray(ids, dtype=np.int64)
                )

    def remove(self, ids: Ids) -> int:
        """Forget vectors; how many were held."""
        if not len(ids):
            return 0
        with self._lock:
            wanted = self._faiss.IDSelectorBatch(np.asarray(ids, dtype=np.int64))
            return int(self._index.remove_ids(wanted))

    def ids(self) -> Ids:
        """The numbers of all vectors held, in no order."""
        with self._lock:
            lists = self._index.invlists
            found = [
                self._faiss.rev_swig_ptr(lists.get_ids(each), lists.list_size(each)).copy()
                for each in range(self._lists)
                if lists.list_size(each)
            ]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def search(self, query: Matrix, most: int, only: Ids | None = None) -> Ids:
        """Numbers of the likeliest neighbours, best first; with ``only``, among these alone."""
        most = min(most, len(self))
        if most <= 0 or (only is not None and not len(only)):
            return np.zeros(0, dtype=np.int64)
        self._faiss.omp_set_num_threads(1)
        share = 1.0 if only is None else len(only) / max(len(self), 1)
        read = 1.0 if share < NARROW else min(1.0, max(LISTS_READ, LEAST_READ / len(self)))
        options: dict[str, Any] = {"nprobe": max(1, round(self._lists * read))}
        if only is not None:
            options["sel"] = self._faiss.IDSelectorBitmap(_bits(only))
        with self._lock:
            parameters = self._faiss.SearchParametersIVF(**options)
            asked = np.ascontiguousarray(query, dtype=np.float32)[None]
            _, found = self._index.search(asked, most, params=parameters)
        numbers: Ids = found[0]
        return numbers[numbers >= 0]

    def size_bytes(self) -> int:
        """Memory taken, with the room that growing lists keep."""
        with self._lock:
            lists = self._index.invlists
            sizes = [lists.list_size(each) for each in range(self._lists)]
        code = int(self._index.M2) // 2
        room = sum(_room(-(-size // 32) * 32 * code) + _room(size * 8) for size in sizes)
        return room + self._lists * int(self._index.d) * 4


def _room(size: int) -> int:
    """What a growing list of so many bytes keeps: the next power of two."""
    return 1 << max(size - 1, 1).bit_length() if size else 0


def _bits(ids: Ids) -> NDArray[np.uint8]:
    """A bit for every number up to the highest: whether it is among them."""
    marks = np.zeros(int(ids.max()) + 1, dtype=bool)
    marks[ids] = True
    return np.packbits(marks, bitorder="little")
