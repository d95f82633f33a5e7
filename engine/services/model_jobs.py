"""What can be done with models beside asking them: judge, fetch, make faster, add."""

import shlex
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

from engine.errors import InputError, ModelMissingError, NotFoundError
from engine.model_types import ModelCard
from engine.models import calibration, catalogue, encoder_shelf, faster, reranker_shelf
from engine.models.calibration import Calibration
from engine.models.catalogue import Offer
from engine.models.download import download
from engine.models.faster import Result
from engine.models.fit import FitReport, Memory
from engine.models.offer_fit import OfferFit, estimate
from engine.models.registry import Entry
from engine.models.shelf import Shelf
from engine.network import NetworkGuard
from engine.paths import Profile
from engine.progress import CancelToken, Progress
from engine.settings import Settings

DOWNLOADS = "downloads"
"""Folder below the models folder."""


class ModelJobs:
    """Slow work on the models of one profile; all of it blocks and reports progress."""

    def __init__(
        self, profile: Profile, settings: Settings, shelf: Shelf, guard: NetworkGuard
    ) -> None:
        self._profile = profile
        self._settings = settings
        self._shelf = shelf
        self._guard = guard

    def path_of(self, name_or_file: str) -> Path:
        """A model's file, by name or path. Raises NotFoundError, InputError."""
        path = Path(name_or_file).expanduser()
        if path.is_file():
            return path.absolute()
        if path.suffix.lower() == ".gguf" and len(path.parts) > 1:
            raise ModelMissingError(f"The model file {path} is not there.", "Check the path.")
        return self._shelf.find(name_or_file).path

    def fit(
        self, name_or_file: str, *, again: bool = False, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, FitReport]:
        """How a model would run here; measures this machine first where it never was."""
        path = self.path_of(name_or_file)
        self._shelf.examine(path, None, self._settings.model)
        figures = yield from calibration.calibrate(cancel=cancel, again=again)
        return self._shelf.examine(path, figures, self._settings.model)

    def add(self, path: Path) -> list[ModelCard]:
        """Register a file or all models of a folder, where they lie."""
        return [item.card for item in self._shelf.add(path)]

    def offers(self) -> tuple[Offer, ...]:
        return catalogue.offers()

    def judge_offers(self) -> tuple[tuple[Offer, OfferFit], ...]:
        """Every offer with what can be said of it here before it is fetched."""
        memory, figures = Memory.now(), Calibration.read()
        return tuple((offer, estimate(offer, memory, figures)) for offer in catalogue.offers())

    @property
    def download_host(self) -> str:
        """The host that a download asks first."""
        return urlsplit(self._settings.download.mirror).hostname or self._settings.download.mirror

    def unfinished(self) -> dict[str, int]:
        """Offers of which a part has come, with its bytes; a download goes on from there."""
        parts = {}
        for offer in catalogue.offers():
            came = sum(
                part.stat().st_size
                for part in self._parts_of(offer)
                if part.suffix == ".part" and part.is_file()
            )
            if came:
                parts[offer.name] = came
        return parts

    def discard(self, name: str) -> None:
        """Throw away what has come of an unfinished download."""
        for part in self._parts_of(catalogue.find(name)):
            part.unlink(missing_ok=True)

    def _parts_of(self, offer: Offer) -> list[Path]:
        models = self._profile.models
        folder = {
            "embedding": encoder_shelf.folder_of(offer, models),
            "reranking": reranker_shelf.folder_of(offer, models),
        }.get(offer.role, models / DOWNLOADS)
        names = [each.rpartition("/")[2] for each in (offer.file, *offer.companions)]
        return [folder / f"{name}{end}" for name in names for end in (".part", ".part.json")]

    def examine(self, name_or_file: str) -> FitReport:
        """As :meth:`fit`, at once: with what was measured of this machine before, if anything."""
        path = self.path_of(name_or_file)
        return self._shelf.examine(path, Calibration.read(), self._settings.model)

    def download(
        self, name: str, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, ModelCard]:
        """Fetch a model of the catalogue. Opens the network for this download only."""
        offer = catalogue.find(name)
        if offer.role == "embedding":
            return (yield from self._fetch_encoder(offer, cancel))
        if offer.role == "reranking":
            return (yield from self._fetch_reranker(offer, cancel))
        folder = self._profile.models / DOWNLOADS
        path = yield from download(
            offer, folder, self._guard, mirror=self._settings.download.mirror, cancel=cancel
        )
        entry = Entry(
            "",
            "downloaded",
            name=offer.name,
            licence=offer.licence,
            origin=f"downloaded: {offer.repo}",
            note=offer.purpose,
        )
        return self._shelf.register(path, entry).card

    def _fetch_encoder(
        self, offer: Offer, cancel: CancelToken | None
    ) -> Generator[Progress, None, ModelCard]:
        mirror = self._settings.download.mirror
        folder = yield from encoder_shelf.fetch(
            offer, self._profile.models, self._guard, mirror=mirror, cancel=cancel
        )
        whole = encoder_shelf.found(self._profile.models)
        return encoder_shelf.card(next(each for each in whole if each.folder == folder))

    def _fetch_reranker(
        self, offer: Offer, cancel: CancelToken | None
    ) -> Generator[Progress, None, ModelCard]:
        mirror = self._settings.download.mirror
        folder = yield from reranker_shelf.fetch(
            offer, self._profile.models, self._guard, mirror=mirror, cancel=cancel
        )
        return _reranker_card(offer, folder)

    def requantize(
        self, name_or_file: str, *, to: str | None = None, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, tuple[Result, ModelCard | None]]:
        """Make a model faster here where it pays; the file itself is never changed."""
        path = self.path_of(name_or_file)
        try:
            item = self._shelf.find(str(path))
        except NotFoundError:
            item = None
        if item is not None and item.starter:
            raise InputError(
                "The starter model was made as fast as it gets here when it was prepared.",
                "See its note in `alcove models show`.",
            )
        header = self._shelf.header_of(path)
        if header.kind != "model" or header.embeds:
            raise InputError(f"{path.name} is no chat model, so there is nothing to make faster.")
        name = item.card.name if item is not None else header.name or path.stem
        result = yield from faster.make_faster(
            path, header, self._profile.models / "made", name=name, to=to, cancel=cancel
        )
        if result.file is None:
            return result, None
        entry = Entry(
            "",
            "made",
            name=f"{name.removesuffix(header.quantization).strip()} {result.chosen.quantization}",
            licence=item.card.licence if item is not None else "",
            origin=f"made here from {path}",
            note=result.chosen.reason,
        )
        return result, self._shelf.register(result.file, entry).card


def _reranker_card(offer: Offer, folder: Path) -> ModelCard:
    return ModelCard(
        name=offer.name,
        role=offer.role,
        file=str(folder),
        size_bytes=sum(each.stat().st_size for each in folder.iterdir()),
        quantization=offer.quantization,
        context=offer.context,
        licence=offer.licence,
        origin=f"downloaded: {offer.repo}",
        fit="fits",
        note=f"Measure it with: alcove reranker {shlex.quote(offer.name)} --questions FILE",
        source="downloaded",
    )
