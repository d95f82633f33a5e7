"""How the next token is chosen, by a chain of llama.cpp's samplers and, if wanted, a grammar.

Works on the ``llama_cpp`` module that the worker hands in, the only one to import it.
"""

import ctypes
import math
from typing import Any

import numpy as np

from engine.inference.generation import Choice
from engine.inference.service import RefusedError

PENALTY_LAST_TOKENS = 256

_CANDIDATE = np.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")], align=True)


class LlamaSampler:
    """Penalties, then greedy, or top-k, top-p, min-p, temperature and dice."""

    def __init__(
        self, api: Any, context: Any, vocab: Any, n_vocab: int, choice: Choice, grammar: str = ""
    ) -> None:
        """``grammar`` is GBNF with a rule ``root``. Raises RefusedError where it cannot be read."""
        self._api = api
        self._context = context
        self._n_vocab = n_vocab
        self._grammar = _grammar(api, vocab, grammar) if grammar else None
        self._greedy = not grammar and choice.temperature <= 0 and choice.repeat_penalty == 1.0
        self._chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        if choice.repeat_penalty != 1.0:
            self._add(
                api.llama_sampler_init_penalties(
                    n_vocab, PENALTY_LAST_TOKENS, choice.repeat_penalty, 0.0, 0.0
                )
            )
        if choice.temperature <= 0:
            self._add(api.llama_sampler_init_greedy())
            return
        if choice.top_k > 0:
            self._add(api.llama_sampler_init_top_k(choice.top_k))
        if choice.top_p < 1:
            self._add(api.llama_sampler_init_top_p(choice.top_p, 1))
        if choice.min_p > 0:
            self._add(api.llama_sampler_init_min_p(choice.min_p, 1))
        self._add(api.llama_sampler_init_temp(choice.temperature))
        self._add(api.llama_sampler_init_dist(choice.seed & 0xFFFFFFFF))

    def _add(self, sampler: Any) -> None:
        self._api.llama_sampler_chain_add(self._chain, sampler)

    def sample(self) -> int:
        if self._greedy:  # a look at the logits, where the chain would copy and weigh them
            pointer = self._api.llama_get_logits_ith(self._context, -1)
            return int(np.ctypeslib.as_array(pointer, shape=(self._n_vocab,)).argmax())
        if self._grammar is None:
            return int(self._api.llama_sampler_sample(self._chain, self._context, -1))
        return self._sample_by_grammar()

    def _sample_by_grammar(self) -> int:
        """Choose freely, and only where the grammar forbids that, choose among what it allows.

        Asking the grammar about one token is quick, about a whole vocabulary is not.
        """
        token, _ = self._choose(constrained=False)
        if not self._allowed(token):
            token, logit = self._choose(constrained=True)
            if math.isinf(logit):
                raise RefusedError("grammar", "the grammar allows no way on from here")
        self._api.llama_sampler_accept(self._grammar, token)
        self._api.llama_sampler_accept(self._chain, token)
        return token

    def _choose(self, *, constrained: bool) -> tuple[int, float]:
        api = self._api
        pointer = api.llama_get_logits_ith(self._context, -1)
        candidates = np.empty(self._n_vocab, dtype=_CANDIDATE)
        candidates["id"] = np.arange(self._n_vocab, dtype=np.int32)
        candidates["logit"] = np.ctypeslib.as_array(pointer, shape=(self._n_vocab,))
        candidates["p"] = 0.0
        array = self._array(candidates)
        if constrained:
            api.llama_sampler_apply(self._grammar, ctypes.byref(array))
        api.llama_sampler_apply(self._chain, ctypes.byref(array))
        chosen = array.data[array.selected]
        return int(chosen.id), float(chosen.logit)

    def _allowed(self, token: int) -> bool:
        one = np.array([(token, 0.0, 0.0)], dtype=_CANDIDATE)
        self._api.llama_sampler_apply(self._grammar, ctypes.byref(self._array(one)))
        return not math.isinf(float(one[0]["logit"]))

    def _array(self, candidates: Any) -> Any:
        return self._api.llama_token_data_array(
            data=candidates.ctypes.data_as(self._api.llama_token_data_p),
            size=len(candidates),
            selected=-1,
            sorted=False,
        )

    def close(self) -> None:
        self._api.llama_sampler_free(self._chain)
        if self._grammar is not None:
            self._api.llama_sampler_free(self._grammar)


def _grammar(api: Any, vocab: Any, text: str) -> Any:
    sampler = api.llama_sampler_init_grammar(vocab, text.encode("utf-8", "replace"), b"root")
    if not sampler:
        raise RefusedError("grammar", "the grammar is not valid GBNF with a rule called root")
    return sampler
