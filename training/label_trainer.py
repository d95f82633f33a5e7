"""TRL's SFTTrainer with what training on a laptop needs: logits only where labels are.

The output layer over a vocabulary of 49,152 is a fifth of a small model's work and most of its
memory; an answer is a tenth of its example. Rows of one batch are padded on the right, so that a
causal model never sees the padding and no mask is needed; sheets of several examples are computed
one by one, each with the mask that keeps its branches apart.
"""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import PreTrainedTokenizerFast
from transformers.trainer_pt_utils import get_length_grouped_indices
from trl import SFTTrainer

from training.errors import LossError
from training.lessons import NO_LABEL, Row
from training.sheets import Sheet

REHEARSED_WEIGHT = 3.0
"""Of a rehearsed token beside one that is learnt: the base has few hundred of them, and a thousand
examples pull the other way."""


class LabelTrainer(SFTTrainer):  # type: ignore[misc]  # TRL has no types
    """Trains on rows; counts tokens and seconds of its steps.

    ``own_loss`` leaves the loss to the SFTTrainer it stands on, where a library has put its own in
    that one's place: then a model may not say logits at some positions alone.
    """

    def __init__(
        self, *, pad: int, tokenizer: Any = None, own_loss: bool = False, **options: Any
    ) -> None:
        self._own_loss = own_loss
        self.tokens = 0
        """Read in training steps, padding left out."""
        self.seconds = 0.0
        """Spent in training steps."""
        self.processor_s = 0.0
        """The processor's own, of all threads, in training steps."""
        super().__init__(
            processing_class=tokenizer or _no_tokenizer(), data_collator=Collator(pad), **options
        )

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Mean loss over labels, or their sum divided by the labels of the whole step."""
        if self._own_loss:
            loss = super().compute_loss(
                model,
                {name: inputs[name] for name in ("input_ids", "labels", "attention_mask")},
                num_items_in_batch=num_items_in_batch,
            )
            return (loss, {}) if return_outputs else loss
        labels = inputs["labels"][:, 1:]  # (B, T - 1), moved to where they are predicted
        positions = (labels != NO_LABEL).any(dim=0).nonzero().squeeze(1)  # (P,)
        given = {
            "input_ids": inputs["input_ids"],
            "position_ids": inputs.get("position_ids"),
            "logits_to_keep": positions,
            "use_cache": False,
            **(_apart(model, inputs["branch"]) if "branch" in inputs else {}),
        }
        outputs = model(**given)
        wanted = labels[:, positions]  # (B, P)
        said = outputs.logits.float()  # (B, P, V)
        rehearsed = inputs["rehearsed"][:, 1:][:, positions] & (wanted != NO_LABEL)  # (B, P)
        loss = torch.nn.functional.cross_entropy(
            said.flatten(0, 1),
            wanted.masked_fill(rehearsed, NO_LABEL).flatten(),
            ignore_index=NO_LABEL,
            reduction="sum",
        )
        if rehearsed.any():
            loss = loss + REHEARSED_WEIGHT * self._changed(model, given, said, rehearsed)
        if num_items_in_batch is None:
            loss = loss / (wanted != NO_LABEL).sum()
        else:  # of all processes, whose gradients are averaged
            loss = loss / num_items_in_batch * self.accelerator.num_processes
        return (loss, outputs) if return_outputs else loss

    def _changed(
        self, model: Any, given: dict[str, Any], said: torch.Tensor, where: torch.Tensor
    ) -> torch.Tensor:
        """Nats by which the model without its adapter is surprised by it, summed over ``where``.

        All that the base finds likely is kept so, not only the words that it once said.
        """
        with torch.no_grad(), self.accelerator.unwrap_model(model).disable_adapter():
            before = model(**given).logits[where].float().log_softmax(-1)  # (N, V)
        now = said[where].log_softmax(-1)
        return torch.nn.functional.kl_div(now, before, reduction="sum", log_target=True)

    def training_step(self, model: Any, inputs: dict[str, Any], *more: Any, **options: Any) -> Any:
        """One micro-batch. Raises LossError where the loss is no number."""
        started, processor = time.perf_counter(), time.process_time()
        self.tokens += int(inputs.pop("lengths").sum())
        loss = super().training_step(model, inputs, *more, **options)
        if not math.isfinite(float(loss)):
            raise LossError(
                "Training was stopped: the loss is no number any more.",
                "Choose a lower learning rate, for example half of it."
                + (" The last good checkpoint is kept." if self._kept else ""),
            )
        self.seconds += time.perf_counter() - started
        self.processor_s += time.process_time() - processor
        return loss

    @property
    def _kept(self) -> bool:
        return any(Path(str(self.args.output_dir)).glob("checkpoint-*"))

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        rows = self.train_dataset if train_dataset is None else train_dataset
        if "branch" in rows.column_names:
            return ByLength([1] * len(rows), 1, self.args.seed)
        lengths = [len(ids) for ids in rows["input_ids"]]
        return ByLength(lengths, self.args.per_device_train_batch_size, self.args.seed)

    def _set_signature_columns_if_needed(self) -> None:
        self._signature_columns = [
            "input_ids", "labels", "rehearsed", "position_ids", "branch", "tokens",
        ]  # fmt: skip

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """Cards are written with the export."""


class ByLength(torch.utils.data.Sampler):  # type: ignore[misc]  # torch has no types here
    """Rows at random, but those of one batch of about the same length.

    The order depends on seed and epoch alone, so that a job that goes on sees what it would have
    seen.
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        self._lengths = list(lengths)
        self._batch = batch
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the training loop before each epoch."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        dice = torch.Generator().manual_seed(self._seed * 100_003 + self._epoch)
        return iter(get_length_grouped_indices(self._lengths, self._batch, generator=dice))


class Collator:
    """Rows padded on the right to the longest of their batch."""

    def __init__(self, pad: int) -> None:
        self._pad = pad

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        """Tensors (B, T), and ``lengths`` (B,)."""
        longest = max(len(row["input_ids"]) for row in rows)

        def padded(key: str, filler: int | bool) -> torch.Tensor:
            return torch.tensor([row[key] + [filler] * (longest - len(row[key])) for row in rows])

        if "branch" in rows[0]:
            (row,) = rows
            names = ("input_ids", "labels", "rehearsed", "position_ids", "branch")
            return {name: torch.tensor([row[name]]) for name in names} | {
                "lengths": torch.tensor([row["tokens"]])
            }
        return {
            "input_ids": padded("input_ids", self._pad),
            "labels": padded("labels", NO_LABEL),
            "rehearsed": padded("rehearsed", False),
            "attention_mask": torch.tensor(
                [[1] * (n := len(row["input_ids"])) + [0] * (longest - n) for row in rows]
            ),
            "lengths": torch.tensor([len(row["input_ids"]) for row in rows]),
        }


def _apart(model: Any, branch: torch.Tensor) -> dict[str, torch.Tensor]:
    """The mask (1, 1, T, T) with which each branch sees the beginning and itself."""
    numbers = branch[0]
    sees = (numbers[None, :] == 0) | (numbers[None, :] == numbers[:, None])  # (T, T)
    mask = sees.tril()[None, None]
    if getattr(model.config, "_attn_implementation", "sdpa") == "sdpa":
        return {"attention_mask": mask}
    lowest = torch.finfo(model.dtype).min
    return {"attention_mask": torch.zeros(mask.shape, dtype=model.dtype).masked_fill(~mask, lowest)}


def dataset(units: Sequence[Row] | Sequence[Sheet], *, by_length: bool = False) -> Any:
    """Rows or sheets as TRL takes them."""
    rows: list[Row | Sheet] = list(units)
    if by_length:
        rows.sort(key=lambda row: len(row.input_ids))
    columns: dict[str, list[Any]] = {
        "input_ids": [list(row.input_ids) for row in rows],
        "labels": [list(row.labels) for row in rows],
        "rehearsed": [
            list(row.rehearsed) if isinstance(row, Sheet) else [row.rehearsed] * len(row.labels)
            for row in rows
        ],
    }
    if any(isinstance(row, Sheet) for row in rows):
        columns["position_ids"] = [list(row.positions) for row in rows if isinstance(row, Sheet)]
        columns["branch"] = [list(row.branch) for row in rows if isinstance(row, Sheet)]
        columns["tokens"] = [row.tokens for row in rows if isinstance(row, Sheet)]
    return Dataset.from_dict(columns)


def _no_tokenizer() -> Any:
    """TRL asks for a tokenizer even where the rows are tokens already."""
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(WordLevel({"-": 0}, unk_token="-")), pad_token="-", eos_token="-"
    )
