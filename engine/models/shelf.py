"""All models of this machine under one name each: listed, found, added and forgotten."""

import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import InputError, ModelError, NotFoundError
from engine.model_types import AdapterCard, ModelCard
from engine.models import adapter_fits, cards, fit, places, splits, starter_adapter
from engine.models.adapter_fits import AdapterFits
from engine.models.calibration import Calibration
from engine.models.fit import FitReport, Memory
from engine.models.gguf_header import GgufHeader
from engine.models.marks import Marks
from engine.models.places import Machine
from engine.models.registry import Contents, Entry, Kind, Registry
from engine.paths import Profile
from engine.settings import ModelSettings


@dataclass(frozen=True, slots=True)
class Item:
    """One model file and how it came here."""

    path: Path
    card: ModelCard
    header: GgufHeader | None
    """None for the starter encoder and for files that cannot be read."""
    kind: Kind | None = None
    """None for files that lie where another program or the user put them."""
    starter: bool = False

    @property
    def answers(self) -> bool:
        """Whether it is a chat model that can be loaded."""
        return self.card.role == "chat" and self.header is not None and self.header.kind == "model"


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    source: str
    name: str = ""
    adapters: tuple[Path, ...] = ()
    entry: Entry | None = None


class Shelf:
    """The models that one profile sees. Safe to use from several threads."""

    def __init__(self, profile: Profile, *, machine: Machine | None = None) -> None:
        self._profile = profile
        self._machine = machine
        self._registry = Registry(profile)
        self.marks = Marks(profile)
        self._fits = AdapterFits()
        self._lock = threading.Lock()
        self._headers: dict[tuple[str, int, int], GgufHeader | ModelError] = {}

    # --- looking -------------------------------------------------------------------------------

    def items(self) -> list[Item]:
        """Starter models, the user's own, added and fetched ones, then those of other programs."""
        memory, figures = Memory.now(), Calibration.read()
        found = [
            Item(Path(card.file), card, self._starter_header(card), starter=True)
            for card in cards.starter_cards(self._profile, memory, figures)
        ]
        seen = {os.path.realpath(item.path) for item in found}
        others: list[Item] = []
        contents = self._registry.read()
        for place in (*_shipped(found), *self._places(contents)):
            real = os.path.realpath(place.path)
            if real in seen or self._registry.is_hidden(contents, place.path):
                continue
            seen.add(real)
            shown = tuple(
                each for each in place.adapters if not self._registry.is_hidden(contents, each)
            )
            others.append(self._item(replace(place, adapters=shown), memory, figures))
        placed = _with_adapters([*found, *others], self._fits)
        return [self._marked(item) for item in _named(placed)]

    def _marked(self, item: Item) -> Item:
        """The item with what the user should know before choosing it."""
        mark = self.marks.of(item.path)
        if mark is None or not mark.unstable:
            return item
        note = f"It {mark.words}. {item.card.note}".strip()
        return replace(item, card=replace(item.card, note=note))

    def instead_of(self, path: Path) -> Item | None:
        """What to offer for a model that fails: the smallest other that fits, else the starter."""
        able = [
            item
            for item in self.items()
            if item.answers
            and item.card.fit == "fits"
            and not _same(item.path, path)
            and not ((mark := self.marks.of(item.path)) and mark.unstable)
        ]
        return min(able, key=lambda item: (item.starter, item.card.size_bytes), default=None)

    def adapters(self) -> list[AdapterCard]:
        """All adapters of this machine: beside models, in the profile, added or another program's.

        Those that fit no model here say why.
        """
        items = self.items()
        models = {item.path: item.card.name for item in items if item.card.adapters}
        under = {Path(file): None for item in items for file in item.card.adapters}
        alone = {item.path: item.card.note for item in items if _is_adapter(item)}
        found = []
        for path in [*under, *alone]:
            told = adapter_fits.told(path)
            fits = {base: self._fits.check(path, base) for base in models}
            notes = [words for good, words in fits.values() if good]
            found.append(
                AdapterCard(
                    name=self.adapter_name(path),
                    file=str(path),
                    size_bytes=path.stat().st_size if path.exists() else 0,
                    models=tuple(models[base] for base, (good, _) in fits.items() if good),
                    rank=told.rank if told is not None else 0,
                    task=told.task if told is not None else "",
                    note=notes[0] if notes else alone.get(path, ""),
                    shipped=path == starter_adapter.path(),
                )
            )
        return found

    def adapter_name(self, path: Path) -> str:
        """What an adapter is called: as the user named it, else as its file or the file's name."""
        for entry in self._registry.read().entries:
            if entry.name and entry.kind == "made" and _same(self._registry.path_of(entry), path):
                return entry.name
        told = adapter_fits.told(path)
        return told.name if told is not None else path.stem

    def adapters_of(self, model: Path) -> list[Path]:
        """The adapters that fit a model file."""
        return [
            Path(file)
            for item in self.items()
            if _same(item.path, model)
            for file in item.card.adapters
        ]

    def cards(self) -> list[ModelCard]:
        return [item.card for item in self.items()]

    def _starter_header(self, card: ModelCard) -> GgufHeader | None:
        if card.role != "chat":
            return None
        header = self._header(Path(card.file))
        return header if isinstance(header, GgufHeader) else None

    def _places(self, contents: Contents) -> Iterator[_Place]:
        for entry in contents.entries:
            yield _Place(self._registry.path_of(entry), entry.kind, entry.name, entry=entry)
        for path in cards.other_files(self._profile):
            yield _Place(path, "models folder")
        for path in sorted(self._profile.adapters.glob("**/*.gguf")):
            yield _Place(path, "adapters folder")
        for found in places.find(self._machine):
            yield _Place(found.path, found.app, found.name, found.adapters)

    def _item(self, place: _Place, memory: Memory, figures: Calibration | None) -> Item:
        header = self._header(place.path)
        entry = place.entry
        if isinstance(header, ModelError):
            card = cards.unreadable(place.path, place.name or splits.stem(place.path), header)
            known = None
        else:
            card, known = (
                cards.file_card(place.path, header, memory, figures, name=place.name),
                header,
            )
        origin = place.source if entry is None else entry.origin
        if origin in ("models folder", "adapters folder") or not origin:
            origin = cards.OWN_FILE
        elif entry is None:
            origin = f"found in place, from {place.source}"
        card = replace(
            card,
            origin=origin,
            source=place.source,
            licence=(entry.licence if entry is not None else "") or card.licence,
            note=card.note or (entry.note if entry is not None else ""),
            adapters=tuple(str(path) for path in place.adapters),
        )
        return Item(place.path, card, known, entry.kind if entry is not None else None)

    def _header(self, path: Path) -> GgufHeader | ModelError:
        """A header, read again only where the file has changed."""
        try:
            facts = path.stat()
            key = (str(path), facts.st_size, facts.st_mtime_ns)
        except OSError:
            key = (str(path), -1, 0)
        with self._lock:
            known = self._headers.get(key)
        # A missing part of a split model may come later, so that only whole models are remembered.
        if known is None:
            try:
                known = splits.read(path)
                with self._lock:
                    self._headers[key] = known
            except ModelError as error:
                known = error
        return known

    def find(self, name: str) -> Item:
        """The model of that name, file name or path. Raises NotFoundError, InputError."""
        items = self.items()
        wanted = name.casefold()
        as_path = os.path.realpath(Path(name).expanduser())
        for same in (
            [item for item in items if item.card.name == name],
            [item for item in items if item.card.name.casefold() == wanted],
            [item for item in items if os.path.realpath(item.path) == as_path],
            [item for item in items if wanted in _other_names(item.path)],
        ):
            if len(same) == 1:
                return same[0]
            if same:
                raise InputError(
                    f"“{name}” is the name of {len(same)} models.",
                    "Give the file instead: " + "; ".join(str(item.path) for item in same),
                )
        raise NotFoundError(
            f"There is no model called “{name}”.",
            "Models here: " + (", ".join(item.card.name for item in items) or "none") + ".",
        )

    def find_chat(self, name: str) -> Item:
        """As :meth:`find`, for a model that can answer. Raises ModelError where it cannot."""
        item = self.find(name)
        if item.answers:
            return item
        if item.card.role == "embedding":
            reason, hint = "turns texts into vectors and cannot answer", "Choose a chat model."
        else:
            reason = item.card.note.rstrip(".").lower() or "cannot be read"
            hint = f"See `alcove models show`, or forget it: {item.path}"
        raise ModelError(f"The model {item.card.name} cannot be used: {reason}.", hint)

    def header_of(self, path: Path) -> GgufHeader:
        """The header of any GGUF file. Raises ModelError."""
        header = self._header(splits.first_part(path))
        if isinstance(header, ModelError):
            raise header
        return header

    def examine(
        self, path: Path, calibration: Calibration | None, settings: ModelSettings
    ) -> FitReport:
        """How a file would run here. Raises ModelError, InputError for what is no model."""
        header = self.header_of(path)
        if header.kind != "model":
            raise InputError(f"{path.name} is no model by itself: it is of kind {header.kind}.")
        return fit.examine(
            splits.first_part(path),
            header,
            Memory.now(),
            calibration,
            n_ctx=settings.n_ctx,
            threads=settings.threads,
        )

    # --- changing ------------------------------------------------------------------------------

    def add(self, path: Path) -> list[Item]:
        """Register a file, or all models of a folder, where they lie. Raises ModelError."""
        path = path.expanduser().absolute()
        if path.is_dir():
            files = list(places.files_below(path))
            if not files:
                raise NotFoundError(
                    f"There is no GGUF file in {path}.",
                    "Models of other kinds (safetensors, MLX) cannot be used.",
                )
        elif path.exists():
            files = [splits.first_part(path)]
            self.header_of(files[0])
        else:
            raise NotFoundError(f"{path} is not there.", "Check the path.")
        for file in files:
            self._registry.put(file, Entry("", "added"))
            self.marks.clear(file)
        added = {os.path.realpath(file) for file in files}
        return [item for item in self.items() if os.path.realpath(item.path) in added]

    def register(self, path: Path, entry: Entry) -> Item:
        """Register a file that Alcove downloaded or made."""
        self._registry.put(path, entry)
        return self.find(str(path))

    def register_adapter(self, path: Path, entry: Entry) -> None:
        """Register an adapter that Alcove made; it lies in the profile's folder for them."""
        self._registry.put(path, entry)

    def remove(self, name: str) -> tuple[Item, bool]:
        """Forget a model; returns it and whether its files were deleted, being Alcove's own."""
        item = self.find(name)
        if item.starter:
            raise InputError(
                f"{item.card.name} comes with Alcove and stays.",
                "Choose another model with --model, or in settings.toml.",
            )
        own = item.kind in ("downloaded", "made")
        return item, self._forget(item.path, own=own, folder=self._profile.models)

    def remove_adapter(self, path: Path) -> bool:
        """Forget an adapter; tells whether its file was deleted, being Alcove's own."""
        entries = self._registry.read().entries
        kinds = {each.kind for each in entries if _same(self._registry.path_of(each), path)}
        own = bool(kinds & {"downloaded", "made"})
        return self._forget(path, own=own, folder=self._profile.root)

    def _forget(self, path: Path, *, own: bool, folder: Path) -> bool:
        """Delete a file that is Alcove's own and lies in its folder; hide every other."""
        deletes = own and path.resolve().is_relative_to(folder.resolve())
        if deletes:
            try:
                for file in splits.parts(path):
                    file.unlink(missing_ok=True)
            except OSError as error:
                raise ModelError(
                    f"{path} cannot be deleted: {error.strerror}.",
                    "Close the programs that use it and try again.",
                ) from error
        self._registry.forget(path, hide=not deletes)
        return deletes


def _shipped(found: Sequence[Item]) -> Iterator[_Place]:
    """The starter model's own adapter, where that model is here."""
    shipped = starter_adapter.path()
    if shipped is not None and any(item.header and item.card.role == "chat" for item in found):
        yield _Place(shipped, "Alcove")


def _same(first: Path, second: Path) -> bool:
    return os.path.realpath(first) == os.path.realpath(second)


def _other_names(path: Path) -> tuple[str, ...]:
    return (path.name.casefold(), path.stem.casefold(), splits.stem(path).casefold())


def _is_adapter(item: Item) -> bool:
    return item.header is not None and item.header.kind == "adapter"


def _with_adapters(items: Sequence[Item], fits: AdapterFits) -> list[Item]:
    """Adapters stand on the cards of the models they fit; alone, with the reason, fitting none."""
    models = [item.path for item in items if item.answers]
    beside: dict[Path, list[str]] = {}
    alone: dict[Path, str] = {}
    for item in items:
        if _is_adapter(item):
            bases, words = fits.fitting(item.path, models)
            for base in bases:
                beside.setdefault(base, []).append(str(item.path))
            if not bases:
                alone[item.path] = words
    shown = []
    for item in items:
        card = item.card
        if item.path in alone:
            card = replace(
                card, fit="", words="", context=0,
                note=f"It is no model by itself, but an adapter, and cannot be used: "
                f"{alone[item.path]}.",
            )  # fmt: skip
        elif _is_adapter(item):
            continue
        elif own := beside.get(item.path):
            card = replace(card, adapters=tuple(dict.fromkeys((*card.adapters, *own))))
        shown.append(replace(item, card=card))
    return shown


def _named(items: Sequence[Item]) -> list[Item]:
    """The same items under names that differ: the quantization first, the file's name next."""

    def renamed(items: Sequence[Item], *, by_file: bool) -> list[Item]:
        count = Counter(item.card.name for item in items)
        result = []
        for item in items:
            card = item.card
            if count[card.name] > 1 and not item.starter:
                addition = item.path.name if by_file else card.quantization
                name = f"{card.name} {addition}".strip()
                card = replace(card, name=name)
            result.append(replace(item, card=card))
        return result

    return renamed(renamed(items, by_file=False), by_file=True)
