"""The model process. The only module that imports llama_cpp.

Started by :mod:`engine.inference.process` as ``python -m engine.inference.worker``. Frames go over
the standard input and output it was started with; both are moved away first, because llama.cpp
itself may write to descriptor 1. Its own messages go to stderr, which the parent reads.
"""

import ctypes
import os
import time
from collections.abc import Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from engine import network
from engine.inference import context_plan, llama_devices, llama_scores, thin_package, trim
from engine.inference.context_plan import ContextPlan
from engine.inference.frames import Frame
from engine.inference.generation import Branch, Choice, Sampler, StoppedError
from engine.inference.llama_adapters import LlamaAdapters
from engine.inference.llama_log import LlamaLog
from engine.inference.llama_sampler import LlamaSampler
from engine.inference.llama_scores import LlamaScores
from engine.inference.llama_stop import StopFlag
from engine.inference.service import RefusedError, Service
from engine.inference.writing_threads import WritingThreads

# llama-cpp-python's package brings its high-level classes along, which nothing here uses: leaving
# them out saves 4 MB and a quarter of a second of every start.
thin_package.install("llama_cpp")

import llama_cpp.llama_cpp as llama  # noqa: E402
from llama_cpp._ggml import libggml  # noqa: E402

BATCH_TOKENS = 512
SMALL_BATCH_TOKENS = 256
"""For weights of less than SMALL_BYTES: 9 MB less for working buffers, and no slower."""
SMALL_BYTES = 500_000_000
DEFAULT_N_CTX = 4096
KV_TYPES = {"f16": llama.GGML_TYPE_F16, "q8_0": llama.GGML_TYPE_Q8_0}
BYTES_PER_WRITING_THREAD = 150_000_000
MARKS = (b"<think>", b"</think>")
"""Control tokens that are told as text, because what stands between them is shown apart."""
FTYPES = {
    "F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 7, "Q5_0": 8, "Q5_1": 9, "Q4_K_M": 15, "Q5_K_M": 17,
    "Q6_K": 18,
}  # fmt: skip


class LlamaBackend:
    """llama.cpp behind :class:`engine.inference.service.Backend`."""

    def __init__(self) -> None:
        self._stop = StopFlag(llama)
        self._log = LlamaLog()
        self._callback = llama.llama_log_callback(self._on_log)
        llama.llama_log_set(self._callback, ctypes.c_void_p(0))
        llama.llama_backend_init()
        llama_devices.load_backends(libggml, *llama_devices.beside(libggml))

    def _on_log(self, level: int, text: bytes | None, _: Any) -> None:
        if text is not None:
            self._log.take(level, text)

    def hello(self) -> dict[str, Any]:
        system = llama.llama_print_system_info() or b""
        return {
            "pid": os.getpid(),
            "system": system.decode("utf-8", "replace"),
            "gpu": bool(llama.llama_supports_gpu_offload()),
        }

    def set_stop(self, stop: bool) -> None:
        self._stop.set(stop)

    def load(self, options: Frame) -> "LlamaModel":
        self._log.clear()
        return LlamaModel(options, self._stop, self._log)

    def requantize(self, options: Frame) -> dict[str, Any]:
        """Write the model again in another quantization."""
        params = llama.llama_model_quantize_default_params()
        params.ftype = FTYPES[options["quantization"]]
        params.allow_requantize = True
        params.nthread = int(options["threads"])
        self._log.clear()
        started = time.perf_counter()
        status = llama.llama_model_quantize(
            os.fsencode(options["source"]), os.fsencode(options["target"]), ctypes.byref(params)
        )
        if status != 0:
            raise RefusedError("requantize", self._log.errors() or "llama.cpp gave no reason")
        return {"seconds": time.perf_counter() - started}


class LlamaModel:
    """One model with one context: the conversation's sequence, and branches while scoring."""

    def __init__(self, options: Frame, stop: StopFlag, log: LlamaLog) -> None:
        self._stop = stop
        self._log = log
        self._path: str = options["path"]
        self._gpus = (
            llama_devices.gpus(libggml, *llama_devices.beside(libggml))
            if llama.llama_supports_gpu_offload()
            else []
        )
        self._layers = 0
        """Layers asked to be on a graphics processor."""
        self._gpu_note = str(options.get("gpu_note", ""))
        self._model = self._open(options)
        small = int(llama.llama_model_size(self._model)) < SMALL_BYTES and not self._layers
        usual = SMALL_BATCH_TOKENS if small else BATCH_TOKENS
        self._batch_tokens = int(options.get("batch") or 0) or usual
        self._vocab = llama.llama_model_get_vocab(self._model)
        self.n_vocab = int(llama.llama_vocab_n_tokens(self._vocab))
        self._shape = llama_devices.shape(lambda key: _meta(self._model, key))
        self._plan, self._context = self._start(options)
        few = self._writing_threads(int(options["threads"]))
        self._pace = WritingThreads(few, int(options["threads"]))
        self._threads_set, self._reading_threads = few, int(options["threads"])
        self._one = (llama.llama_token * 1)()
        self._memory = llama.llama_get_memory(self._context)
        self._n_ctx = int(llama.llama_n_ctx(self._context))
        self._scores = LlamaScores(
            llama, self._context, self.n_vocab, self._decode,
            batch_tokens=self._batch_tokens, branches=llama_scores.branches(llama, self._model),
        )  # fmt: skip
        self._pieces: dict[int, bytes] = {}
        self._adapters = LlamaAdapters(llama, self._model, log.errors)
        trim.heap()

    def _open(self, options: Frame) -> Any:
        """Load the file, on a graphics processor as far as it fits, else on the CPU."""
        if self._gpus and options.get("gpu", True):
            self._layers = self._offload(int(options.get("n_ctx") or 0) or DEFAULT_N_CTX)
        if self._layers:
            try:
                return self._read(self._layers)
            except RefusedError as refusal:
                self._layers = 0
                self._gpu_note = f"the graphics processor could not be used ({refusal})"
        return self._read(0)

    def _offload(self, n_ctx: int) -> int:
        """Number of layers that the free memory of all graphics processors holds."""
        params = llama.llama_model_default_params()
        params.vocab_only = True
        params.n_gpu_layers = 0
        peek = llama.llama_model_load_from_file(os.fsencode(self._path), params)
        if peek is None:
            return 0
        try:
            shape = llama_devices.shape(lambda key: _meta(peek, key))
            return llama_devices.layers_that_fit(
                shape.layers,
                int(llama.llama_model_size(peek)),
                2 * n_ctx * shape.kv_width,
                [device.free_bytes for device in self._gpus],
            )
        finally:
            llama.llama_model_free(peek)

    def _read(self, gpu_layers: int) -> Any:
        params = llama.llama_model_default_params()
        params.n_gpu_layers = gpu_layers
        progress = llama.llama_progress_callback(lambda _share, _data: not self._stop.raised)
        params.progress_callback = progress
        model = llama.llama_model_load_from_file(os.fsencode(self._path), params)
        if model is None:
            if self._stop.raised:
                raise StoppedError
            raise RefusedError("load", self._log.errors() or "llama.cpp gave no reason")
        return model

    def _start(self, options: Frame) -> tuple[ContextPlan, Any]:
        trained = int(llama.llama_model_n_ctx_train(self._model))
        wanted = min(int(options.get("n_ctx") or 0) or min(trained, DEFAULT_N_CTX), trained)
        width, free = self._shape.kv_width, int(options["free_bytes"])
        plan = context_plan.plan(wanted, width, free, blocks=self._shape.blocks)
        if options.get("kv_type"):
            plan = context_plan.exactly(wanted, width, options["kv_type"])
        context = self._made(options, plan)
        if context is None and plan.kv_type != "f16":  # flash attention is not for every model
            plan = context_plan.plan(wanted, width, free, blocks=False)
            context = self._made(options, plan)
        if context is None:
            raise RefusedError("load", self._log.errors() or "llama.cpp could not make a context")
        return plan, context

    def _made(self, options: Frame, plan: ContextPlan) -> Any:
        params = llama.llama_context_default_params()
        params.n_ctx = plan.n_ctx
        params.type_k = params.type_v = KV_TYPES[plan.kv_type]
        if plan.flash:
            params.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_ENABLED
        params.n_batch = params.n_ubatch = self._batch_tokens
        params.n_outputs_max = llama_scores.SCORE_TOKENS
        params.n_seq_max = 1 + llama_scores.branches(llama, self._model)
        params.kv_unified = True
        params.n_threads_batch = int(options["threads"])
        params.n_threads = self._writing_threads(int(options["threads"]))
        params.offload_kqv = params.op_offload = self._layers > 0
        params.no_perf = True
        params.abort_callback = self._stop.callback
        params.abort_callback_data = self._stop.data
        return llama.llama_init_from_model(self._model, params)

    def _writing_threads(self, threads: int) -> int:
        """Threads for one token at a time: fewer for small models.

        A token of a small model is done before its threads have met at the thousand barriers of a
        graph. Measured with 144 MB of weights on two busy cores: 84 tokens/s on one thread, 54 on
        two. This is where :class:`WritingThreads` begins.
        """
        share = -(-int(llama.llama_model_size(self._model)) // BYTES_PER_WRITING_THREAD)
        return max(1, min(threads, share))

    # --- what it says of itself ----------------------------------------------------------------

    def facts(self) -> dict[str, Any]:
        control = [
            text.decode("utf-8", "replace")
            for token in range(self.n_vocab)
            if llama.llama_vocab_is_control(self._vocab, token)
            and (text := llama.llama_vocab_get_text(self._vocab, token))
        ]
        return {
            "name": _meta(self._model, "general.name"),
            "architecture": _meta(self._model, "general.architecture"),
            "quantization": self._quantization(),
            "n_ctx": self._n_ctx,
            "n_ctx_train": int(llama.llama_model_n_ctx_train(self._model)),
            "size_bytes": int(llama.llama_model_size(self._model)),
            "template": _meta(self._model, "tokenizer.chat_template"),
            "bos": self._token_text(llama.llama_vocab_bos(self._vocab)),
            "eos": self._token_text(llama.llama_vocab_eos(self._vocab)),
            "control": control,
            "gpus": [
                {"name": device.description or device.name, "free_bytes": device.free_bytes}
                for device in self._gpus
            ],
            "gpu_layers": min(self._layers, int(llama.llama_model_n_layer(self._model)) + 1),
            "layers": int(llama.llama_model_n_layer(self._model)) + 1,
            "gpu_note": self._gpu_note,
            "kv_type": self._plan.kv_type,
            "buffers": self._log.buffers,
        }

    def _quantization(self) -> str:
        name = llama.llama_ftype_name(llama.llama_model_ftype(self._model)) or b""
        return name.decode("utf-8", "replace")

    def _token_text(self, token: int) -> str:
        if token < 0:
            return ""
        return (llama.llama_vocab_get_text(self._vocab, token) or b"").decode("utf-8", "replace")

    # --- tokens --------------------------------------------------------------------------------

    def tokenize(self, text: str, *, trusted: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        tokens = (llama.llama_token * room)()
        count = llama.llama_tokenize(self._vocab, data, len(data), tokens, room, False, trusted)
        if count < 0:
            room = -count
            tokens = (llama.llama_token * room)()
            count = llama.llama_tokenize(self._vocab, data, len(data), tokens, room, False, trusted)
        return list(tokens[: max(0, count)])

    def begin(self, tokens: list[int]) -> list[int]:
        first = int(llama.llama_vocab_bos(self._vocab))
        wanted = llama.llama_vocab_get_add_bos(self._vocab) and first >= 0
        return [first, *tokens] if wanted and tokens[:1] != [first] else tokens

    def piece(self, token: int) -> bytes:
        known = self._pieces.get(token)
        if known is None:
            buffer = ctypes.create_string_buffer(256)
            length = llama.llama_token_to_piece(self._vocab, token, buffer, 256, 0, False)
            known = buffer.raw[: max(0, length)]
            if not known and (mark := llama.llama_vocab_get_text(self._vocab, token)) in MARKS:
                known = mark
            self._pieces[token] = known
        return known

    def ends(self, token: int) -> bool:
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

    # --- evaluation ----------------------------------------------------------------------------

    @property
    def n_ctx(self) -> int:
        return self._n_ctx

    def evaluated(self) -> int:
        return int(llama.llama_memory_seq_pos_max(self._memory, 0)) + 1

    def keep(self, count: int) -> int:
        if count and llama.llama_memory_seq_rm(self._memory, 0, count, -1):
            return count
        # Recurrent models cannot forget a part; they start again.
        llama.llama_memory_clear(self._memory, True)
        return 0

    def evaluate(self, tokens: Sequence[int]) -> None:
        if len(tokens) == 1:
            self._evaluate_one(tokens[0])
            return
        for start in range(0, len(tokens), self._batch_tokens):
            part = tokens[start : start + self._batch_tokens]
            array = (llama.llama_token * len(part))(*part)
            self._decode(llama.llama_batch_get_one(array, len(part)))

    def _evaluate_one(self, token: int) -> None:
        threads = self._pace.next
        if threads != self._threads_set:
            llama.llama_set_n_threads(self._context, threads, self._reading_threads)
            self._threads_set = threads
        self._one[0] = token
        started = time.perf_counter()
        self._decode(llama.llama_batch_get_one(self._one, 1))
        self._pace.took(time.perf_counter() - started)

    def logprobs(self, tokens: Sequence[int]) -> list[float]:
        return self._scores.logprobs(tokens, self.evaluated())

    @property
    def branch_tokens(self) -> int:
        return self._scores.branch_tokens

    def branch_logprobs(self, branches: Sequence[Branch]) -> list[list[float]]:
        return self._scores.forked(branches, self.evaluated())

    def _decode(self, batch: Any) -> None:
        if self._stop.raised:
            raise StoppedError
        status = llama.llama_decode(self._context, batch)
        if status == 2 or (status != 0 and self._stop.raised):
            raise StoppedError
        if status != 0:
            raise RefusedError("evaluate", f"llama_decode returned {status}")

    def sampler(self, choice: Choice) -> Sampler:
        grammar = choice.grammar
        if choice.json_schema:
            grammar = _schema_grammar(choice.json_schema)
        return LlamaSampler(llama, self._context, self._vocab, self.n_vocab, choice, grammar)

    # --- adapters and states -------------------------------------------------------------------

    def attach(self, adapters: Sequence[tuple[str, float]]) -> None:
        self._adapters.attach(self._context, adapters)

    def probe(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        self.keep(0)
        try:
            self.evaluate(tokens)
            pointer = llama.llama_get_logits_ith(self._context, -1)
            logits: NDArray[np.float32] = np.ctypeslib.as_array(pointer, shape=(self.n_vocab,))
            return logits.copy()
        finally:
            self.keep(0)

    def state(self) -> NDArray[np.uint8]:
        data = np.empty(int(llama.llama_state_seq_get_size(self._context, 0)), dtype=np.uint8)
        pointer = data.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        size = int(llama.llama_state_seq_get_data(self._context, pointer, data.nbytes, 0))
        return data[:size]

    def set_state(self, data: NDArray[np.uint8]) -> bool:
        llama.llama_memory_clear(self._memory, True)
        pointer = data.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        return bool(llama.llama_state_seq_set_data(self._context, pointer, data.nbytes, 0))

    # --- measuring -----------------------------------------------------------------------------

    def measure(self, options: Frame) -> dict[str, Any]:
        """Seconds of a prefill and of a bare decoding loop on an empty context."""
        prefill, decode = int(options["prompt_tokens"]), int(options["decode_tokens"])
        tokens = self.tokenize(options["text"], trusted=False)
        tokens = (tokens * (prefill // len(tokens) + 1))[:prefill]
        self.keep(0)
        started = time.perf_counter()
        self.evaluate(tokens)
        prefilled = time.perf_counter()
        sampler = self.sampler(Choice(max_tokens=decode))
        try:
            for _ in range(decode):
                self.evaluate([sampler.sample()])
        finally:
            sampler.close()
        ended = time.perf_counter()
        self.keep(0)
        return {"prefill_s": prefilled - started, "decode_s": ended - prefilled}


def _meta(model: Any, key: str) -> str:
    return llama_devices.meta(llama, model, key)


def _schema_grammar(schema: str) -> str:
    """GBNF of a JSON schema. Raises RefusedError."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf  # seldom wanted

    try:
        grammar = str(json_schema_to_gbnf(schema))
    # The converter walks whatever the schema holds, and fails in as many ways as it can be wrong.
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as error:
        raise RefusedError("grammar", f"the JSON schema cannot be used: {error}") from error
    # As the converter writes it, a text may hold bare line ends, which JSON forbids.
    return grammar.replace(r'[^"\\] |', r'[^"\\\x00-\x1F\x7F] |')


def _take_over_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Move the frame pipes away from 0 and 1, which then are empty and stderr."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb")


def main() -> None:
    network.install()
    source, sink = _take_over_pipes()
    Service(LlamaBackend(), source, sink).run()


if __name__ == "__main__":
    main()
