"""A chat model on another machine: any server that speaks the OpenAI chat interface.

Nothing is connected before a question is asked, and the door to the network is open for that
server alone, from the first question until the model is closed. Such servers do not count tokens
for their clients, so lengths are estimated, on the safe side. Source: the chat completions
reference of OpenAI; llama-server, vLLM, Ollama and LM Studio serve the same.
"""

import json
import logging
import math
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from engine import outbound
from engine.errors import CancelledError, InputError, ModelCrashedError, ModelError
from engine.inference.chat_model import Sampling
from engine.inference.thinking import Thinking
from engine.model_types import ChatModelInfo, Completion, Message, Scores, Usage
from engine.network import NetworkGuard, Permit, is_this_machine
from engine.progress import CancelToken

log = logging.getLogger(__name__)

PURPOSE = "LAN endpoint"
SILENCE_S = 300.0
"""A large model may read a long prompt for minutes before its first word."""
BYTES_PER_TOKEN = 3.0
"""English has about four in today's vocabularies; three is on the safe side."""
PER_MESSAGE = 8
"""Tokens that a template puts around a message."""
MAX_LINE = 1 << 20
ASSUMED_BYTES = 4_000_000_000
"""Servers do not tell the size. One is named for a model that is too large for this machine, so
it is taken for a large one, which words its own answers."""
NOTE = "Lengths are estimated, because the server does not count tokens for us."


class EndpointError(ModelError):
    code = "endpoint"


class EndpointChatModel:
    """A :class:`engine.inference.chat_model.ChatModel` behind a base address."""

    def __init__(
        self, url: str, model: str, *, guard: NetworkGuard, n_ctx: int, key: str = ""
    ) -> None:
        """``url`` ends before ``/chat/completions``; ``key`` is sent as a bearer token."""
        self._url = url.rstrip("/")
        self._model = model
        self._guard = guard
        self._n_ctx = n_ctx
        self._key = key
        self._permit: Permit | None = None
        self._closed = False
        parts = urlsplit(self._url)
        self._host = parts.hostname or ""
        self._where = parts.netloc.rpartition("@")[2]

    @property
    def info(self) -> ChatModelInfo:
        return ChatModelInfo(
            name=f"{self._model} at {self._where}",
            path=self._url,
            architecture="",
            quantization="",
            n_ctx=self._n_ctx,
            n_ctx_train=self._n_ctx,
            size_bytes=ASSUMED_BYTES,
            note=NOTE,
        )

    # --- counting ------------------------------------------------------------------------------

    def count_tokens(self, text: str) -> int:
        """An estimate on the safe side: a third of the bytes in UTF-8, at least the words."""
        return max(math.ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN), 0)

    def count_prompt(self, messages: Sequence[Message]) -> int:
        return PER_MESSAGE + sum(
            self.count_tokens(message.content) + PER_MESSAGE for message in messages
        )

    # --- writing -------------------------------------------------------------------------------

    def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        prefill: str = "",
        cancel: CancelToken | None = None,
    ) -> Generator[str, None, Completion]:
        """As in the protocol. ``prefill`` is given as a last message of the assistant, which
        llama-server and vLLM go on from; other servers may begin anew.
        """
        started = time.perf_counter()
        estimated = self.count_prompt(messages) + self.count_tokens(prefill)
        if estimated + 1 > self._n_ctx:
            raise InputError(
                f"This needs about {estimated:,} tokens, and the server is set to {self._n_ctx:,}.",
                "Ask a shorter question, begin a new conversation or raise endpoint.n_ctx.",
                code="too_long",
            )
        cancel = cancel or CancelToken()
        text: list[str] = []
        thinking = Thinking()
        first_token_s = 0.0
        finish, usage = "", None
        try:
            with (
                self._client(cancel) as client,
                self._asked(client, self._request(messages, sampling, prefill)) as answer,
            ):
                self._check(answer)
                for event in _events(answer):
                    if "error" in event:
                        raise self._told(event)
                    usage = event.get("usage") or usage
                    for choice in event.get("choices") or ():
                        delta = choice.get("delta") or {}
                        # llama-server and vLLM send thinking apart; others leave its marks in.
                        thinking.text += delta.get("reasoning_content") or ""
                        _, said = thinking.add(delta.get("content") or "")
                        finish = choice.get("finish_reason") or finish
                        if said:
                            first_token_s = first_token_s or time.perf_counter() - started
                            text.append(said)
                            yield said
                    cancel.check()
                _, said = thinking.close()
                if said:
                    text.append(said)
                    yield said
        except CancelledError:
            finish = "cancelled"
        except httpx.TransportError as error:
            raise self._lost(error, begun=bool(text)) from error
        whole = "".join(text)
        if not finish and not whole and not thinking.text:
            raise EndpointError(
                f"The server {self._where} ended the answer before its first word.",
                "The question may be too long for it: lower endpoint.n_ctx to what the server "
                "gives, or look into its log.",
                code="endpoint_empty",
            )
        return Completion(
            text=whole,
            finish_reason="length" if finish == "length" else _reason(finish),
            usage=self._usage(usage, estimated, thinking.text + whole),
            first_token_s=first_token_s,
            total_s=time.perf_counter() - started,
            thinking=thinking.text,
        )

    @contextmanager
    def _asked(self, client: httpx.Client, request: dict[str, Any]) -> Iterator[httpx.Response]:
        """The answer to a request; a schema is asked for in the older way where the newer one is
        refused, as llama_cpp's own server does.
        """
        url = f"{self._url}/chat/completions"
        with client.stream("POST", url, json=request) as answer:
            form = request.get("response_format")
            if form is None or answer.status_code not in (400, 422, 500):
                yield answer
                return
        older = {"type": "json_object", "schema": form["json_schema"]["schema"]}
        with client.stream("POST", url, json={**request, "response_format": older}) as answer:
            yield answer

    def _request(
        self, messages: Sequence[Message], sampling: Sampling, prefill: str
    ) -> dict[str, Any]:
        turns = [{"role": message.role, "content": message.content} for message in messages]
        if prefill:
            turns.append({"role": "assistant", "content": prefill})
        request: dict[str, Any] = {
            "model": self._model,
            "messages": turns,
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": sampling.seed,
        }
        if sampling.stop:
            request["stop"] = list(sampling.stop)
        # Beyond OpenAI's own options; llama-server and vLLM know these, so only what is asked goes.
        if sampling.min_p:
            request["min_p"] = sampling.min_p
        if sampling.top_k:
            request["top_k"] = sampling.top_k
        if sampling.repeat_penalty != 1.0:
            request["repeat_penalty"] = sampling.repeat_penalty
        if sampling.grammar:
            request["grammar"] = sampling.grammar
        if sampling.json_schema:
            schema = json.loads(sampling.json_schema)
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": schema},
            }
        return request

    def _usage(self, told: dict[str, Any] | None, estimated: int, text: str) -> Usage:
        """What the server counted, or an estimate where it does not say."""
        told = told or {}
        details = told.get("prompt_tokens_details") or {}
        return Usage(
            prompt_tokens=int(told.get("prompt_tokens") or estimated),
            completion_tokens=int(told.get("completion_tokens") or self.count_tokens(text)),
            reused_tokens=int(details.get("cached_tokens") or 0),
        )

    def score(self, messages: Sequence[Message], continuations: Sequence[str]) -> Scores:
        """Servers do not rate given texts; a large model is not asked to. Raises EndpointError."""
        raise self._rating(len(messages), len(continuations))

    def score_each(
        self,
        prompts: Sequence[Sequence[Message]],
        continuation: str,
        *,
        cancel: CancelToken | None = None,
    ) -> Scores:
        """As little as :meth:`score`. Raises EndpointError, CancelledError."""
        if cancel is not None:
            cancel.check()
        raise self._rating(len(prompts), len([continuation]))

    def _rating(self, prompts: int, texts: int) -> EndpointError:
        return EndpointError(
            f"The server {self._where} cannot rate {texts} texts after {prompts} messages.",
            "Choose a model on this machine for that.",
        )

    # --- the connection ------------------------------------------------------------------------

    def _client(self, cancel: CancelToken) -> httpx.Client:
        if self._closed:
            raise EndpointError("The model was closed.", "Open Alcove again.")
        if self._permit is None:
            # A server on this machine needs no open door.
            hosts = [] if is_this_machine(self._host) else [self._host]
            self._permit = self._guard.grant(f"{PURPOSE} {self._where}", hosts)
        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        return outbound.client(
            self._permit, self._url, cancel=cancel, timeout_s=SILENCE_S, headers=headers
        )

    def _check(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status == 200:
            return
        body = b"".join(answer.iter_bytes())[:4096].decode("utf-8", "replace")
        log.warning("the server %s refused with status %d", self._where, status)
        if status in (401, 403):
            raise EndpointError(
                f"The server {self._where} wants another key.",
                "Store the right one: alcove models endpoint --key.",
                code="endpoint_key",
            )
        if status == 404:
            raise EndpointError(
                f"The server {self._where} has no model called “{self._model}”, or its address "
                "is another.",
                "Most addresses end in /v1. Check it and the model's name.",
                code="endpoint_missing",
            )
        try:
            raise self._told(json.loads(body))
        except ValueError:
            raise EndpointError(
                f"The server {self._where} refused with status {status}.", "Try again later."
            ) from None

    def _told(self, event: Any) -> ModelError:
        error = event.get("error", event) if isinstance(event, dict) else event
        message = error.get("message", "") if isinstance(error, dict) else error
        words = " ".join(str(message).split())[:300] or "it gave no reason"
        return EndpointError(
            f"The server {self._where} could not do this: {words}.",
            "Ask a shorter question, or look into the server's log.",
        )

    def _lost(self, error: Exception, *, begun: bool) -> ModelError:
        if begun:
            return ModelCrashedError(
                f"The connection to {self._where} was lost in the middle of the answer.",
                "Ask again.",
            )
        return EndpointError(
            f"The server {self._where} cannot be reached: {error}.",
            "Check that it runs and that this machine is in its network.",
            code="endpoint_unreachable",
        )

    def close(self) -> None:
        """Shut the door again."""
        self._closed = True
        if self._permit is not None:
            self._guard.withdraw(self._permit)
            self._permit = None


def _reason(finish: str) -> Any:
    return "cancelled" if finish == "cancelled" else "stop"


def _events(answer: httpx.Response) -> Generator[dict[str, Any], None, None]:
    """The JSON of a stream of server-sent events, up to ``[DONE]``."""
    for line in answer.iter_lines():
        if len(line) > MAX_LINE or not line.startswith("data:"):
            continue
        data = line[len("data:") :].strip()
        if data == "[DONE]":
            return
        try:
            event = json.loads(data)
        except ValueError:
            log.warning("the server sent an event that is no JSON")
            continue
        if isinstance(event, dict):
            yield event
