"""How likely texts are to a model, one after another or several branches of one beginning at once.

Works on the ``llama_cpp`` module that the worker hands in, the only one to import it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.inference.generation import MAX_SCORED, Branch

SCORE_TOKENS = MAX_SCORED
"""Tokens whose logits are held at once while scoring: 32 × 49,152 floats are 6 MB, twice."""
MAX_BRANCHES = 6
"""Sequences beside the one of the conversation."""
FORKING_BYTES = 1_000_000_000
"""Size of the weights up to which sentences are weighed; larger models write their answers."""


def branches(api: Any, model: Any) -> int:
    """How many branches a model's context is to hold: none for large and recurrent models."""
    if api.llama_model_is_recurrent(model) or api.llama_model_is_hybrid(model):
        return 0
    return MAX_BRANCHES if int(api.llama_model_size(model)) < FORKING_BYTES else 0


class LlamaScores:
    """Scores tokens in one context whose first sequence is the conversation's."""

    def __init__(
        self,
        api: Any,
        context: Any,
        n_vocab: int,
        decode: Callable[[Any], None],
        *,
        batch_tokens: int,
        branches: int,
    ) -> None:
        """``decode`` evaluates a batch. Raises StoppedError, RefusedError."""
        self._api = api
        self._context = context
        self._memory = api.llama_get_memory(context)
        self._n_vocab = n_vocab
        self._decode = decode
        self._most_branches = branches
        self.branch_tokens = min(batch_tokens, int(api.llama_n_ctx(context))) if branches else 0
        """Longest branch; 0 where the context has no branches."""
        self._batch = api.llama_batch_init(max(SCORE_TOKENS, self.branch_tokens), 0, 1)

    def logprobs(self, tokens: Sequence[int], first: int) -> list[float]:
        """Append tokens to the conversation at position ``first``; log-probability of each."""
        values = [self._logprob(-1, tokens[0])]
        for start in range(0, len(tokens), SCORE_TOKENS):
            part = tokens[start : start + SCORE_TOKENS]
            self._batch.n_tokens = 0
            for index, token in enumerate(part):
                self._put(token, first + start + index, sequence=0, wanted=True)
            self._decode(self._batch)
            following = tokens[start + 1 : start + 1 + len(part)]
            values += [self._logprob(index, token) for index, token in enumerate(following)]
        return values

    def forked(self, wanted: Sequence[Branch], held: int) -> list[list[float]]:
        """Log-probabilities of what each branch ends with, after the ``held`` tokens evaluated.

        Nothing of the branches is held afterwards. Each must fit ``branch_tokens`` and end with at
        most SCORE_TOKENS scored tokens.
        """
        room = int(self._api.llama_n_ctx(self._context)) - held
        values: list[list[float]] = []
        for group in self._groups(wanted, min(room, self.branch_tokens)):
            try:
                values += self._group(group, held)
            finally:
                for sequence in range(1, len(group) + 1):
                    self._api.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return values

    def _groups(self, wanted: Sequence[Branch], room: int) -> Iterator[list[Branch]]:
        """Branches that are evaluated in one batch."""
        group: list[Branch] = []
        tokens = scored = 0
        for branch in wanted:
            more, outputs = len(branch.tokens) - 1, branch.scored
            full = tokens + more > room or scored + outputs > SCORE_TOKENS
            if group and (full or len(group) == self._most_branches):
                yield group
                group, tokens, scored = [], 0, 0
            group.append(branch)
            tokens, scored = tokens + more, scored + outputs
        if group:
            yield group

    def _group(self, group: Sequence[Branch], held: int) -> list[list[float]]:
        self._batch.n_tokens = 0
        outputs: list[list[tuple[int, int]]] = []
        for sequence, branch in enumerate(group, start=1):
            if held:
                self._api.llama_memory_seq_cp(self._memory, 0, sequence, 0, held)
            told = len(branch.tokens) - branch.scored
            places = []
            for index, token in enumerate(branch.tokens[:-1]):
                wanted = index + 1 >= told
                if wanted:
                    places.append((int(self._batch.n_tokens), branch.tokens[index + 1]))
                self._put(token, held + index, sequence=sequence, wanted=wanted)
            outputs.append(places)
        self._decode(self._batch)
        return [[self._logprob(place, token) for place, token in places] for places in outputs]

    def _put(self, token: int, position: int, *, sequence: int, wanted: bool) -> None:
        batch, index = self._batch, self._batch.n_tokens
        batch.token[index] = token
        batch.pos[index] = position
        batch.n_seq_id[index] = 1
        batch.seq_id[index][0] = sequence
        batch.logits[index] = wanted
        batch.n_tokens = index + 1

    def _logprob(self, place: int, token: int) -> float:
        """Log-probability of a token after the one at this place of the last batch."""
        pointer = self._api.llama_get_logits_ith(self._context, place)
        logits: NDArray[np.float32] = np.ctypeslib.as_array(pointer, shape=(self._n_vocab,))
        most = logits.max()
        total = np.exp(logits - most).sum(dtype=np.float64)
        return float(logits[token]) - float(most) - float(np.log(total))
