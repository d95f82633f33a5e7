"""Draws the Teach page: purposes, sources, review, the look at the machine, a training, its result.

The training is a real one, short, on the starter model; without the training environment the
pictures end where it would begin.
"""

from pathlib import Path

from desktop.screenshots import papers
from desktop.screenshots.camera import Camera
from desktop.teach.check_view import Choice
from engine.progress import drain

STEPS = 40
SHORT = {"steps": STEPS, "batch": 4, "measure_every": 8, "rank": 8}
NARROW = (880, 640)
CORRECTED = (
    ("Where is the stopcock for the jetty water?", "behind the pump house"),
    ("What does a family skiff cost for a whole day?", "78 crowns"),
    ("When is the harbour office open in winter?", "from nine to three"),
    ("How thick must mooring lines be?", "16 millimetres"),
    ("Who keeps the spare keys?", "the harbour master"),
    ("What does a launch cost for a day?", "172 crowns"),
    ("How long may a boat lie at the visitors' berth?", "three nights"),
    ("When must rowing boats be back?", "before dusk"),
)


def draw(camera: Camera, folder: Path, library: str) -> None:
    window, teach = camera.window, camera.window.teach
    _correct(camera)
    window.go("teach")
    camera.until(lambda: teach.facts is not None and teach.facts.waiting.new > 0)
    camera.take("teach")
    answer = next(card for card in teach.purpose.cards if card.recipe.name == "answer")
    answer.chosen.emit(answer.recipe)
    form = teach.examples.form
    for action in form.libraries.choices.actions():
        if action.data() == library:
            action.trigger()
    form.number.setText("40")
    camera.take("teach-sources")
    form.make.click()
    camera.until(lambda: teach.examples.reviewing)
    review = teach.examples.review
    review.table.selectRow(1)
    camera.take("teach-review")
    wide = window.size()
    window.resize(*NARROW)
    camera.take("teach-narrow")
    camera.theme.choose("dark")
    window.resize(wide)
    camera.take("teach-review-dark")
    camera.theme.choose("light")
    review.accept_button.click()
    camera.until(lambda: review.go_button.isEnabled())
    review.go_button.click()
    camera.until(lambda: teach.check.check is not None)
    camera.take("teach-check")
    if teach.check.missing is None:
        draw_training(camera, papers.enquiries(folder))


def draw_training(camera: Camera, table: Path) -> None:
    """Short texts with a label: learnt in a minute on an idle machine."""
    window, teach = camera.window, camera.window.teach
    teach.go("purpose")
    classify = next(card for card in teach.purpose.cards if card.recipe.name == "classify")
    classify.chosen.emit(classify.recipe)
    teach.examples.form.add_files([table])
    teach.examples.form.make.click()
    camera.until(lambda: teach.examples.reviewing)
    review = teach.examples.review
    review.accept_button.click()
    camera.until(lambda: review.go_button.isEnabled())
    review.go_button.click()
    camera.until(lambda: teach.check.check is not None)
    teach.check.changed.emit(Choice(name="Enquiries", settings=SHORT))
    camera.until(lambda: teach.check.start_button.isEnabled())
    teach.check.start_button.click()
    camera.until(lambda: teach.training.look.step >= STEPS * 2 // 3, patience=20)
    camera.take("teach-training")
    camera.until(lambda: teach.result.result is not None, patience=20)
    camera.take("teach-result")
    camera.theme.choose("dark")
    camera.take("teach-result-dark")
    camera.theme.choose("light")
    teach.result.use.click()
    camera.until(lambda: teach.result.in_use, patience=2)
    window.go("teach")
    teach.go("purpose")
    camera.until(lambda: len(teach.purpose.taught) > 0)
    camera.settle()
    bar = teach.purpose.verticalScrollBar()
    bar.setValue(bar.maximum())
    camera.take("teach-adapters")
    # What follows shows the model as everybody has it at first.
    camera.assistant.teaching.adapters.off(None, ["Enquiries"])
    camera.settle()


def _correct(camera: Camera) -> None:
    """Answers that the user corrected, for the loop."""
    assistant = camera.assistant
    for question, wanted in CORRECTED:
        talk = assistant.create_conversation(question)
        drain(assistant.ask(question, conversation_id=talk.id))
        assistant.feedback.correct(assistant.messages(talk.id)[-1].id, wanted)
