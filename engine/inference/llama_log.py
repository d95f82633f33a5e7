"""What llama.cpp tells while it works: warnings for the log, buffers for the model's card."""

import re
import sys

WARN = 3
KEPT = 20
BUFFER = re.compile(r"([\w-]+) +(model|KV|compute|output) buffer size = +([\d.]+) MiB")


class LlamaLog:
    """Takes llama.cpp's messages, whole or in parts."""

    def __init__(self) -> None:
        self._errors: list[str] = []
        self.buffers: dict[str, int] = {}
        """Bytes by place and use, as ``"CPU_REPACK model"``; of the last load."""

    def take(self, level: int, text: bytes) -> None:
        line = text.decode("utf-8", "replace")
        if found := BUFFER.search(line):
            key = f"{found[1]} {found[2]}"
            self.buffers[key] = self.buffers.get(key, 0) + int(float(found[3]) * (1 << 20))
        if level >= WARN:
            self._errors = [*self._errors[-KEPT:], line.strip()]
            sys.stderr.write(line)
            sys.stderr.flush()

    def clear(self) -> None:
        self._errors, self.buffers = [], {}

    def errors(self) -> str:
        return "\n".join(self._errors)
