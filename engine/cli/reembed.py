"""``alcove reembed``: another sentence encoder, or passages of another length."""

from typing import Annotated

import typer

from engine.cli.session import JsonOption, ProfileOption, session


def reembed(
    embedder: Annotated[
        str | None,
        typer.Option(
            "--encoder",
            "--embedder",
            help="Name of a downloaded encoder, or folder of one; 'starter' for the own one.",
        ),
    ] = None,
    chunk_tokens: Annotated[
        int | None, typer.Option("--chunk-tokens", help="Length of passages, 32 to 2048.")
    ] = None,
    pause: Annotated[bool, typer.Option("--pause", help="Stop it. `reembed` goes on.")] = False,
    profile: ProfileOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change the encoder or the length of passages, or go on with a change. Search goes on."""
    with session(profile, as_json=as_json) as (terminal, assistant):
        jobs = assistant.reembed
        if pause:
            change = jobs.pause()
            if as_json:
                terminal.value({"paused": change is not None})
            else:
                terminal.say("Paused." if change else "There is no change under way.")
            return
        name = None if embedder is None else assistant.encoders.folder(embedder)
        plan = terminal.run(jobs.plan(embedder=name, passage_tokens=chunk_tokens))
        terminal.note(plan.words)
        done = terminal.run(jobs.run(embedder=name, passage_tokens=chunk_tokens))
        if as_json:
            terminal.value(
                {"embedder": done.embedder or "starter", "chunk_tokens": done.passage_tokens,
                 "passages": done.passages, "done": done.done}
            )  # fmt: skip
            return
        terminal.say("Done." if done.done else "Paused. `alcove reembed` goes on.")
