"""Which adapters take part in a question, and the form that they make it be asked in."""

from collections.abc import Sequence

from engine.formats import task
from engine.formats.adapter import GROUNDED
from engine.formats.taught_form import TaughtForm
from engine.inference.adapters import Adapter, no_adapters
from engine.inference.chat_model import Adaptable, ChatModel, attached
from engine.models import adapter_fits
from engine.teach import forms
from engine.types import Mode


def acting(
    wanted: Sequence[Adapter], mode: Mode, *, trusted: bool, exactly: bool = False
) -> tuple[Adapter, ...]:
    """Of adapters those that take part in this way of asking, as their tasks say.

    Asked alone, one that was taught to answer each text by itself, such as with a label, acts
    without the others; of several such the last one. ``exactly`` stacks all, as they were named for
    this question.
    """
    tasks = {each: adapter_fits.task_of(each.path) for each in wanted}
    if mode == "both":
        return tuple(each for each in wanted if task.words_documents(tasks[each], trusted=trusted))
    if exactly:
        return tuple(wanted)
    lone = [each for each in wanted if task.is_alone(tasks[each])]
    if lone:
        return tuple(each for each in lone if tasks[each] == tasks[lone[-1]])
    return tuple(each for each in wanted if tasks[each] != GROUNDED) or tuple(wanted)


def alone(wanted: Sequence[Adapter]) -> tuple[Adapter, ...]:
    """Of those in use the ones that take part where no documents are asked."""
    acts = acting(wanted, "tuned", trusted=False)
    return tuple(each for each in acts if task.talks(adapter_fits.task_of(each.path)))


def adapt(chat_model: ChatModel, wanted: Sequence[Adapter]) -> None:
    """Have exactly these adapters attached. Raises ModelError where one is refused."""
    if isinstance(chat_model, Adaptable):
        if [(each.path, each.scale) for each in chat_model.adapters] != [
            (each.path, each.scale) for each in wanted
        ]:
            chat_model.attach(wanted)
    elif wanted:
        raise no_adapters()


def form(chat_model: ChatModel, mode: Mode) -> TaughtForm | None:
    """The form in which to ask what is attached, alone; None for an ordinary conversation."""
    if mode != "tuned":
        return None
    return forms.of_adapters((each.task, each.form) for each in attached(chat_model))


def form_of(adapters: Sequence[Adapter]) -> TaughtForm | None:
    """The form in which these will be asked alone, as their files say."""
    told = [adapter_fits.told(each.path) for each in adapters]
    return forms.of_adapters((each.task, each.form) for each in told if each is not None)
